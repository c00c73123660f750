import { invariant } from '@tsunagu/kernel';
import { CodecError } from './codec-error.js';

/** How a message is cut out of a TCP stream: the length header, and what it counts. @source iso8583-1993.md §4 */
export type Framing = 'be2' | 'be4' | 'ascii4' | 'hex4' | 'bcd2' | 'be2+tpdu' | 'bcd2+tpdu' | 'be2+0000' | 'be2+etx';

type LengthWire = 'be2' | 'be4' | 'ascii4' | 'hex4' | 'bcd2';

interface Layout {
  readonly length: LengthWire;
  /** Zero bytes after the length, not counted by it. */
  readonly zeros: number;
  /** Bytes in front of the message that the length counts: the TPDU. */
  readonly lead: number;
  /** A trailing 03 that the length counts. */
  readonly tail: number;
}

const HEADER_BYTES: Readonly<Record<LengthWire, number>> = { be2: 2, be4: 4, ascii4: 4, hex4: 4, bcd2: 2 };
const LENGTH_MAX: Readonly<Record<LengthWire, number>> = {
  be2: 0xffff,
  be4: 0xffff_ffff,
  ascii4: 9_999,
  hex4: 0xffff,
  bcd2: 9_999,
};
const TPDU_BYTES = 5;
const TPDU_ID = 0x60;
const ETX = 0x03;
const TPDU_DEFAULT = Buffer.from('6000000000', 'hex');

const LAYOUTS: Readonly<Record<Framing, Layout>> = {
  be2: { length: 'be2', zeros: 0, lead: 0, tail: 0 },
  be4: { length: 'be4', zeros: 0, lead: 0, tail: 0 },
  ascii4: { length: 'ascii4', zeros: 0, lead: 0, tail: 0 },
  hex4: { length: 'hex4', zeros: 0, lead: 0, tail: 0 },
  bcd2: { length: 'bcd2', zeros: 0, lead: 0, tail: 0 },
  'be2+tpdu': { length: 'be2', zeros: 0, lead: TPDU_BYTES, tail: 0 },
  'bcd2+tpdu': { length: 'bcd2', zeros: 0, lead: TPDU_BYTES, tail: 0 },
  'be2+0000': { length: 'be2', zeros: 2, lead: 0, tail: 0 },
  'be2+etx': { length: 'be2', zeros: 0, lead: 0, tail: 1 },
};

/** Every framing there is, for links files. */
export const FRAMINGS = Object.keys(LAYOUTS) as readonly Framing[];

/** What one chunk completed. After a fault the stream cannot be read any further: deliver the frames, then close. */
export interface FrameBatch {
  readonly frames: readonly Buffer[];
  readonly fault: CodecError | null;
}

/**
 * Cuts a byte stream into messages, whatever way the stream is split into chunks.
 * An empty frame is a keep-alive and is swallowed. The announced length is checked before anything is buffered.
 */
export class FrameDecoder {
  readonly #layout: Layout;
  readonly #maxFrame: number;
  #pending: Buffer = Buffer.alloc(0);
  #fault: CodecError | null = null;
  #tpdu: Buffer | undefined;

  constructor(framing: Framing, options: { readonly maxFrame?: number } = {}) {
    this.#layout = LAYOUTS[framing];
    this.#maxFrame = options.maxFrame ?? 8_192;
  }

  /** TPDU of the last frame, for framings that have one; the answer swaps its two halves ({@link frame} takes it). */
  get tpdu(): Buffer | undefined {
    return this.#tpdu;
  }

  /** Bytes of an unfinished frame: zero when the stream stands between two frames. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Never throws: a bad header is reported beside the frames that came before it. */
  push(chunk: Buffer): FrameBatch {
    if (this.#fault !== null) return { frames: [], fault: this.#fault };
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const frames: Buffer[] = [];
    let at = 0;
    try {
      for (let next = this.#next(bytes, at); next !== undefined; next = this.#next(bytes, at)) {
        at = next.end;
        if (next.message.length > 0) frames.push(next.message);
      }
      this.#pending = bytes.subarray(at);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#fault = error;
      this.#pending = Buffer.alloc(0);
    }
    return { frames, fault: this.#fault };
  }

  #next(bytes: Buffer, at: number): { message: Buffer; end: number } | undefined {
    const { length, zeros, lead, tail } = this.#layout;
    const header = HEADER_BYTES[length] + zeros;
    if (bytes.length < at + header) return undefined;
    const counted = readLength(length, bytes, at);
    if (counted > this.#maxFrame + lead + tail) throw new CodecError('LENGTH_EXCEEDS_MAX', null, at);
    for (let index = at + header - zeros; index < at + header; index++) {
      if (bytes[index] !== 0) throw new CodecError('INVALID_VALUE', null, index);
    }
    const from = at + header;
    const end = from + counted;
    if (counted === 0) return { message: bytes.subarray(from, from), end };
    if (counted < lead + tail) throw new CodecError('BAD_LENGTH', null, at);
    if (bytes.length < end) return undefined;
    this.#checkEnvelope(bytes, from, end);
    return { message: bytes.subarray(from + lead, end - tail), end };
  }

  #checkEnvelope(bytes: Buffer, from: number, end: number): void {
    const { lead, tail } = this.#layout;
    if (lead > 0 && bytes[from] !== TPDU_ID) throw new CodecError('INVALID_VALUE', null, from);
    if (lead > 0) this.#tpdu = Buffer.from(bytes.subarray(from, from + lead));
    if (tail > 0 && bytes[end - 1] !== ETX) throw new CodecError('INVALID_VALUE', null, end - 1);
  }
}

/**
 * Put a message into a frame: one buffer, so that one write sends it.
 * @param received TPDU of the request that this message answers; its destination and source are swapped
 * @throws InvariantError the message is longer than the header can say
 */
export function frame(framing: Framing, message: Uint8Array, received?: Uint8Array): Buffer {
  const { length, zeros, lead, tail } = LAYOUTS[framing];
  const counted = lead + message.length + tail;
  invariant(counted <= LENGTH_MAX[length], 'a message fits its frame', { framing });
  const header = HEADER_BYTES[length] + zeros;
  const bytes = Buffer.alloc(header + counted);
  writeLength(length, bytes, counted);
  if (lead > 0) bytes.set(received === undefined ? TPDU_DEFAULT : answerTpdu(received), header);
  bytes.set(message, header + lead);
  if (tail > 0) bytes[bytes.length - 1] = ETX;
  return bytes;
}

function answerTpdu(received: Uint8Array): Buffer {
  return Buffer.concat([received.subarray(0, 1), received.subarray(3, 5), received.subarray(1, 3)]);
}

function readLength(wire: LengthWire, bytes: Buffer, at: number): number {
  switch (wire) {
    case 'be2':
      return bytes.readUInt16BE(at);
    case 'be4':
      return bytes.readUInt32BE(at);
    case 'ascii4':
      return parsed(bytes.toString('latin1', at, at + 4), /^\d{4}$/, 10, at);
    case 'hex4':
      return parsed(bytes.toString('latin1', at, at + 4), /^[0-9A-F]{4}$/i, 16, at);
    case 'bcd2':
      return parsed(bytes.toString('hex', at, at + 2), /^\d{4}$/, 10, at);
  }
}

function parsed(text: string, pattern: RegExp, radix: 10 | 16, at: number): number {
  if (!pattern.test(text)) throw new CodecError('BAD_LENGTH', null, at);
  return Number.parseInt(text, radix);
}

function writeLength(wire: LengthWire, bytes: Buffer, counted: number): void {
  switch (wire) {
    case 'be2':
      bytes.writeUInt16BE(counted, 0);
      return;
    case 'be4':
      bytes.writeUInt32BE(counted, 0);
      return;
    case 'ascii4':
      bytes.write(String(counted).padStart(4, '0'), 0, 'latin1');
      return;
    case 'hex4':
      bytes.write(counted.toString(16).toUpperCase().padStart(4, '0'), 0, 'latin1');
      return;
    case 'bcd2':
      bytes.write(String(counted).padStart(4, '0'), 0, 'hex');
  }
}
