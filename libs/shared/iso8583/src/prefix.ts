import type { LengthKind } from './field-table.js';
import type { PrefixWire } from './wire-profile.js';

/** Width of a length prefix in bytes; 0 for a fixed field. */
export function prefixBytes(prefix: PrefixWire, length: LengthKind): number {
  if (length === 'fixed') return 0;
  const digits = length === 'll' ? 2 : 3;
  switch (prefix) {
    case 'ascii':
    case 'ebcdic':
      return digits;
    case 'bcd':
    case 'binary':
      return digits - 1;
    case 'binary-byte':
      return 1;
  }
}

/** The largest number that a prefix can say. */
export function prefixLimit(prefix: PrefixWire, length: LengthKind): number {
  if (prefix === 'binary') return length === 'll' ? 0xff : 0xffff;
  if (prefix === 'binary-byte') return 0xff;
  return length === 'll' ? 99 : 999;
}
