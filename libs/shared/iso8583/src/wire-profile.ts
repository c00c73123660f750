/** Digits: one byte each in ASCII or EBCDIC, or two to a byte with the spare nibble of an odd count last or first. */
export type DigitWire = 'ascii' | 'ebcdic' | 'bcd-pad-last' | 'bcd-pad-first';
/**
 * Characters. One byte each: ISO 8859-1 or EBCDIC. Japanese text of several bytes a character: Shift_JIS or UTF-8; then the
 * maximum and the prefix count bytes. `track-nibbles`: digits and the separator `D`, two to a byte.
 */
export type CharacterWire = 'latin1' | 'ebcdic' | 'ebcdic-500' | 'shift-jis' | 'utf-8' | 'track-nibbles';
/** Length prefix: 2 or 3 digits in ASCII or EBCDIC, 1 or 2 BCD bytes, 1 (LL) or 2 (LLL) binary bytes, or one binary byte for both. */
export type PrefixWire = 'ascii' | 'ebcdic' | 'bcd' | 'binary' | 'binary-byte';
/** Bytes as they are, or as upper-case hex characters. */
export type BinaryWire = 'raw' | 'hex';

/** How each kind of value is written on a link. Any of it may be overridden for one field. */
export interface FieldWire {
  readonly digits: DigitWire;
  /** What fills the spare nibble of an odd count, in BCD and in track nibbles. */
  readonly padNibble: '0' | 'F';
  readonly characters: CharacterWire;
  readonly prefix: PrefixWire;
  /** The prefix counts digits, characters and bytes of the value, or bytes on the wire. */
  readonly prefixUnit: 'values' | 'bytes';
  /** Binary fields of fixed length. */
  readonly binaryFixed: BinaryWire;
  readonly binaryVariable: BinaryWire;
}

/** How a whole message is written; the part of {@link FieldWire} is what its fields begin with. */
export interface WireProfile extends FieldWire {
  readonly mti: 'ascii' | 'ebcdic' | 'bcd';
  readonly bitmap: BinaryWire;
}

export type WireProfileName = 'ascii' | 'hybrid' | 'binary' | 'binary-lp';

const COMMON = { padNibble: '0', characters: 'latin1', prefixUnit: 'values', binaryVariable: 'raw' } as const;
const PACKED = { ...COMMON, mti: 'bcd', bitmap: 'raw', prefix: 'bcd', binaryFixed: 'raw' } as const;

/** The four profiles of TSN-93; `hybrid` is the house default. @source test/vectors/iso8583/iso8583-1993.json `profiles` */
export const WIRE_PROFILES: Readonly<Record<WireProfileName, WireProfile>> = {
  ascii: { ...COMMON, mti: 'ascii', bitmap: 'hex', digits: 'ascii', prefix: 'ascii', binaryFixed: 'hex' },
  hybrid: { ...COMMON, mti: 'ascii', bitmap: 'raw', digits: 'ascii', prefix: 'ascii', binaryFixed: 'raw' },
  binary: { ...PACKED, digits: 'bcd-pad-last' },
  'binary-lp': { ...PACKED, digits: 'bcd-pad-first' },
};

/** What each member may say, for links files and other data. */
export const WIRE_CHOICES = {
  mti: ['ascii', 'ebcdic', 'bcd'],
  bitmap: ['raw', 'hex'],
  digits: ['ascii', 'ebcdic', 'bcd-pad-last', 'bcd-pad-first'],
  padNibble: ['0', 'F'],
  characters: ['latin1', 'ebcdic', 'ebcdic-500', 'shift-jis', 'utf-8', 'track-nibbles'],
  prefix: ['ascii', 'ebcdic', 'bcd', 'binary', 'binary-byte'],
  prefixUnit: ['values', 'bytes'],
  binaryFixed: ['raw', 'hex'],
  binaryVariable: ['raw', 'hex'],
} as const satisfies { readonly [K in keyof WireProfile]: readonly WireProfile[K][] };
