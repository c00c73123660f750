import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { invariant } from '@tsunagu/kernel';
import { KeyBook } from '../inventory/key-book.repository.js';
import {
  publicTextOf,
  signCertificate,
  signingKeyOf,
  type ErasureCertificate,
  type ErasureStatement,
} from './certificate.js';

/** What certificates of one key are proved with. */
export interface CertificateKey {
  /** As a certificate names it. */
  readonly keyId: string;
  /** DER SubjectPublicKeyInfo, base64. */
  readonly publicKey: string;
}

/**
 * Signs for the vault. The Ed25519 key is derived from the active key of the HSM when it is needed and kept nowhere: every vault has the same
 * one, and a copied database or disk signs nothing. Closed keys sign no more, and tell their public half for ever.
 */
@Injectable()
export class CertificateSigner {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly book: KeyBook,
  ) {}

  /** @throws HsmError, DatabaseError */
  async sign(statement: ErasureStatement): Promise<ErasureCertificate> {
    const active = await this.book.active('certificate', null, '');
    invariant(active !== undefined, 'the house has a key for certificates');
    return signCertificate(statement, await this.#derived(active.id), active.id);
  }

  /** One for each key that ever signed, the present one first. @throws HsmError, DatabaseError */
  async publicKeys(): Promise<CertificateKey[]> {
    const keys = await this.book.proving('certificate');
    return Promise.all(keys.map(async ({ id }) => ({ keyId: id, publicKey: publicTextOf(await this.#derived(id)) })));
  }

  async #derived(id: string): Promise<ReturnType<typeof signingKeyOf>> {
    const data = Buffer.from('ed25519 seed of certificates|1');
    const seed = await this.hsm.generateMac({ key: { provider: this.hsm.name, id }, alg: 'HMAC-SHA256', data });
    try {
      return signingKeyOf(seed);
    } finally {
      seed.fill(0);
    }
  }
}
