import 'reflect-metadata';
import pg from 'pg';
import { migrateDatabase } from './migrate/migrate-database.js';
import { prepareDatabase, prepareRoles } from './migrate/prepare-roles.js';
import { roleUrl } from './postgres/role-url.mjs';

/** `DATABASE_URL` (may create roles) → roles, schemas, tables. Prints the names of what ran. */
async function main(): Promise<void> {
  const url = process.env['DATABASE_URL'];
  if (url === undefined) throw new Error('DATABASE_URL is not set');
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    await prepareRoles(admin);
    await prepareDatabase(admin);
  } finally {
    await admin.end();
  }
  const done = await migrateDatabase(roleUrl(url, 'tsunagu_owner'));
  console.log(done.length === 0 ? 'database is up to date' : `migrated: ${done.join(', ')}`);
}

await main();
