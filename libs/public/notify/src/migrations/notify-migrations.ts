import type { Migration } from '@tsunagu/platform';
import { CreateAudit1795000003020 } from './create-audit.migration.js';
import { CreateNotify1795000003001 } from './create-notify.migration.js';
import { GrowWebhooks1795000003010 } from './grow-webhooks.migration.js';
import { RestWithoutEndpoints1795000003002 } from './rest-without-endpoints.migration.js';

/** Tables of events and webhooks, in order of execution. */
export const notifyMigrations: readonly Migration[] = [
  CreateNotify1795000003001,
  RestWithoutEndpoints1795000003002,
  GrowWebhooks1795000003010,
  CreateAudit1795000003020,
];
