import type { Migration } from '@tsunagu/platform';
import { CreateMerchants1795000001001 } from './create-merchants.migration.js';
import { NamePlanContracts1795000001010 } from './name-plan-contracts.migration.js';
import { OfferCurrencies1795000001020 } from './offer-currencies.migration.js';
import { NameStorePhones1795000001030 } from './name-store-phones.migration.js';
import { NameVerificationContracts1795000001040 } from './name-verification-contracts.migration.js';
import { GrowApiKeys1795000001002 } from './grow-api-keys.migration.js';

/** Tables of tenants, stores, terminals and keys, in order of execution. */
export const merchantsMigrations: readonly Migration[] = [
  CreateMerchants1795000001001,
  GrowApiKeys1795000001002,
  NamePlanContracts1795000001010,
  OfferCurrencies1795000001020,
  NameStorePhones1795000001030,
  NameVerificationContracts1795000001040,
];
