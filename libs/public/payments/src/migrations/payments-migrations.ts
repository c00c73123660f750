import type { Migration } from '@tsunagu/platform';
import { CreatePayments1795000002000 } from './create-payments.migration.js';
import { CreateWorkerLeases1795000002001 } from './create-worker-leases.migration.js';
import { EndPaymentsInTime1795000002010 } from './end-payments-in-time.migration.js';
import { KeepCurrencyChoices1795000002020 } from './keep-currency-choices.migration.js';
import { KeepSignatures1795000002021 } from './keep-signatures.migration.js';
import { KeepTestClocks1795000002022 } from './keep-test-clocks.migration.js';
import { ResolveByTwo1795000002011 } from './resolve-by-two.migration.js';
import { WaitForTheTill1795000002002 } from './wait-for-the-till.migration.js';

/** Migrations of this feature, oldest first. */
export const paymentsMigrations: readonly Migration[] = [
  CreatePayments1795000002000,
  CreateWorkerLeases1795000002001,
  WaitForTheTill1795000002002,
  EndPaymentsInTime1795000002010,
  ResolveByTwo1795000002011,
  KeepCurrencyChoices1795000002020,
  KeepSignatures1795000002021,
  KeepTestClocks1795000002022,
];
