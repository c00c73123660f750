import {
  CodecError,
  FRAMINGS,
  FrameDecoder,
  IsoMessage,
  compileSpec,
  defineSpec,
  frame,
  type Codec,
} from '@tsunagu/iso8583';
import type { Family } from '../family.js';
import { CaseFailure, refuses, same, type VectorCase } from '../vector-case.js';
import { WIRES, checkFraming, checkStream } from './iso-stream.js';

const CHECKS: Readonly<Record<string, (one: VectorCase) => void | Promise<void>>> = {
  messages: checkMessage,
  malformed: checkMalformed,
  framings: checkFraming,
  streams: checkStream,
  publicSample: checkSample,
};

/** Messages, malformed messages, framings and streams of an ISO 8583:1993 file; `isoPart` says which of them a case is. */
export const isoMessages: Family = {
  name: 'iso8583-1993',
  recognises: (one) => one.has('isoPart'),
  async run(one) {
    const check = CHECKS[one.text('isoPart')];
    if (check === undefined) throw new CaseFailure('has not the members of a message, a stream or a framing');
    await check(one);
    return 'passed';
  },
};

function codecOf(one: VectorCase): Codec {
  return compileSpec(defineSpec(one.oneOf('wire', WIRES)));
}

/** Both ways, and each from what the file says, never from what our other way made. */
function checkMessage(one: VectorCase): void {
  const codec = codecOf(one);
  const bytes = one.bytes('hex');
  if (one.has('bytes')) same('bytes', bytes.length, one.count('bytes'));
  const decoded = codec.decode(bytes);
  const fields = one.part('fields');
  compareFields(decoded, fields);
  const built = messageOf(fields, decoded);
  same('message written from its fields', codec.encode(built), bytes);
  same('message written again', codec.encode(decoded), bytes);
  if (!one.has('encodeFrom')) return;
  const short = one.part('encodeFrom');
  for (const name of short.names()) setField(built, Number(name), short);
  same('message written from short values', codec.encode(built), bytes);
}

async function checkMalformed(one: VectorCase): Promise<void> {
  one.skip('level', 'why', 'jpos');
  const codec = codecOf(one);
  const bytes = one.bytes('hex');
  if (one.has('expect') && one.oneOf('expect', ['reject', 'accept']) === 'accept') {
    codec.decode(bytes);
    return;
  }
  await refuses(() => codec.decode(bytes), [CodecError]);
  const { fault } = codec.dissect(bytes);
  if (one.has('code')) same('code', fault?.code, one.text('code'));
  if (one.has('field')) same('field', fault?.field, one.isNull('field') ? null : one.count('field'));
  if (one.has('offset')) same('offset', fault?.offset, one.count('offset'));
}

function checkSample(one: VectorCase): void {
  const codec = codecOf(one);
  const framing = one.oneOf('framing', FRAMINGS);
  const whole = one.bytes('frameHex');
  const { frames } = new FrameDecoder(framing).push(whole);
  const [only] = frames;
  if (only === undefined || frames.length !== 1) throw new CaseFailure('the frame holds not one message');
  const decoded = codec.decode(only);
  compareFields(decoded, one.part('fields'));
  if (!framing.endsWith('tpdu')) same('frame written again', frame(framing, codec.encode(decoded)), whole);
}

function compareFields(message: IsoMessage, expected: VectorCase): void {
  const numbers = expected.names().map(Number);
  same('mti', message.mti, expected.text('0'));
  const announced = numbers.filter((each) => each > 0).sort((a, b) => a - b);
  same('fields', message.fields().join(), announced.join());
  for (const field of message.fields()) {
    const value = message.text(field) ?? message.bytes(field);
    const name = String(field);
    const isHex = typeof value !== 'string' || !expected.isText(name);
    if (isHex) same(`field ${name}`, bytesOf(value), expected.part(name).bytes('hex'));
    else same(`field ${name}`, value, expected.text(name));
  }
}

/** A message from the fields of the file. @param like tells which fields are bytes and which are text given as hex */
function messageOf(fields: VectorCase, like: IsoMessage): IsoMessage {
  const message = new IsoMessage(fields.text('0'));
  for (const name of fields.names()) {
    if (name === '0') continue;
    if (like.bytes(Number(name)) !== undefined) message.set(Number(name), Buffer.alloc(0));
    setField(message, Number(name), fields);
  }
  return message;
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
