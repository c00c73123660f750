import { createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import type { IsoMessage } from '@tsunagu/iso8583';
import { cardNumber } from '../hosts/booking.js';
import { TEST_CARDS } from './test-cards.js';

/** What the issuer makes of a PIN. `unread`: under a key that nobody told this host, so it cannot judge it. */
export type PinVerdict = 'none' | 'right' | 'wrong' | 'locked' | 'broken' | 'unread';

/**
 * Zone keys by the name that field 53 carries: published test vectors, which everybody knows. A format-4 key is AES, the others TDES.
 * @source vectors of pin-translation; card-crypto.md §6, iso8583-1993.md §10.8
 */
const ZONE_KEYS: Readonly<Record<string, string>> = {
  'zpk-cup-': 'E11B4494BCE142DB38ABC31CF9C15242',
  'zpk-acq-': 'A4343734DF3732D9D6545E3BF1ADC1D9',
  'zpk-jcb-': 'A4343734DF3732D9D6545E3BF1ADC1D9',
};
const BLOCK_HERE = 0x04;
const FILLER_A = 0xa;
const FILLER_F = 0xf;
const TRIES_MAX = 3;
/** A sandbox forgives: nobody is there to whom the holder could go. */
const LOCKED_MS = 300_000;

/** PINs of test cards, and how often each was missed. Knows cards by a digest under a key of this process alone. */
export class PinBook {
  readonly #salt = randomBytes(32);
  readonly #pins = new Map<string, string>();
  readonly #missed = new Map<string, { count: number; at: number }>();

  constructor(private readonly now: () => number = Date.now) {
    for (const { pan, pin } of Object.values(TEST_CARDS)) this.#pins.set(this.#digest(pan), pin);
  }

  /** Judge the PIN of a message and remember a miss. A card whose PIN is not on record is taken by any that can be read. */
  judge(message: IsoMessage): PinVerdict {
    const sent = blockOf(message);
    if (sent === undefined) return 'none';
    const key = ZONE_KEYS[sent.keyId];
    if (key === undefined) return 'unread';
    const number = cardNumber(message);
    const card = this.#digest(number);
    if (this.#isLocked(card)) return 'locked';
    const pin = decode(sent.format, Buffer.from(key, 'hex'), sent.block, number);
    if (pin === undefined) return 'broken';
    const isRight = (this.#pins.get(card) ?? pin) === pin;
    if (isRight) this.#missed.delete(card);
    else this.#missed.set(card, { count: (this.#missed.get(card)?.count ?? 0) + 1, at: this.now() });
    return isRight ? 'right' : 'wrong';
  }

  #isLocked(card: string): boolean {
    const missed = this.#missed.get(card);
    if (missed !== undefined && this.now() - missed.at > LOCKED_MS) this.#missed.delete(card);
    return (this.#missed.get(card)?.count ?? 0) >= TRIES_MAX;
  }

  #digest(number: string): string {
    return createHmac('sha256', this.#salt).update(number).digest('hex');
  }
}

interface SentBlock {
  readonly format: number;
  readonly block: Buffer;
  readonly keyId: string;
}

/** Scheme 04 carries block and key id in 53; scheme 03 the key id, with the block in 52. */
function blockOf(message: IsoMessage): SentBlock | undefined {
  const security = message.bytes(53);
  if (security === undefined) return undefined;
  const [scheme, format = 0] = security;
  const block = scheme === BLOCK_HERE ? security.subarray(2, 18) : message.bytes(52);
  if (block === undefined) return undefined;
  const keyId = Buffer.from(security.subarray(scheme === BLOCK_HERE ? 18 : 2)).toString('latin1');
  return { format, block: Buffer.from(block), keyId };
}

/** @returns the digits; undefined when the block cannot be read: a wrong key, or a block made for another card */
function decode(format: number, key: Buffer, block: Buffer, number: string): string | undefined {
  const field = format === 4 ? fieldOf4(key, block, number) : fieldOf0(key, block, number);
  const hex = field.subarray(0, 8).toString('hex');
  const length = Number.parseInt(hex[1] ?? '', 16);
  const pin = hex.slice(2, 2 + length);
  const isSound = hex[0] === String(format) && length >= 4 && length <= 12 && /^\d+$/.test(pin);
  return isSound && isFilled(format, hex.slice(2 + length)) ? pin : undefined;
}

function fieldOf4(key: Buffer, block: Buffer, number: string): Buffer {
  const account = `${Math.max(0, number.length - 12)}${number.padStart(12, '0')}`.padEnd(32, '0');
  return decipher('aes-128-ecb', key, xor(decipher('aes-128-ecb', key, block), Buffer.from(account, 'hex')));
}

function fieldOf0(key: Buffer, block: Buffer, number: string): Buffer {
  const account = Buffer.from(`0000${number.slice(0, -1).slice(-12).padStart(12, '0')}`, 'hex');
  return xor(decipher('des-ede3-ecb', Buffer.concat([key, key.subarray(0, 8)]), block), account);
}

function isFilled(format: number, filler: string): boolean {
  const digits = [...filler].map((digit) => Number.parseInt(digit, 16));
  if (format === 3) return digits.every((digit) => digit >= FILLER_A);
  return digits.every((digit) => digit === (format === 4 ? FILLER_A : FILLER_F));
}

function decipher(algorithm: string, key: Buffer, bytes: Buffer): Buffer {
  const cipher = createDecipheriv(algorithm, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)));
}
