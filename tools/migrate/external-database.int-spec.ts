import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type EmbeddedPostgres } from '../postgres.mjs';
import { roleUrl } from '../postgres/role-url.mjs';
import { databaseTrouble, versionTrouble } from './database-trouble.js';
import { migrateDatabase } from './migrate-database.js';
import { prepareDatabase, prepareRoles } from './prepare-roles.js';

const START_MS = 120_000;

async function asLogin<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The lines that the runbook gives to a superuser. */
function runbookStatements(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/runbooks/external-database.md'), 'utf8');
  const block = /```sql\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  return block.split(';\n').filter((statement) => statement.trim() !== '');
}

describe('a database server of somebody else', () => {
  const dataDir = mkdtempSync(join('/tmp', 'tsunagu-external-'));
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await startPostgres({ dataDir, settings: { fsync: 'off' } });
  }, START_MS);
  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, START_MS);

  it('tells a login without the rights where the rights are written', async () => {
    await asLogin(server.url(), (admin) => admin.query('CREATE ROLE shop LOGIN CREATEROLE'));
    const url = server.url('shop');
    const refused = await asLogin(url, prepareRoles).catch((error: unknown) => error);
    expect(databaseTrouble(url, refused)).toMatch(/^shop may not prepare the database .*external-database\.md/);
  });

  it(
    'lets an ordinary login migrate after what the runbook tells a superuser to do',
    async () => {
      const statements = runbookStatements();
      expect(statements.length).toBeGreaterThan(5);
      await asLogin(server.url(), async (admin) => {
        for (const statement of statements) await admin.query(statement);
      });
      const url = server.url('tsunagu', 'tsunagu');
      await asLogin(url, async (login) => {
        await prepareRoles(login);
        await prepareDatabase(login);
      });
      expect((await migrateDatabase(roleUrl(url, 'tsunagu_owner'))).length).toBeGreaterThan(3);
      const zones = await asLogin(roleUrl(url, 'tsunagu_gateway'), (gateway) =>
        gateway.query(`SELECT current_user, has_schema_privilege('vault', 'USAGE') AS vault`),
      );
      expect(zones.rows).toEqual([{ current_user: 'tsunagu_gateway', vault: false }]);
    },
    START_MS,
  );
});

describe('a wrong DATABASE_URL', () => {
  const url = 'postgres://shop:p4ss@db.example:5433/tsunagu';

  it.each([
    [{ code: 'ECONNREFUSED' }, 'no PostgreSQL answers at db.example:5433'],
    [{ code: 'ENOTFOUND' }, 'no PostgreSQL answers at db.example:5433'],
    [{ code: '28P01' }, 'does not let shop in'],
    [{ code: '53300' }, 'raise max_connections'],
  ])('is told in one line that never holds the password (%o)', (error, words) => {
    expect(databaseTrouble(url, error)).toContain(words);
    expect(databaseTrouble(url, error)).not.toContain('p4ss');
  });

  it('is recognized before anybody is asked', () => {
    expect(databaseTrouble('hello', new TypeError('Invalid URL'))).toMatch(/^DATABASE_URL is no address/);
    expect(databaseTrouble('mysql://db', new Error('any'))).toMatch(/^DATABASE_URL is no address/);
  });

  it('leaves a bug of ours alone', () => {
    expect(databaseTrouble(url, Object.assign(new Error('syntax'), { code: '42601' }))).toBeUndefined();
  });

  it.each([
    [140_012, 'PostgreSQL 14 is too old: DATABASE_URL needs version 15 or newer'],
    [150_000, undefined],
    [180_004, undefined],
  ])('names a server that is too old (%i)', (version, words) => {
    expect(versionTrouble(version)).toBe(words);
  });
});
