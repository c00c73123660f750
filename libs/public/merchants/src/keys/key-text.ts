import { createHmac, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { fromWireId, toWireId, type Secret } from '@tsunagu/kernel';

export type KeyMode = 'test' | 'live';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SECRET_BYTES = 32;
const SECRET_LENGTH = 52;
const CHECK_LENGTH = 7;
const SHAPE = /^tsk_(test|live)_([0-9A-HJKMNP-TV-Z]{26})_([0-9A-HJKMNP-TV-Z]{52})([0-9A-HJKMNP-TV-Z]{7})$/;

/** A key that was read: the right shape and check characters, not yet proved. */
export interface ParsedKey {
  readonly mode: KeyMode;
  /** Row id of the credential. */
  readonly id: string;
  readonly secret: string;
}

/**
 * Write a key for people: `tsk_<mode>_<public id>_<secret><check>`.
 *
 * Public id: 26 characters of the row id. Secret: 52 characters of 32 random bytes. Check: 7 characters of the CRC-32 of
 * everything before, so that a mistyped key is refused without a look at the database, and scanners know a real one.
 */
export function writeKey(mode: KeyMode, id: string, secret: string): string {
  const start = `tsk_${mode}_${toWireId('key', id).slice(4)}_${secret}`;
  return start + checkOf(start);
}

/** @returns undefined when the text cannot be a key */
export function parseKey(text: string): ParsedKey | undefined {
  const [, mode, publicId, secret, check] = SHAPE.exec(text) ?? [];
  if (publicId === undefined || secret === undefined) return undefined;
  const id = fromWireId('key', `key_${publicId}`);
  if (id === undefined || checkOf(text.slice(0, -CHECK_LENGTH)) !== check) return undefined;
  return { mode: mode as KeyMode, id, secret };
}

/** A new secret part: 256 random bits. */
export function newSecret(): string {
  return base32(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_LENGTH);
}

/** What is stored of a key: without the pepper, which is not in the database, it proves nothing. */
export function digestOf(pepper: Secret<Buffer>, key: ParsedKey): Buffer {
  return createHmac('sha256', pepper.reveal()).update(`${key.mode}.${key.id}.${key.secret}`).digest();
}

function checkOf(text: string): string {
  return base32(BigInt(crc32(text)), CHECK_LENGTH);
}

function base32(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text;
  return text;
}
