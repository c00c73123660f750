import { randomFillSync } from 'node:crypto';
import { invariant } from './app-error.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const pool = Buffer.alloc(4096);
let used = pool.length;

/**
 * A time-ordered id (UUIDv7): 48 bits of milliseconds, then 74 random bits.
 * Big tables are partitioned by it, so the instant must be the one of the row.
 */
export function newId(at: Date): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const r = pool.subarray(used, (used += 10));
  const ms = at.getTime().toString(16).padStart(12, '0');
  const a = ((r.readUInt16BE(0) & 0x0fff) | 0x7000).toString(16);
  const b = ((r.readUInt16BE(2) & 0x3fff) | 0x8000).toString(16);
  return `${ms.slice(0, 8)}-${ms.slice(8)}-${a}-${b}-${r.toString('hex', 4, 10)}`;
}

/** Instant inside a UUIDv7. */
export function idInstant(id: string): Date {
  return new Date(parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

/** Public form of an id: `<prefix>_` and 26 Crockford base-32 characters of the same 128 bits. */
export function toWireId(prefix: string, id: string): string {
  let bits = BigInt(`0x${id.replaceAll('-', '')}`);
  let text = '';
  for (let i = 0; i < 26; i += 1) {
    text = ALPHABET[Number(bits & 31n)] + text;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}

/**
 * Row id of a public id, or undefined when the text is not one of this prefix.
 * An unknown id and a malformed one get the same answer from the API: 404.
 */
export function fromWireId(prefix: string, wireId: string): string | undefined {
  if (wireId.length !== prefix.length + 27 || !wireId.startsWith(`${prefix}_`)) return undefined;
  let bits = 0n;
  for (const character of wireId.slice(prefix.length + 1)) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    bits = (bits << 5n) | BigInt(digit);
  }
  if (bits >> 128n !== 0n) return undefined;
  const hex = bits.toString(16).padStart(32, '0');
  invariant(hex.length === 32, 'an id has 128 bits');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
