import type { KeyInfo } from '@tsunagu/hsm';
import { createCipheriv, createHmac, createHash } from 'node:crypto';
import { KEY_PURPOSES, type KeyPurpose } from '../inventory/key-purposes.js';
import { CeremonyInputError } from './ceremony-errors.js';

/** What custodians say of a key before it exists. */
export interface KeyDescription {
  readonly purpose: KeyPurpose;
  readonly usage: KeyInfo['usage'];
  readonly algorithm: KeyInfo['type'];
  readonly tenantId: string | null;
  /** Scheme and maker of readers, link, or partner; empty where there is one key of the purpose. */
  readonly zone: string;
}

const BYTES: Readonly<Record<KeyInfo['type'], number>> = {
  AES128: 16,
  AES192: 24,
  AES256: 32,
  TDES2: 16,
  TDES3: 24,
  HMAC256: 32,
};

/** Length of a key as it is stored. */
export function keyBits(algorithm: KeyInfo['type']): number {
  return BYTES[algorithm] * 8;
}

/** Purposes whose keys the house makes and nobody brings. */
const OF_HOUSE: readonly KeyPurpose[] = ['envelope', 'audit', 'pan-index', 'tenant-kek', 'zone-pin', 'certificate'];

/** @throws CeremonyInputError no such key fits the purpose */
export function checkDescription({ purpose, usage, algorithm, tenantId, zone }: KeyDescription): void {
  const rules = KEY_PURPOSES[purpose];
  if (OF_HOUSE.includes(purpose)) throw new CeremonyInputError('the house alone makes keys of this purpose');
  if (!rules.usages.includes(usage)) throw new CeremonyInputError('the usage does not fit the purpose');
  if (!rules.types.includes(algorithm)) throw new CeremonyInputError('the algorithm does not fit the purpose');
  if (rules.isOfTenant !== (tenantId !== null))
    throw new CeremonyInputError('the purpose decides whether a key has a tenant');
  if (!/^[a-z0-9-]{0,60}$/.test(zone)) throw new CeremonyInputError('a zone is lower-case letters, digits and dashes');
  const needsZone = ['bdk', 'link-pin', 'link-mac', 'transport', 'exchange'].includes(purpose);
  if (needsZone !== (zone !== ''))
    throw new CeremonyInputError('keys of readers, links and partners have a zone, others none');
}

/** Name of a key: purpose, whose, and version. The first keys of the house have shorter ones. */
export function keyIdOf({ purpose, tenantId, zone }: KeyDescription, version: number): string {
  if (purpose === 'audit') return `audit-seal-${version}`; // rows name the number alone
  const whose = [tenantId, zone === '' ? null : zone].filter((part) => part !== null);
  const id = [purpose, ...whose, `v${version}`].join('-');
  if (id.length <= 100) return id;
  return `${purpose}-${createHash('sha256').update(whose.join('-')).digest('hex').slice(0, 32)}-v${version}`;
}

/**
 * A component in hex. All its bits zero would leave the other custodian with the key.
 * @returns bytes, wiped by the caller
 * @throws CeremonyInputError
 */
export function readComponent(hex: string, algorithm: KeyInfo['type']): Buffer {
  const bytes = BYTES[algorithm];
  if (hex.length !== bytes * 2 || !/^[0-9A-Fa-f]+$/.test(hex)) {
    throw new CeremonyInputError(`a component of this key is ${bytes * 2} hex digits`);
  }
  const component = Buffer.from(hex, 'hex');
  if (component.every((byte) => byte === component[0])) {
    component.fill(0);
    throw new CeremonyInputError('a component is random: this one repeats one byte');
  }
  return component;
}

/** Check value of a component as its custodian has it on paper: ECB for TDES, CMAC for AES, HMAC of nothing; 3 bytes. */
export function componentCheckValue(component: Buffer, algorithm: KeyInfo['type']): string {
  const value =
    algorithm === 'HMAC256' ? createHmac('sha256', component).digest() : cipherCheckValue(component, algorithm);
  return value.toString('hex', 0, 3).toUpperCase();
}

function cipherCheckValue(component: Buffer, algorithm: KeyInfo['type']): Buffer {
  if (algorithm.startsWith('TDES')) {
    const full = component.length === 24 ? component : Buffer.concat([component, component.subarray(0, 8)]);
    return encrypt('des-ede3-ecb', full, Buffer.alloc(8));
  }
  const cipher = `aes-${component.length * 8}-ecb`;
  // CMAC of one block of zeros is the encryption of the first subkey. @source NIST SP 800-38B
  return encrypt(cipher, component, double(encrypt(cipher, component, Buffer.alloc(16))));
}

function encrypt(name: string, key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv(name, key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function double(block: Buffer): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i += 1) out[i] = ((block[i]! << 1) | ((block[i + 1] ?? 0) >> 7)) & 0xff;
  if ((block[0]! & 0x80) !== 0) out[15]! ^= 0x87;
  return out;
}
