import { CodecError, IsoMessage, type Codec, type WireProfileName } from '@tsunagu/iso8583';

const SHOWN_BYTES_MAX = 100;
const MASK = 0x2a;
/** Where the bitmap begins, and its width for each of the halves. */
const BITMAP: Readonly<Record<WireProfileName, { at: number; isHex: boolean }>> = {
  ascii: { at: 4, isHex: true },
  hybrid: { at: 4, isHex: false },
  binary: { at: 2, isHex: false },
  'binary-lp': { at: 2, isHex: false },
};
/** Without these a message has no name that an answer could repeat. */
const NAMES = [11, 12] as const;

/**
 * What can be read of a message that is malformed: its fields in front of the one that is to blame.
 * @returns undefined when they do not name it, or when it asks for no answer
 */
export function salvage(
  codec: Codec,
  profile: WireProfileName,
  bytes: Buffer,
  fault: CodecError,
): IsoMessage | undefined {
  const { field } = fault;
  const head =
    field === null ? bytes.subarray(0, fault.offset) : field > 1 ? headOf(codec, profile, bytes, field) : null;
  if (head === null) return undefined;
  const message = decoded(codec, head);
  const isNamed = message !== undefined && /^1[1-8][02]/.test(message.mti) && NAMES.every((name) => message.has(name));
  return isNamed ? message : undefined;
}

/**
 * Field 72 of a 1644: hex of the first bytes as they came, where they are MTI and bitmap; everything behind may be card data and
 * is shown as asterisks.
 */
export function offendingBytes(profile: WireProfileName, bytes: Buffer): string {
  const { at, isHex } = BITMAP[profile];
  const isBegun = decodesAsMti(profile, bytes);
  const clear = isBegun ? at + (isHex ? 16 : 8) : at;
  const shown = Buffer.alloc(Math.min(bytes.length, SHOWN_BYTES_MAX), MASK);
  bytes.copy(shown, 0, 0, Math.min(clear, shown.length));
  return shown.toString('hex').toUpperCase();
}

function decodesAsMti(profile: WireProfileName, bytes: Buffer): boolean {
  const digits = BITMAP[profile].at === 4 ? bytes.toString('latin1', 0, 4) : bytes.toString('hex', 0, 2);
  return /^1[1-8][0-4][0-5]$/.test(digits);
}

/** The message up to the field: its bits from there on taken away; where it then ends, the decoder says. */
function headOf(codec: Codec, profile: WireProfileName, bytes: Buffer, field: number): Buffer | null {
  const short = withoutBits(profile, bytes, field);
  try {
    codec.decode(short);
    return short;
  } catch (error) {
    if (!(error instanceof CodecError) || error.code !== 'TRAILING_BYTES') return null;
    return short.subarray(0, error.offset);
  }
}

function withoutBits(profile: WireProfileName, bytes: Buffer, from: number): Buffer {
  const { at, isHex } = BITMAP[profile];
  const width = isHex ? 16 : 8;
  const map = isHex ? Buffer.from(bytes.toString('latin1', at, at + 32), 'hex') : bytes.subarray(at, at + 16);
  const hasSecond = isSet(map, 1);
  const kept = clearedFrom(Buffer.from(map.subarray(0, hasSecond ? 16 : 8)), from);
  const written = isHex ? Buffer.from(kept.toString('hex').toUpperCase(), 'latin1') : kept;
  const rest = bytes.subarray(at + (hasSecond ? 2 * width : width));
  return Buffer.concat([bytes.subarray(0, at), written, rest]);
}

/** A second half that announces nothing would be refused: it goes, and bit 1 with it. */
function clearedFrom(map: Buffer, from: number): Buffer {
  for (let bit = from; bit <= map.length * 8; bit += 1) clear(map, bit);
  const isSecondEmpty = map.subarray(8).every((byte) => byte === 0);
  if (isSecondEmpty) clear(map, 1);
  return isSecondEmpty ? map.subarray(0, 8) : map;
}

function isSet(map: Buffer, bit: number): boolean {
  return (map.readUInt8((bit - 1) >> 3) & (0x80 >> ((bit - 1) & 7))) !== 0;
}

function clear(map: Buffer, bit: number): void {
  const index = (bit - 1) >> 3;
  map.writeUInt8(map.readUInt8(index) & ~(0x80 >> ((bit - 1) & 7)), index);
}

function decoded(codec: Codec, bytes: Buffer): IsoMessage | undefined {
  try {
    return codec.decode(bytes);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
