import type { HsmProvider } from '@tsunagu/hsm';
import { CardFingerprints } from '@tsunagu/switching';

const KEY = 'negative-list-index';

/** Fingerprints of listed cards, made inside the HSM under a key of the switch's own: no tenant's index can be matched with them. */
export class HsmFingerprints extends CardFingerprints {
  private constructor(private readonly hsm: HsmProvider) {
    super();
  }

  /** Make the key, or find the one that is there. @throws HsmError */
  static async open(hsm: HsmProvider): Promise<HsmFingerprints> {
    await hsm.generateKey({ id: KEY, usage: 'M7', type: 'HMAC256', scope: 'link-mac' });
    return new HsmFingerprints(hsm);
  }

  override async of(pan: string): Promise<Buffer> {
    const data = Buffer.from(`negative|${pan}`, 'latin1');
    try {
      return await this.hsm.generateMac({ key: { provider: this.hsm.name, id: KEY }, alg: 'HMAC-SHA256', data });
    } finally {
      data.fill(0);
    }
  }
}
