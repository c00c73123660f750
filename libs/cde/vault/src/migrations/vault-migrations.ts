import type { Migration } from '@tsunagu/platform';
import { CreateVault1795000010001 } from './create-vault.migration.js';

/** Tables of the vault, in the order of their timestamps. */
export const vaultMigrations: readonly Migration[] = [CreateVault1795000010001];
