import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const ZERO = Buffer.alloc(16);
const USAGE = { derivation: 0x8000, mac: 0x2000, data: 0x3000 } as const;

/** What the bare pipeline needs of a card; the same cryptography as the gateway's vault and envelope, straight on node:crypto. */
export interface OpenedCard {
  readonly pan: string;
  readonly expiry: string;
  readonly track2: string;
}

/** AES-DUKPT working keys of one transaction. @source ANSI X9.24-3-2017 6.3.2 */
export function workingKeys(initialKey: Buffer, ksn: Buffer): { mac: Buffer; data: Buffer } {
  const device = ksn.subarray(4, 8);
  const counter = ksn.readUInt32BE(8);
  let key = initialKey;
  let reached = 0;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    key = derive(key, USAGE.derivation, device, reached);
  }
  return { mac: derive(key, USAGE.mac, device, counter), data: derive(key, USAGE.data, device, counter) };
}

function derive(key: Buffer, usage: number, device: Buffer, counter: number): Buffer {
  const block = Buffer.alloc(16);
  block.writeUInt16BE(0x0101, 0);
  block.writeUInt16BE(usage, 2);
  block.writeUInt16BE(2, 4); // AES-128
  block.writeUInt16BE(128, 6);
  device.copy(block, 8);
  block.writeUInt32BE(counter, 12);
  return ecb(key, block);
}

/** @returns undefined when the MAC is wrong */
export function openCard(
  initialKey: Buffer,
  card: { ksn: string; iv: string; ciphertext: string; mac: string },
): OpenedCard | undefined {
  const [ksn, iv, cipher, mac] = [card.ksn, card.iv, card.ciphertext, card.mac].map((text) =>
    Buffer.from(text, 'hex'),
  ) as [Buffer, Buffer, Buffer, Buffer];
  const keys = workingKeys(initialKey, ksn);
  if (!timingSafeEqual(cmac(keys.mac, Buffer.concat([ksn, iv, cipher])), mac)) return undefined;
  const decipher = createDecipheriv('aes-128-cbc', keys.data, iv);
  const plain = Buffer.concat([decipher.update(cipher), decipher.final()]);
  const track2 = plain
    .subarray(2, 2 + plain[1]!)
    .toString('hex')
    .toUpperCase()
    .replace(/F$/, '');
  plain.fill(0);
  const [pan, rest] = track2.split('D') as [string, string];
  return { pan, expiry: rest.slice(0, 4), track2 };
}

function cmac(key: Buffer, data: Buffer): Buffer {
  const first = double(ecb(key, ZERO));
  const isWhole = data.length > 0 && data.length % 16 === 0;
  const last = isWhole ? first : double(first);
  const padded = isWhole
    ? Buffer.from(data)
    : Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(15 - (data.length % 16))]);
  for (let i = 0; i < 16; i += 1) padded[padded.length - 16 + i]! ^= last[i]!;
  const cipher = createCipheriv('aes-128-cbc', key, ZERO).setAutoPadding(false);
  return cipher.update(padded).subarray(-16);
}

function double(block: Buffer): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i += 1) out[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff;
  if ((block[0]! & 0x80) !== 0) out[15]! ^= 0x87;
  return out;
}

function ecb(key: Buffer, block: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
}

/** AES-256-GCM, nonce first, tag last. */
export function seal(key: Buffer, aad: string, plain: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(plain, 'latin1'), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

export function unseal(key: Buffer, aad: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(aad));
  decipher.setAuthTag(bytes.subarray(-16));
  return decipher.update(bytes.subarray(12, -16), undefined, 'latin1') + decipher.final('latin1');
}

/** Keyed index of a card number. */
export function panIndex(key: Buffer, pan: string): Buffer {
  return createHmac('sha256', key).update(pan).digest();
}
