import {
  CodecError,
  FRAMINGS,
  FrameDecoder,
  compileSpec,
  defineSpec,
  frame,
  type Framing,
  type WireProfileName,
} from '@tsunagu/iso8583';
import { CaseFailure, hexOf, same, type VectorCase } from '../vector-case.js';

export const WIRES: readonly WireProfileName[] = ['ascii', 'binary', 'binary-lp', 'hybrid'];
/** The five bytes that a NAC puts before a message; we answer with the ones that came in. */
const TPDU_BYTES = 5;

/** Members of a stream case that mean the same: files of different hands. */
export const BYTE_NAMES = ['hex', 'streamHex', 'stream', 'bytesHex'] as const;
export const CHUNK_NAMES = ['chunks', 'chunksHex', 'reads'] as const;
const FRAME_NAMES = ['frames', 'framesHex', 'payloads', 'payloadsHex', 'messages', 'delivered'] as const;
const FAULT_NAMES = ['code', 'error', 'fault'] as const;

/** What a reader of a stream gave. */
interface Reading {
  readonly frames: readonly string[];
  /** Null when the stream was good to its end; TRUNCATED when it ends inside a frame. */
  readonly code: string | null;
}

/** One frame and its payload: read however it is split, and written again. */
export function checkFraming(one: VectorCase): void {
  one.skip('describe');
  const framing = one.oneOf('framing', FRAMINGS);
  const [whole, payload] = [one.bytes('frameHex'), one.bytes('payloadHex')];
  checkEverySplit(framing, whole, undefined, { frames: [hexOf(payload)], code: null });
  const start = whole.length - payload.length - TPDU_BYTES;
  const received = framing.endsWith('tpdu') ? swapped(whole.subarray(start, start + TPDU_BYTES)) : undefined;
  same('frame', frame(framing, payload, received), whole);
}

/**
 * A stream: its bytes (`hex`, or `chunks` as they came), the `frames` that come out of it, and the `code` of the fault that ends it.
 * With `wire` each frame is read as a message too, and a fault of the message counts.
 */
export function checkStream(one: VectorCase): void {
  one.skip('describe', 'why', 'level', 'jpos');
  const framing = one.oneOf('framing', FRAMINGS);
  const maxFrame = one.has('maxFrame') ? one.count('maxFrame') : undefined;
  const chunks = chunksOf(one);
  const whole = Buffer.concat(chunks);
  const reading = readChunks(framing, chunks, maxFrame);
  const isRefused = one.has('expect') && one.oneOf('expect', ['reject', 'accept']) === 'reject';
  const fault = one.has('wire') ? (messageFault(one, reading) ?? faultOf(reading.code)) : faultOf(reading.code);
  checkFault(one, fault, isRefused);
  for (const name of FRAME_NAMES) {
    if (one.has(name)) same(name, reading.frames.join(), one.texts(name).join().toUpperCase());
  }
  if (one.has('payloadHex')) same('payloadHex', reading.frames.join(), hexOf(one.bytes('payloadHex')));
  checkEverySplit(framing, whole, maxFrame, reading);
}

interface Fault {
  readonly code: string;
  readonly field: number | null;
}

const faultOf = (code: string | null): Fault | undefined => (code === null ? undefined : { code, field: null });

function checkFault(one: VectorCase, fault: Fault | undefined, isRefused: boolean): void {
  const name = FAULT_NAMES.find((each) => one.has(each));
  const expected = name === undefined || one.isNull(name) ? undefined : one.text(name);
  if (name !== undefined) same(name, fault?.code, expected);
  else if ((fault !== undefined) !== isRefused)
    throw new CaseFailure(isRefused ? 'was accepted and must be refused' : 'was refused and must be accepted');
  if (one.has('field')) same('field', fault?.field ?? null, one.isNull('field') ? null : one.count('field'));
}

function chunksOf(one: VectorCase): Buffer[] {
  const list = CHUNK_NAMES.find((name) => one.has(name));
  if (list !== undefined) return one.texts(list).map(bytesOf);
  return [one.bytes(BYTE_NAMES.find((name) => one.has(name)) ?? 'hex')];
}

function bytesOf(hex: string): Buffer {
  if (!/^(?:[0-9A-Fa-f]{2})*$/.test(hex)) throw new CaseFailure('a chunk is not hex');
  return Buffer.from(hex, 'hex');
}

function messageFault(one: VectorCase, { frames }: Reading): Fault | undefined {
  const codec = compileSpec(defineSpec(one.oneOf('wire', WIRES)));
  for (const hex of frames) {
    try {
      codec.decode(Buffer.from(hex, 'hex'));
    } catch (error) {
      if (error instanceof CodecError) return error;
      throw error;
    }
  }
  return undefined;
}

/** In two pieces at every place, and byte by byte: the same frames and the same end. */
function checkEverySplit(framing: Framing, whole: Buffer, maxFrame: number | undefined, expected: Reading): void {
  const bytes = Array.from(whole, (_, at) => whole.subarray(at, at + 1));
  const splits = Array.from({ length: whole.length + 1 }, (_, cut) => [whole.subarray(0, cut), whole.subarray(cut)]);
  for (const [index, chunks] of [bytes, ...splits].entries()) {
    const reading = readChunks(framing, chunks, maxFrame);
    const where = index === 0 ? 'byte by byte' : `cut at ${index - 1}`;
    same(`frames ${where}`, reading.frames.join(), expected.frames.join());
    same(`end ${where}`, reading.code, expected.code);
  }
}

function readChunks(framing: Framing, chunks: readonly Buffer[], maxFrame: number | undefined): Reading {
  const decoder = new FrameDecoder(framing, maxFrame === undefined ? {} : { maxFrame });
  const batches = chunks.map((chunk) => decoder.push(chunk));
  const fault = batches.at(-1)?.fault?.code ?? null;
  return {
    frames: batches.flatMap(({ frames }) => frames.map(hexOf)),
    code: fault ?? (decoder.pendingBytes > 0 ? 'TRUNCATED' : null),
  };
}

/** Addresses of a TPDU change places in the answer. */
function swapped(tpdu: Buffer): Buffer {
  return Buffer.concat([tpdu.subarray(0, 1), tpdu.subarray(3, 5), tpdu.subarray(1, 3)]);
}
