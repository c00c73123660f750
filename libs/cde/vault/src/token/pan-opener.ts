import { Injectable } from '@nestjs/common';
import { AppLogger } from '@tsunagu/platform';
import { StoredAccountError } from '../vault-errors.js';
import type { StoredCard } from './card.repository.js';
import { openPan } from './pan-cipher.js';
import { TenantDataKeys } from './tenant-data-keys.js';

/** Opens a stored card number. Only after its audit row is durable, and whoever gets it wipes it. */
@Injectable()
export class PanOpener {
  constructor(
    private readonly dataKeys: TenantDataKeys,
    private readonly logger: AppLogger,
  ) {}

  /** @returns digits, wiped by the caller. @throws StoredAccountError the row was changed or moved; HsmError */
  async open(tokenId: string, card: Pick<StoredCard, 'ownerId' | 'dekId' | 'version' | 'panCipher'>): Promise<Buffer> {
    const { ownerId: tenantId, dekId, version, panCipher } = card;
    const key = await this.dataKeys.byId(tenantId, dekId);
    try {
      return openPan(key.bytes, { tenantId, tokenId, version }, panCipher);
    } catch (error) {
      if (error instanceof StoredAccountError) {
        this.logger.error('security event: a stored account failed its authentication', { tenantId, tokenId });
      }
      throw error;
    }
  }
}
