import type { Migration } from '@tsunagu/platform';
import { CreateHq1795000021001 } from './create-hq.migration.js';

/** Migrations of the lines that come in, oldest first. */
export const acceptorMigrations: readonly Migration[] = [CreateHq1795000021001];
