import { HsmError, type HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const SEPARATOR = 0x3d;
const EXPIRY = /^[0-9]{2}(?:0[1-9]|1[0-2])$/;

/** A card of a file in the clear; whoever gets it wipes it. */
export interface LineCard {
  readonly pan: Buffer;
  /** YYMM. */
  readonly expiry: string | null;
}

/**
 * One card of a file between partners: nonce (12) ‖ AES-256-GCM(exchange key, PAN [= YYMM], AAD = `tsunagu-card/1|` reference) ‖ tag (16).
 * A line opens under its own reference only, so lines cannot be exchanged between customers. Key operations happen in the HSM.
 */
export async function sealLine(hsm: HsmProvider, key: KeyRef, reference: string, card: LineCard): Promise<Buffer> {
  const iv = randomBytes(NONCE_BYTES);
  const expiry = Buffer.from(card.expiry === null ? '' : `=${card.expiry}`, 'latin1');
  const data = Buffer.concat([card.pan, expiry]);
  try {
    return Buffer.concat([iv, await hsm.encrypt({ key, mode: 'GCM', iv, aad: aad(reference), data })]);
  } finally {
    data.fill(0);
  }
}

/** @returns undefined for anything that is not a card of this reference under this key: one answer. @throws HsmError the HSM is not there */
export async function openLine(
  hsm: HsmProvider,
  key: KeyRef,
  reference: string,
  sealed: Buffer,
): Promise<LineCard | undefined> {
  const [iv, data] = [sealed.subarray(0, NONCE_BYTES), sealed.subarray(NONCE_BYTES)];
  let plain: Buffer;
  try {
    plain = await hsm.decrypt({ key, mode: 'GCM', iv, aad: aad(reference), data });
  } catch (error) {
    if (error instanceof HsmError && (error.reason === 'mac' || error.reason === 'format')) return undefined;
    throw error;
  }
  const card = readCard(plain);
  if (card === undefined) plain.fill(0);
  return card;
}

function readCard(plain: Buffer): LineCard | undefined {
  const at = plain.indexOf(SEPARATOR);
  const pan = at < 0 ? plain : plain.subarray(0, at);
  const expiry = at < 0 ? null : plain.toString('latin1', at + 1);
  return isCardNumber(pan) && (expiry === null || EXPIRY.test(expiry)) ? { pan, expiry } : undefined;
}

/** 12 to 19 digits and a right check digit, without a text of them. @source ISO/IEC 7812-1 annex B (Luhn) */
function isCardNumber(pan: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < pan.length; i += 1) {
    const digit = pan[pan.length - 1 - i]! - 0x30;
    if (digit < 0 || digit > 9) return false;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return pan.length >= 12 && pan.length <= 19 && sum % 10 === 0;
}

function aad(reference: string): Buffer {
  return Buffer.from(`tsunagu-card/1|${reference}`, 'latin1');
}
