import { newId } from '@tsunagu/kernel';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { uuidv7Floor } from './uuidv7.js';

describe('partitions by the time in an id', () => {
  let db: TestDatabase;
  let client: pg.Client;

  beforeAll(async () => {
    db = await testDatabase();
    client = new pg.Client({ connectionString: db.ownerUrl });
    await client.connect();
    await client.query(`set timezone = 'Asia/Tokyo'`); // months are UTC whatever the zone of the session
    await client.query(
      'create table vault.spec_big (tenant_id uuid, id uuid, primary key (tenant_id, id)) partition by range (id)',
    );
  }, 60_000);
  afterAll(async () => {
    await client.end();
    await db.drop();
  });

  const partitionOf = async (at: string) => {
    const id = at.includes('-7') ? at : newId(new Date(at));
    const { rows } = await client.query<{ part: string }>(
      'insert into vault.spec_big values ($1, $1) returning tableoid::regclass::text as part',
      [id],
    );
    return rows[0]?.part.replace('vault.', '');
  };

  it('makes the months asked for and a default, and again makes nothing', async () => {
    const made = () =>
      client.query<{ n: number }>(`select gateway.ensure_partitions('vault.spec_big', '2026-11-01', 3) as n`);
    expect((await made()).rows[0]?.n).toBe(4);
    expect((await made()).rows[0]?.n).toBe(0);
  });

  it('puts each instant into its month, to the millisecond, whatever the zone of the session', async () => {
    expect(await partitionOf('2026-11-01T00:00:00.000Z')).toBe('spec_big_202611');
    expect(await partitionOf('2026-11-30T23:59:59.999Z')).toBe('spec_big_202611');
    expect(await partitionOf('2026-12-01T00:00:00.000Z')).toBe('spec_big_202612');
    expect(await partitionOf('2027-01-31T23:59:59.999Z')).toBe('spec_big_202701');
  });

  it('loses no row of a wrong clock', async () => {
    expect(await partitionOf('2026-10-31T23:59:59.999Z')).toBe('spec_big_default');
    expect(await partitionOf('2031-01-01T00:00:00.000Z')).toBe('spec_big_default');
  });

  it('agrees with the code on the edge of an instant', async () => {
    for (const at of [new Date('2026-12-01T00:00:00.000Z'), new Date('2026-11-22T12:34:56.789Z'), new Date(0)]) {
      const { rows } = await client.query<{ edge: string }>('select gateway.uuidv7_floor($1) as edge', [at]);
      expect(rows[0]?.edge).toBe(uuidv7Floor(at));
      expect(newId(at) >= uuidv7Floor(at)).toBe(true);
    }
  });
});
