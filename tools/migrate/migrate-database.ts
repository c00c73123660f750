import { runMigrations as runQueueMigrations } from 'bullmq';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { allMigrations } from './migrations.js';

const MIGRATE_LOCK = 4_711_002;

/**
 * Bring one database to the present version: our migrations, then the queue's schema. Safe to repeat, and to start twice at once.
 * @param ownerUrl connection string that acts as `tsunagu_owner`
 * @returns names of the migrations that ran now
 */
export async function migrateDatabase(ownerUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATE_LOCK]);
    const done = await runOurs(ownerUrl);
    await runQueueMigrations(client);
    await grantQueue(client);
    return done;
  } finally {
    await client.end(); // lets the lock go as well
  }
}

async function runOurs(ownerUrl: string): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url: ownerUrl,
    schema: 'public',
    migrations: await allMigrations(),
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each',
    logging: false,
  });
  await source.initialize();
  try {
    const done = await source.runMigrations();
    await source.query('GRANT USAGE ON SCHEMA public TO PUBLIC; GRANT SELECT ON public.migration TO PUBLIC');
    return done.map(({ name }) => name);
  } finally {
    await source.destroy();
  }
}

/** The public zone rings the bell; the card zone never sees the queue. */
async function grantQueue(client: pg.Client): Promise<void> {
  await client.query(`
    GRANT USAGE, CREATE ON SCHEMA bullmq TO tsunagu_gateway;
    GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA bullmq TO tsunagu_gateway;
    GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA bullmq TO tsunagu_gateway;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA bullmq TO tsunagu_gateway;
    GRANT EXECUTE ON ALL PROCEDURES IN SCHEMA bullmq TO tsunagu_gateway`);
}
