import {
  CodecError,
  FrameDecoder,
  IsoMessage,
  compileSpec,
  defineSpec,
  frame,
  type Framing,
  type WireProfileName,
} from '@tsunagu/iso8583';
import type { Family } from '../family.js';
import { CaseFailure, hexOf, refuses, same, type VectorCase } from '../vector-case.js';

const WIRES: readonly WireProfileName[] = ['ascii', 'binary', 'binary-lp', 'hybrid'];
const FRAMINGS: readonly Framing[] = [
  'be2',
  'be4',
  'ascii4',
  'hex4',
  'bcd2',
  'be2+tpdu',
  'bcd2+tpdu',
  'be2+0000',
  'be2+etx',
];
/** The five bytes that a NAC puts before a message; we answer with the ones that came in. */
const TPDU_BYTES = 5;

/** Messages, malformed messages and framings of an ISO 8583:1993 file; `part` says which list a case stood in. */
export const isoMessages: Family = {
  name: 'iso8583-1993',
  recognises: (one) => one.has('isoPart'),
  async run(one) {
    const part = one.oneOf('isoPart', ['messages', 'malformed', 'framings', 'publicSample']);
    if (part === 'messages') checkMessage(one);
    else if (part === 'malformed') await checkMalformed(one);
    else if (part === 'framings') checkFraming(one);
    else checkSample(one);
    return 'passed';
  },
};

function codecOf(one: VectorCase) {
  return compileSpec(defineSpec(one.oneOf('wire', WIRES)));
}

function checkMessage(one: VectorCase): void {
  const codec = codecOf(one);
  const bytes = one.bytes('hex');
  if (one.has('bytes')) same('bytes', bytes.length, one.count('bytes'));
  const decoded = codec.decode(bytes);
  const fields = one.part('fields');
  compareFields(decoded, fields);
  same('message written again', codec.encode(decoded), bytes);
  if (!one.has('encodeFrom')) return;
  const short = one.part('encodeFrom');
  for (const name of short.names()) setField(decoded, Number(name), short);
  same('message written from short values', codec.encode(decoded), bytes);
}

async function checkMalformed(one: VectorCase): Promise<void> {
  one.skip('expect', 'level', 'why', 'jpos');
  const codec = codecOf(one);
  const bytes = one.bytes('hex');
  await refuses(() => codec.decode(bytes), [CodecError]);
  try {
    codec.decode(bytes);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    same('code', error.code, one.text('code'));
    same('field', error.field, one.isNull('field') ? null : one.count('field'));
  }
}

function checkFraming(one: VectorCase): void {
  one.skip('describe');
  const framing = one.oneOf('framing', FRAMINGS);
  const [whole, payload] = [one.bytes('frameHex'), one.bytes('payloadHex')];
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const decoder = new FrameDecoder(framing);
    const frames = [...decoder.push(whole.subarray(0, cut)).frames, ...decoder.push(whole.subarray(cut)).frames];
    same(`frames cut at ${cut}`, frames.map(hexOf).join(), hexOf(payload));
  }
  const start = whole.length - payload.length - TPDU_BYTES;
  const received = framing.endsWith('tpdu') ? swapped(whole.subarray(start, start + TPDU_BYTES)) : undefined;
  same('frame', frame(framing, payload, received), whole);
}

/** Addresses of a TPDU change places in the answer. */
function swapped(tpdu: Buffer): Buffer {
  return Buffer.concat([tpdu.subarray(0, 1), tpdu.subarray(3, 5), tpdu.subarray(1, 3)]);
}

function checkSample(one: VectorCase): void {
  const codec = codecOf(one);
  const { frames } = new FrameDecoder(one.oneOf('framing', FRAMINGS)).push(one.bytes('frameHex'));
  same('number of frames', frames.length, 1);
  compareFields(codec.decode(frames[0]!), one.part('fields'));
}

function compareFields(message: IsoMessage, expected: VectorCase): void {
  const numbers = expected.names().map(Number);
  same('mti', message.mti, expected.text('0'));
  same(
    'fields',
    [...message.fields()].sort((a, b) => a - b).join(),
    numbers
      .filter((each) => each > 0)
      .sort((a, b) => a - b)
      .join(),
  );
  for (const field of message.fields()) {
    const value = message.text(field) ?? message.bytes(field);
    const name = String(field);
    const isHex = typeof value !== 'string' || !expected.isText(name);
    if (isHex) same(`field ${name}`, bytesOf(value), expected.part(name).bytes('hex'));
    else same(`field ${name}`, value, expected.text(name));
  }
}

function setField(message: IsoMessage, field: number, values: VectorCase): void {
  const name = String(field);
  if (values.isText(name)) message.set(field, values.text(name));
  else {
    const bytes = values.part(name).bytes('hex');
    message.set(field, message.bytes(field) !== undefined ? bytes : bytes.toString('latin1'));
  }
}

function bytesOf(value: unknown): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === 'string') return Buffer.from(value, 'latin1');
  throw new CaseFailure('a field is neither text nor bytes');
}
