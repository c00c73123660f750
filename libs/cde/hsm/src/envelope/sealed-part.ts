import type { SealedAccount, SealedSad } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import type { EnvelopePart } from './envelope-epoch.js';

/** Version of the layout below; it is part of what is authenticated. */
export const ENVELOPE_VERSION = 1;
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
  const name = `${part}.`;
  if (!sealed.startsWith(name)) throw new EnvelopeError('malformed', part);
  const bytes = Buffer.from(sealed.slice(name.length), 'base64');
  if (bytes.length < HEADER_BYTES + NONCE_BYTES + TAG_BYTES || bytes[0] !== ENVELOPE_VERSION) {
    throw new EnvelopeError('malformed', part);
  }
  const body = HEADER_BYTES + NONCE_BYTES;
  return { epoch: bytes.readUInt32BE(1), nonce: bytes.subarray(HEADER_BYTES, body), cipher: bytes.subarray(body) };
}

/** What the tag binds: a part moved to another tenant or another slot does not open. */
export function sealedAad(tenantId: string, part: EnvelopePart): Buffer {
  return Buffer.from(`${tenantId}|${part}|${ENVELOPE_VERSION}`, 'latin1');
}
