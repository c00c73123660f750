import type { Migration } from '@tsunagu/platform';
import { CreateNotify1795000003001 } from './create-notify.migration.js';

/** Tables of events and webhooks, in order of execution. */
export const notifyMigrations: readonly Migration[] = [CreateNotify1795000003001];
