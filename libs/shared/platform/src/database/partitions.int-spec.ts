import { Secret, SystemClock, newId } from '@tsunagu/kernel';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { Metrics } from '../metrics/metrics.js';
import { quietLogger } from '../testing.js';
import { Centre } from './centre.js';
import { DatabaseError } from './database-errors.js';
import { MoneyPool } from './money-pool.js';
import { PartitionKeeper } from './partition-keeper.js';
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

  it('takes the strays of a month out of the default partition when the month gets its own', async () => {
    await partitionOf('2027-02-28T23:59:59.999Z');
    await partitionOf('2027-03-01T00:00:00.000Z');
    await client.query(`select gateway.ensure_partitions('vault.spec_big', '2027-02-01', 1)`);
    const { rows } = await client.query<{ part: string; n: number }>(
      `select tableoid::regclass::text as part, count(*)::int as n from vault.spec_big where id >= $1 and id < $2 group by 1 order by 1`,
      [uuidv7Floor(new Date('2027-02-01T00:00:00Z')), uuidv7Floor(new Date('2027-04-01T00:00:00Z'))],
    );
    expect(rows).toEqual([
      { part: 'vault.spec_big_202702', n: 1 },
      { part: 'vault.spec_big_default', n: 1 },
    ]);
  });
});

const BIG_TABLES = {
  gateway: ['attempt', 'event', 'payment', 'posting', 'webhook_delivery'],
  vault: ['audit'],
  switch: ['journal'],
} as const;
const ZONES = Object.keys(BIG_TABLES) as (keyof typeof BIG_TABLES)[];

/** A clock that a test turns; its sleep ends only with the stop. */
class TurnedClock extends SystemClock {
  constructor(public at: Date) {
    super();
  }
  override now(): Date {
    return this.at;
  }
}

describe.each(ZONES)('the keeper of the partitions of %s', (zone) => {
  const thisMonth = new Date();
  const monthsOn = (months: number) =>
    new Date(Date.UTC(thisMonth.getUTCFullYear(), thisMonth.getUTCMonth() + months, 15));
  let db: TestDatabase;
  let owner: pg.Client;
  let pool: MoneyPool;
  let metrics: Metrics;
  let lines: string[];

  beforeAll(async () => {
    db = await testDatabase();
    owner = new pg.Client({ connectionString: db.ownerUrl });
    await owner.connect();
    pool = new MoneyPool(new Secret(db.url(zone)), quietLogger(), { max: 2 });
    metrics = new Metrics();
    lines = [];
  }, 60_000);
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await owner.end();
    await db.drop();
  });

  const keeperAt = (at: Date) =>
    new PartitionKeeper(zone, new Centre(pool), new TurnedClock(at), quietLogger(lines), metrics);
  const created = async (at: Date) =>
    (await keeperAt(at).pass()).filter((table) => table.created > 0).map((table) => table.table_name);
  const partitions = async (table: string) => {
    const { rows } = await owner.query<{ n: number }>(
      'select count(*)::int as n from pg_inherits where inhparent = $1::regclass',
      [`${zone}.${table}`],
    );
    return rows[0]?.n;
  };

  it('finds a new house prepared: last month, this one, two ahead and a default', async () => {
    expect(await created(monthsOn(0))).toEqual([]);
    for (const table of BIG_TABLES[zone]) expect(await partitions(table)).toBe(5);
    expect(lines).toEqual([]);
  });

  it('prepares one month as each month begins, and nothing at the second look', async () => {
    expect(await created(monthsOn(1))).toEqual(expect.arrayContaining([...BIG_TABLES[zone]]));
    expect(await created(monthsOn(1))).toEqual([]);
    for (const table of BIG_TABLES[zone]) expect(await partitions(table)).toBe(6);
    expect(await metrics.registry.getSingleMetricAsString('tsunagu_partition_months_ahead')).toContain(' 2');
  });

  it('leaves the work to whoever is at it', async () => {
    await owner.query('begin');
    await owner.query(`select pg_advisory_xact_lock(hashtext('tsunagu partitions ${zone}'))`);
    expect(await keeperAt(monthsOn(2)).pass()).toEqual([]);
    await owner.query('rollback');
  });

  it('makes its partitions like the others: closed to everybody who does not come through the table', async () => {
    await keeperAt(monthsOn(2)).pass();
    const { rows } = await owner.query<{ closed: boolean }>(
      `select bool_and(c.relrowsecurity and c.relforcerowsecurity) as closed from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = $1::regclass`,
      [`${zone}.${BIG_TABLES[zone][0]}`],
    );
    expect(rows).toEqual([{ closed: true }]);
  });

  it('raises the alarm over strays and over a month that is missing', async () => {
    const table = BIG_TABLES[zone][0];
    await owner.query(
      `create table ${zone}.spec_stray (tenant_id uuid, id uuid, primary key (tenant_id, id)) partition by range (id)`,
    );
    await owner.query(`create table ${zone}.spec_stray_default partition of ${zone}.spec_stray default`);
    await owner.query(`insert into ${zone}.spec_stray values ($1, $1)`, [newId(new Date(0))]);
    await keeperAt(monthsOn(2)).pass();
    expect(lines.filter((line) => line.includes('spec_stray'))).toHaveLength(1);
    expect(lines.join('')).not.toContain(`"${table}"`);
    expect(await metrics.registry.getSingleMetricAsString('tsunagu_partition_strays')).toMatch(
      /table="spec_stray"\} 1/,
    );
    await owner.query(`drop table ${zone}.spec_stray`);
  });

  it('refuses a clock that is more than a year wrong', async () => {
    await expect(keeperAt(monthsOn(24)).pass()).rejects.toThrow(DatabaseError);
    for (const table of BIG_TABLES[zone]) expect(await partitions(table)).toBe(7);
  });

  it('cannot be asked to work in another zone', async () => {
    const other = ZONES.find((name) => name !== zone)!;
    const centre = new Centre(pool);
    for (const text of [
      `select * from ${other}.keep_partitions_ahead(now())`,
      `select * from gateway.keep_partitions_of('${other}', now())`,
      `select gateway.ensure_partitions('${zone}.${BIG_TABLES[zone][0]}', now()::date, 40)`,
    ])
      await expect(centre.query({ name: `spec_${text.length}_${zone}`, text }, [])).rejects.toThrow(DatabaseError);
  });
});
