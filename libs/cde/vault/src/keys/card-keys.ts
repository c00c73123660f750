import { Injectable } from '@nestjs/common';
import { KeyRing } from '../inventory/key-ring.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { Fingerprints } from './fingerprints.js';

/** The keys of the house that a card meets on its way in. */
@Injectable()
export class CardKeys {
  constructor(
    readonly data: TenantDataKeys,
    readonly fingerprints: Fingerprints,
    readonly ring: KeyRing,
  ) {}
}
