import type { SealedAccount, SealedSad } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import { createHash } from 'node:crypto';
import type { EnvelopePart } from './envelope-epoch.js';

/** Version of the layout below; it is part of what is authenticated. */
export const ENVELOPE_VERSION = 1;
/** Version of two parts of which the second lies over the first: a card, and a PIN that was typed after it was read. */
const LAID_OVER_VERSION = 2;
const HEADER_BYTES = 1 + 4;
export const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed part cannot be opened: damaged, of another tenant, or its data key has been destroyed. */
export class EnvelopeError extends AppError {
  readonly code = 'envelope_unreadable';
  readonly category = 'conflict';

  constructor(
    readonly reason: 'malformed' | 'expired' | 'forged',
    part: EnvelopePart,
  ) {
    super('a sealed part cannot be opened', { reason, part });
  }
}

/** A sealed part by its name. */
export type SealedText = { readonly sad: SealedSad; readonly account: SealedAccount };

/** Name of the part, a dot, then in base64: version (1) ‖ epoch (4, big endian) ‖ nonce (12) ‖ ciphertext ‖ GCM tag (16). */
export function packSealed<P extends EnvelopePart>(
  part: P,
  { epoch, nonce, cipher }: { epoch: number; nonce: Buffer; cipher: Buffer },
): SealedText[P] {
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = ENVELOPE_VERSION;
  header.writeUInt32BE(epoch, 1);
  return `${part}.${Buffer.concat([header, nonce, cipher]).toString('base64')}` as SealedText[P];
}

/** @throws EnvelopeError `malformed` */
export function unpackSealed(part: EnvelopePart, sealed: string): { epoch: number; nonce: Buffer; cipher: Buffer } {
  const bytes = bytesOf(part, sealed);
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== ENVELOPE_VERSION) {
    throw new EnvelopeError('malformed', part);
  }
  const body = HEADER_BYTES + NONCE_BYTES;
  return { epoch: bytes.readUInt32BE(1), nonce: bytes.subarray(HEADER_BYTES, body), cipher: bytes.subarray(body) };
}

/** What the tag binds: a part moved to another tenant or another slot does not open, and one made to lie over another lies over no third. */
export function sealedAad(tenantId: string, part: EnvelopePart, under?: SealedSad): Buffer {
  const over = under === undefined ? '' : `|${createHash('sha256').update(under, 'latin1').digest('hex')}`;
  return Buffer.from(`${tenantId}|${part}|${ENVELOPE_VERSION}${over}`, 'latin1');
}

/** Layout, in base64 after the name: version 2 (1) ‖ length of the lower part (2, big endian) ‖ lower part ‖ upper part. */
export function layOver(under: SealedSad, over: SealedSad): SealedSad {
  const [lower, upper] = [bytesOf('sad', under), bytesOf('sad', over)];
  const header = Buffer.alloc(3);
  header[0] = LAID_OVER_VERSION;
  header.writeUInt16BE(lower.length, 1);
  return `sad.${Buffer.concat([header, lower, upper]).toString('base64')}`;
}

/** The two parts, or the one that there is. @throws EnvelopeError `malformed` */
export function layersOf(sealed: SealedSad): { readonly under: SealedSad; readonly over: SealedSad | null } {
  const bytes = bytesOf('sad', sealed);
  if (bytes[0] !== LAID_OVER_VERSION) return { under: sealed, over: null };
  const end = bytes.length < 3 ? bytes.length : 3 + bytes.readUInt16BE(1);
  if (end >= bytes.length) throw new EnvelopeError('malformed', 'sad');
  const named = (part: Buffer): SealedSad => `sad.${part.toString('base64')}`;
  return { under: named(bytes.subarray(3, end)), over: named(bytes.subarray(end)) };
}

function bytesOf(part: EnvelopePart, sealed: string): Buffer {
  const name = `${part}.`;
  if (!sealed.startsWith(name)) throw new EnvelopeError('malformed', part);
  return Buffer.from(sealed.slice(name.length), 'base64');
}
