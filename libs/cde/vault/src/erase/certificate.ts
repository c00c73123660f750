import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { KeyPurpose } from '../inventory/key-purposes.js';

/** Form of the certificate; another form gets another name. */
export const CERTIFICATE_FORM = 'tsunagu.tenant-erasure/1';

/** A key of the tenant that no longer exists. */
export interface DestroyedKey {
  readonly id: string;
  readonly purpose: KeyPurpose;
  readonly kcv: string;
  readonly destroyed_at: string;
}

/** What was erased, by whom, when, and what stays because law or a standard wants it. Wire names: people outside read it. */
export interface ErasureStatement {
  readonly form: typeof CERTIFICATE_FORM;
  readonly tenant_id: string;
  readonly ordered_by: string;
  readonly approved_by: string;
  readonly approved_at: string;
  readonly erased_at: string;
  /** No process holds a clear key of the tenant in memory after this instant. */
  readonly memory_clear_by: string;
  readonly erased: { readonly cards: number; readonly data_keys: number };
  readonly destroyed_keys: readonly DestroyedKey[];
  readonly kept: readonly KeptRecord[];
  readonly backups: string;
}

/** Something that stays. */
export interface KeptRecord {
  readonly what: string;
  readonly why: string;
  readonly source: string;
  readonly years: number;
}

/** The statement and the signature over its canonical text. */
export interface ErasureCertificate {
  readonly statement: ErasureStatement;
  readonly signature: {
    readonly algorithm: 'Ed25519';
    readonly key_id: string;
    /** DER SubjectPublicKeyInfo, base64. */
    readonly public_key: string;
    readonly value: string;
  };
}

/** What outlives a tenant. None of it holds a card number; checked by the law as it stood in 2026. */
export const KEPT_RECORDS: readonly KeptRecord[] = [
  { what: 'payments, refunds and their double entries, with masked cards and token ids', why: 'accounting books', source: 'Companies Act of Japan, article 432 (2)', years: 10 },
  { what: 'settlement reports and vouchers', why: 'tax books and vouchers', source: 'Ordinance for Enforcement of the Corporation Tax Act of Japan, article 59', years: 7 },
  { what: 'the audit of card data and keys, in its chain', why: 'audit history', source: 'PCI DSS v4.0.1, requirement 10.5.1', years: 1 },
  { what: 'inventory lines of destroyed keys, without the keys', why: 'proof of destruction', source: 'PCI DSS v4.0.1, requirement 3.7', years: 1 },
]; // prettier-ignore

/** @param seed 32 bytes. @returns the private key of Ed25519 that belongs to it */
export function signingKeyOf(seed: Buffer): KeyObject {
  const header = Buffer.from('302e020100300506032b657004220420', 'hex'); // PKCS #8 of an Ed25519 key, RFC 8410
  const der = Buffer.concat([header, seed]);
  try {
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  } finally {
    der.fill(0);
  }
}

/** Public half as it stands in a certificate. */
export function publicTextOf(key: KeyObject): string {
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64');
}

export function signCertificate(statement: ErasureStatement, key: KeyObject, keyId: string): ErasureCertificate {
  const value = sign(null, Buffer.from(canonicalJson(statement)), key).toString('base64');
  return { statement, signature: { algorithm: 'Ed25519', key_id: keyId, public_key: publicTextOf(key), value } };
}

/**
 * Prove a certificate, however it was formatted on its way.
 * @param publicKey the vault's, from a place that the certificate did not come from
 */
export function isGenuineCertificate(certificate: ErasureCertificate, publicKey: string): boolean {
  const { statement, signature } = certificate;
  if (signature.algorithm !== 'Ed25519' || signature.public_key !== publicKey) return false;
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  return verify(null, Buffer.from(canonicalJson(statement)), key, Buffer.from(signature.value, 'base64'));
}

/** JSON with its keys in order and no spaces: one text for one value. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}:${canonicalJson(each)}`).join(',')}}`;
}
