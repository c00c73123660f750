import { runMigrations } from 'bullmq';
import pg from 'pg';

const GRANTS = `
  grant usage, create on schema bullmq to tsunagu_gateway;
  grant select, insert, update, delete on all tables in schema bullmq to tsunagu_gateway;
  grant usage, select on all sequences in schema bullmq to tsunagu_gateway;
  grant execute on all functions in schema bullmq to tsunagu_gateway`;

/**
 * BullMQ writes four events a job, each a row and a NOTIFY that wakes every process listening in the database, and offers no switch.
 * Nobody here reads them: outcomes travel over wake-ups. An update of BullMQ that brings its own function back only costs again,
 * and the test that counts the rows tells (docs/adr/0012).
 */
const MUTE_EVENTS = `
  create or replace function bullmq.publish_event(p_queue text, p_event text, p_data jsonb) returns bigint
  language sql immutable as 'select null::bigint'`;

/**
 * Create or update BullMQ's own schema `bullmq` and let the gateway's role work in it. Safe to repeat, safe to race.
 * @param ownerUrl login of the owner role
 */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client);
    await client.query(MUTE_EVENTS);
    await client.query(GRANTS);
  } finally {
    client.release();
    await pool.end();
  }
}
