import { InvariantError } from '@tsunagu/kernel';
import type { Centre } from '../database/centre.js';
import { sql } from '../database/statement.js';
import type { HealthCheck } from './health-checks.js';

const BEAT = sql(
  'health_beat',
  'insert into heartbeat (node, beaten_at) values ($1, now()) on conflict (node) do update set beaten_at = excluded.beaten_at',
);
const MIGRATIONS = sql('health_migrations', 'select name from public.migration');

/** Commits a row of this process in its zone's `heartbeat` table: a read-only or full database is not ready. */
export function commitsARow(centre: Centre, node: string): HealthCheck {
  return () => centre.query(BEAT, [node]);
}

/** Every migration this build knows has been run; newer ones are fine, they are additive. */
export function migrationsMatch(centre: Centre, names: readonly string[]): HealthCheck {
  return async () => {
    const rows = await centre.query<{ name: string }>(MIGRATIONS, []);
    const done = new Set(rows.map((row) => row.name));
    const missing = names.filter((name) => !done.has(name));
    if (missing.length > 0) throw new InvariantError('the database is behind this build', { missing: missing.length });
  };
}
