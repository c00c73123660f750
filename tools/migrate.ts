import 'reflect-metadata';
import pg from 'pg';
import { databaseTrouble, versionTrouble } from './migrate/database-trouble.js';
import { migrateDatabase } from './migrate/migrate-database.js';
import { prepareDatabase, prepareRoles } from './migrate/prepare-roles.js';
import { roleUrl } from './postgres/role-url.mjs';

/** SQLSTATE invalid_catalog_name. */
const DATABASE_MISSING = '3D000';

/** `DATABASE_URL` (may create roles) → roles, schemas, tables. Prints the names of what ran. */
async function main(): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (url === undefined) throw new Error('DATABASE_URL is not set');
  try {
    await migrateAt(url);
  } catch (error) {
    const trouble = databaseTrouble(url, error);
    if (trouble === undefined) throw error;
    endWith(trouble);
  }
}

async function migrateAt(url: string): Promise<void> {
  await ensureDatabase(url);
  const admin = await connect(url);
  try {
    const { rows } = await admin.query<{ version: number }>(
      `SELECT current_setting('server_version_num')::int AS version`,
    );
    const trouble = versionTrouble(rows[0]?.version ?? 0);
    if (trouble !== undefined) return endWith(trouble);
    await prepareRoles(admin);
    await prepareDatabase(admin);
  } finally {
    await admin.end();
  }
  const done = await migrateDatabase(roleUrl(url, 'tsunagu_owner'));
  console.log(done.length === 0 ? 'database is up to date' : `migrated: ${done.join(', ')}`);
}

/** The supervisor shows such a line as it is. */
function endWith(trouble: string): void {
  console.error(`Trouble: ${trouble}`);
  process.exitCode = 1;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** A new server has no database of ours yet. */
async function ensureDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  try {
    await (await connect(url)).end();
  } catch (error) {
    if ((error as { code?: string }).code !== DATABASE_MISSING) throw error;
    const server = new URL(url);
    server.pathname = '/postgres';
    const admin = await connect(server.href);
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
    await admin.end();
  }
}

await main();
