import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { indexKey } from './vault-keys.js';

/**
 * Keyed fingerprints, computed in the HSM: equal for equal values of one tenant, useless to anybody without the key, and
 * different between tenants. A plain hash of a PAN would be its PAN. @source PCI DSS v4.0.1 requirement 3.5.1.1
 */
@Injectable()
export class Fingerprints {
  constructor(private readonly hsm: HsmProvider) {}

  ofPan(tenantId: string, pan: Buffer): Promise<Buffer> {
    return this.#of(`pan|${tenantId}|`, pan);
  }

  ofCipher(tenantId: string, cipher: Buffer): Promise<Buffer> {
    return this.#of(`cipher|${tenantId}|`, cipher);
  }

  async #of(domain: string, value: Buffer): Promise<Buffer> {
    const data = Buffer.concat([Buffer.from(domain), value]);
    try {
      return await this.hsm.generateMac({ key: indexKey(this.hsm), alg: 'HMAC-SHA256', data });
    } finally {
      data.fill(0);
    }
  }
}
