import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { KeyInventory } from '../inventory/key-inventory.service.js';
import {
  publicTextOf,
  signCertificate,
  signingKeyOf,
  type ErasureCertificate,
  type ErasureStatement,
} from './certificate.js';

const KEY_ID = 'certificate-1';

/**
 * Signs for the vault. The Ed25519 key is derived from a key of the HSM when it is needed and kept nowhere: every vault has the same
 * one, and a copied database or disk signs nothing.
 */
@Injectable()
export class CertificateSigner {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly inventory: KeyInventory,
  ) {}

  /** @throws HsmError */
  async sign(statement: ErasureStatement): Promise<ErasureCertificate> {
    return signCertificate(statement, await this.#key(), KEY_ID);
  }

  /** What certificates are proved with. @throws HsmError */
  async publicKey(): Promise<string> {
    return publicTextOf(await this.#key());
  }

  async #key(): Promise<ReturnType<typeof signingKeyOf>> {
    const info = await this.hsm.generateKey({ id: KEY_ID, usage: 'M7', type: 'HMAC256', scope: 'index' });
    const whose = { version: 1, tenantId: null, zone: '', origin: 'system', createdBy: 'system' } as const;
    await this.inventory.register({ purpose: 'certificate', info, ...whose }, 'certificate');
    const data = Buffer.from('ed25519 seed of certificates|1');
    const seed = await this.hsm.generateMac({ key: info.key, alg: 'HMAC-SHA256', data });
    try {
      return signingKeyOf(seed);
    } finally {
      seed.fill(0);
    }
  }
}
