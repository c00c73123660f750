import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase } from '../../tools/migrate/migrate-database.js';
import { prepareRoles } from '../../tools/migrate/prepare-roles.js';
import { roleUrl } from '../../tools/postgres/role-url.mjs';

export type ZoneRole = 'gateway' | 'vault' | 'switch';

/** A migrated database of one's own: cloned from a template, so it costs a tenth of a second. */
export interface TestDatabase {
  readonly name: string;
  /** Connection string of a zone's role; `tsunagu_` may be left out. */
  url(role: ZoneRole | `tsunagu_${ZoneRole}`): string;
  /** Owns the tables and passes row-level security: for migrations and drift checks. */
  readonly ownerUrl: string;
  /** Superuser: for looking at everything in an assertion, never for the code under test. */
  readonly adminUrl: string;
  drop(): Promise<void>;
}

const TEMPLATE_LOCK = 4_711_003;

/** @throws Error without TEST_DATABASE_URL: run through vitest, whose global set-up gives it */
export async function testDatabase(): Promise<TestDatabase> {
  const server = process.env['TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('TEST_DATABASE_URL is not set: run the tests through vitest');
  const name = `test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await asAdmin(server, async (admin) => {
    const template = await ensureTemplate(admin, server);
    await admin.query(`CREATE DATABASE ${name} TEMPLATE ${template} OWNER tsunagu_owner`);
  });
  const adminUrl = new URL(server);
  adminUrl.pathname = `/${name}`;
  return {
    name,
    url: (role) => roleUrl(server, role.startsWith('tsunagu_') ? role : `tsunagu_${role}`, name),
    ownerUrl: roleUrl(server, 'tsunagu_owner', name),
    adminUrl: adminUrl.href,
    drop: () =>
      asAdmin(server, async (admin) => void (await admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

async function ensureTemplate(admin: pg.Client, server: string): Promise<string> {
  const template = `template_${migrationsHash()}`;
  await admin.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount === 0) await buildTemplate(admin, server, template);
    return template;
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
}

async function buildTemplate(admin: pg.Client, server: string, template: string): Promise<void> {
  await prepareRoles(admin);
  const draft = `${template}_draft`;
  await admin.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${draft} OWNER tsunagu_owner`);
  await migrateDatabase(roleUrl(server, 'tsunagu_owner', draft));
  await admin.query(`ALTER DATABASE ${draft} RENAME TO ${template}`);
}

/** An outside server keeps templates between runs: their name says which migrations they hold. */
function migrationsHash(): string {
  const hash = createHash('sha256');
  const files = ['libs', join('tools', 'migrate')].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name)),
  );
  const sources = files.filter(
    (name) => /migrat/i.test(name) && name.endsWith('.ts') && !name.includes('node_modules'),
  );
  for (const file of sources.sort()) hash.update(file).update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
