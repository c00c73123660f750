import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { HsmError } from '../provider/hsm-error.js';
import type { Hex, KeyScope, KeyState, KeyType, KeyUsage } from '../provider/hsm-provider.js';

/** What stands in the clear before a sealed key; all of it is authenticated. */
export interface KeyHeader {
  readonly version: 1;
  readonly id: string;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
  readonly state: KeyState;
  readonly kcv: Hex;
  /** ISO 8601, or null for a key that lives until it is destroyed by hand. */
  readonly expiresAt: string | null;
  /** N = it came in a key block that says so, and goes out in none. Absent = its scope decides. @source ANSI X9.143-2022 */
  readonly exportability?: 'N';
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** File of one key: the header as one line of JSON, then base64 of nonce ‖ AES-256-GCM(LMK, key, AAD = header line) ‖ tag. */
export function sealKey(lmk: Buffer, header: KeyHeader, key: Buffer): Buffer {
  const line = JSON.stringify(header);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', lmk, nonce).setAAD(Buffer.from(line));
  const sealed = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return Buffer.from(`${line}\n${sealed.toString('base64')}\n`);
}

/**
 * Open a key file.
 * @throws HsmError `unavailable` the file is damaged, belongs to another LMK, or was put in the place of another key
 */
export function openKey(lmk: Buffer, id: string, file: Buffer): { header: KeyHeader; key: Buffer } {
  const newline = file.indexOf('\n');
  const line = file.subarray(0, Math.max(0, newline));
  const sealed = Buffer.from(file.toString('latin1', newline + 1), 'base64');
  if (newline < 0 || sealed.length <= NONCE_BYTES + TAG_BYTES) throw damaged(id);
  const end = sealed.length - TAG_BYTES;
  const opener = createDecipheriv('aes-256-gcm', lmk, sealed.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  opener.setAAD(line).setAuthTag(sealed.subarray(end));
  const key = opener.update(sealed.subarray(NONCE_BYTES, end));
  try {
    opener.final();
  } catch {
    // the only cause is a tag that does not match; OpenSSL's text adds nothing
    key.fill(0);
    throw damaged(id);
  }
  const header = JSON.parse(line.toString()) as KeyHeader; // authenticated above: it is what sealKey wrote
  if (header.id === id) return { header, key };
  key.fill(0);
  throw damaged(id);
}

/** Header of a key file without opening it; for lists only, nothing in it has been authenticated. */
export function peekHeader(file: Buffer): KeyHeader | undefined {
  try {
    return JSON.parse(file.toString('utf8', 0, Math.max(0, file.indexOf('\n')))) as KeyHeader;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // being destroyed at this moment: already overwritten
    throw error;
  }
}

function damaged(id: string): HsmError {
  return new HsmError('unavailable', 'a key file cannot be opened', { key: id });
}
