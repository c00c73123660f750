import { runMigrations } from 'bullmq';
import pg from 'pg';

const GRANTS = `
  grant usage, create on schema bullmq to tsunagu_gateway;
  grant select, insert, update, delete on all tables in schema bullmq to tsunagu_gateway;
  grant usage, select on all sequences in schema bullmq to tsunagu_gateway;
  grant execute on all functions in schema bullmq to tsunagu_gateway`;

/**
 * Create or update BullMQ's own schema `bullmq` and let the gateway's role work in it. Safe to repeat, safe to race.
 * @param ownerUrl login of the owner role
 */
export async function migrateQueue(ownerUrl: string): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  const client = await pool.connect();
  try {
    await runMigrations(client);
    await client.query(GRANTS);
  } finally {
    client.release();
    await pool.end();
  }
}
