import type { Migration } from '@tsunagu/platform';
import { CompleteTokens1795000010020 } from './complete-tokens.migration.js';
import { CreateVault1795000010001 } from './create-vault.migration.js';
import { CreateEnrolmentCodes1795000010012 } from './create-enrolment-codes.migration.js';
import { CreateKeyInventory1795000010011 } from './create-key-inventory.migration.js';
import { VersionDataKeys1795000010013 } from './version-data-keys.migration.js';
import { CreateTokenJobs1795000010022 } from './create-token-jobs.migration.js';
import { OrderTenantChanges1795000010021 } from './order-tenant-changes.migration.js';
import { ReplaceCustodians1795000010028 } from './replace-custodians.migration.js';
import { VersionFingerprints1795000010027 } from './version-fingerprints.migration.js';
import { VersionTenantKeys1795000010032 } from './version-tenant-keys.migration.js';
import { ReencryptCards1795000010025 } from './reencrypt-cards.migration.js';
import { SealAudit1795000010010 } from './seal-audit.migration.js';

/** Tables of the vault, in the order of their timestamps. */
export const vaultMigrations: readonly Migration[] = [
  CreateVault1795000010001,
  SealAudit1795000010010,
  CreateKeyInventory1795000010011,
  CreateEnrolmentCodes1795000010012,
  VersionDataKeys1795000010013,
  CompleteTokens1795000010020,
  OrderTenantChanges1795000010021,
  CreateTokenJobs1795000010022,
  VersionFingerprints1795000010027,
  ReplaceCustodians1795000010028,
  ReencryptCards1795000010025,
  VersionTenantKeys1795000010032,
];
