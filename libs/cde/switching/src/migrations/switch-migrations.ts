import type { Migration } from '@tsunagu/platform';
import { AddressLeases1795000020061 } from './address-leases.migration.js';
import { CountCardDeclines1795000020081 } from './count-card-declines.migration.js';
import { CountIncreases1795000020092 } from './count-increases.migration.js';
import { CreateJournal1795000020001 } from './create-journal.migration.js';
import { DrainStoreAndForward1795000020042 } from './drain-store-and-forward.migration.js';
import { KeepNegativeList1795000020043 } from './keep-negative-list.migration.js';
import { KeepDomesticCodes1795000020094 } from './keep-domestic-codes.migration.js';
import { KeepIssuerMessages1795000020093 } from './keep-issuer-messages.migration.js';
import { RuleAttempts1795000020091 } from './rule-attempts.migration.js';
import { ReconcileLinks1795000020041 } from './reconcile-links.migration.js';

/** Migrations of the switch's schema, oldest first. */
export const switchMigrations: readonly Migration[] = [
  CreateJournal1795000020001,
  ReconcileLinks1795000020041,
  DrainStoreAndForward1795000020042,
  KeepNegativeList1795000020043,
  AddressLeases1795000020061,
  CountCardDeclines1795000020081,
  RuleAttempts1795000020091,
  CountIncreases1795000020092,
  KeepIssuerMessages1795000020093,
  KeepDomesticCodes1795000020094,
];
