import { acceptorMigrations } from '@tsunagu/acceptor';
import { vaultMigrations } from '@tsunagu/card-vault';
import { merchantsMigrations } from '@tsunagu/merchants';
import { notifyMigrations } from '@tsunagu/notify';
import { paymentsMigrations } from '@tsunagu/payments';
import { platformMigrations, type Migration } from '@tsunagu/platform';
import { receiptsMigrations } from '@tsunagu/receipts';
import { switchMigrations } from '@tsunagu/switching';

/** Every migration of the house, in the order of their timestamps. */
export const ALL_MIGRATIONS: readonly Migration[] = [
  ...platformMigrations,
  ...merchantsMigrations,
  ...paymentsMigrations,
  ...notifyMigrations,
  ...receiptsMigrations,
  ...vaultMigrations,
  ...switchMigrations,
  ...acceptorMigrations,
];
