/** Digits: one ASCII byte each, or two to a byte with the spare nibble of an odd count last or first. */
export type DigitWire = 'ascii' | 'bcd-pad-last' | 'bcd-pad-first';
export type BinaryWire = 'raw' | 'hex';

/** How each kind of value is written on a link. Any of it may be overridden for one field. */
export interface FieldWire {
  readonly digits: DigitWire;
  /** Length prefix of LL and LLL fields: 2 or 3 ASCII digits, or 1 or 2 BCD bytes. Counts digits, characters or bytes. */
  readonly prefix: 'ascii' | 'bcd';
  /** Binary fields of fixed length; those of variable length are always raw. */
  readonly binaryFixed: BinaryWire;
}

export interface WireProfile extends FieldWire {
  readonly mti: 'ascii' | 'bcd';
  readonly bitmap: BinaryWire;
}

export type WireProfileName = 'ascii' | 'hybrid' | 'binary' | 'binary-lp';

/** The four profiles of TSN-93; `hybrid` is the house default. @source test/vectors/iso8583/iso8583-1993.json `profiles` */
export const WIRE_PROFILES: Readonly<Record<WireProfileName, WireProfile>> = {
  ascii: { mti: 'ascii', bitmap: 'hex', digits: 'ascii', prefix: 'ascii', binaryFixed: 'hex' },
  hybrid: { mti: 'ascii', bitmap: 'raw', digits: 'ascii', prefix: 'ascii', binaryFixed: 'raw' },
  binary: { mti: 'bcd', bitmap: 'raw', digits: 'bcd-pad-last', prefix: 'bcd', binaryFixed: 'raw' },
  'binary-lp': { mti: 'bcd', bitmap: 'raw', digits: 'bcd-pad-first', prefix: 'bcd', binaryFixed: 'raw' },
};
