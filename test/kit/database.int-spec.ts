import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '../../tools/migrate/migrate-database.js';
import { testDatabase, type TestDatabase } from './database.js';

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

describe('a database of one’s own', () => {
  let db: TestDatabase;
  beforeAll(async () => {
    db = await testDatabase();
  }, 60_000);
  afterAll(() => db.drop());

  it.each(['gateway', 'vault', 'switch'] as const)(
    'acts as the role of zone %s, which is neither superuser nor owner',
    async (zone) => {
      const [row] = await ask(
        db.url(zone),
        `SELECT current_user AS who, rolsuper OR rolbypassrls AS mighty FROM pg_roles WHERE rolname = current_user`,
      );
      expect(row).toEqual({ who: `tsunagu_${zone}`, mighty: false });
    },
  );

  it('shares nothing with another one', async () => {
    const other = await testDatabase();
    try {
      await ask(db.ownerUrl, 'CREATE TABLE public.mine (id int)');
      await expect(ask(other.ownerUrl, 'SELECT * FROM public.mine')).rejects.toThrow(/does not exist/);
    } finally {
      await other.drop();
    }
  });

  it('is at the present version: migrating again does nothing', async () => {
    expect(await migrateDatabase(db.ownerUrl)).toEqual([]);
  });
});
