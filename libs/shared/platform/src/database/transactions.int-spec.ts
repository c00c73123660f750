import { newId, Secret } from '@tsunagu/kernel';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { quietLogger } from '../testing.js';
import { Centre } from './centre.js';
import { DatabaseError, DatabaseUnavailableError, UniqueViolationError } from './database-errors.js';
import { MoneyPool } from './money-pool.js';
import { sql } from './statement.js';
import { Transactions, type Tx } from './transactions.js';

const INSERT = sql('spec_insert', 'insert into gateway.spec_row (tenant_id, id, note) values ($1, $2, $3)');
const COUNT = sql('spec_count', 'select count(*)::int as n from gateway.spec_row');
const FAIL = sql('spec_fail', 'select 1 / $1::int as n');
const A = newId(new Date());
const B = newId(new Date());

describe('transactions on PostgreSQL', () => {
  let db: TestDatabase;
  let pool: MoneyPool;
  let transactions: Transactions;
  let centre: Centre;

  beforeAll(async () => {
    db = await testDatabase();
    await owner(
      db,
      `create table gateway.spec_row (tenant_id uuid not null, id uuid not null, note text, primary key (tenant_id, id),
         constraint spec_row_note unique (tenant_id, note));
       alter table gateway.spec_row enable row level security; alter table gateway.spec_row force row level security;
       create policy spec_row_tenant on gateway.spec_row using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`,
    );
    pool = new MoneyPool(new Secret(db.url('gateway')), quietLogger(), { max: 4 });
    transactions = new Transactions(pool);
    centre = new Centre(pool);
    await transactions.run({ tenantId: A }, (tx) => tx.query(INSERT, [A, newId(new Date()), 'first']));
  }, 60_000);
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await db.drop();
  });

  const countOf = (tenantId: string) =>
    transactions.run({ tenantId }, async (tx) => (await tx.query<{ n: number }>(COUNT, []))[0]?.n);

  it('shows a tenant its own rows, another tenant none, and nobody any without a tenant [E2]', async () => {
    expect(await countOf(A)).toBe(1);
    expect(await countOf(B)).toBe(0);
    // the connection was used for a tenant before: the setting must not outlive its transaction
    expect(await centre.query(COUNT, [])).toEqual([{ n: 0 }]);
  });

  it('tells the failure of a statement that nobody awaited, not that of the one behind it', async () => {
    const DEADLOCK = sql('spec_deadlock', `do $$ begin raise exception 'deadlock' using errcode = '40P01'; end $$`);
    const step = transactions.run({ tenantId: A }, async (tx) => {
      tx.send(DEADLOCK, []);
      return tx.query(COUNT, []);
    });
    await expect(step).rejects.toBeInstanceOf(DatabaseUnavailableError); // so that whoever repeats idempotent steps repeats this one
  });

  it('puts looks that are asked for at once into one transaction, and one that comes later into its own', async () => {
    const before = { ...pool.counts };
    const count = async () => (await transactions.ask<{ n: number }>({ tenantId: A }, COUNT, []))[0]?.n;
    const counted = () => [pool.counts.statements - before.statements, pool.counts.commits - before.commits];
    expect(await transactions.look({ tenantId: A }, () => Promise.all([count(), count()]))).toEqual([1, 1]);
    expect(counted()).toEqual([2, 1]);
    expect(await transactions.look({ tenantId: A }, async () => [await count(), await count()])).toEqual([1, 1]);
    expect(counted()).toEqual([4, 3]);
  });

  it('tells a look that failed why, and shows it no row of another tenant', async () => {
    const fails = () =>
      Promise.all([transactions.ask({ tenantId: A }, FAIL, [0]), transactions.ask({ tenantId: A }, COUNT, [])]);
    await expect(transactions.look({ tenantId: A }, fails)).rejects.toMatchObject({ sqlState: '22012' });
    const strange = () => transactions.ask({ tenantId: B }, COUNT, []);
    await expect(transactions.look({ tenantId: A }, strange)).rejects.toThrow('never changes its tenant');
  });

  it('refuses a row of another tenant [E2]', async () => {
    const write = transactions.run({ tenantId: A }, (tx) => tx.query(INSERT, [B, newId(new Date()), 'foreign']));
    await expect(write).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '42501' });
    expect(await countOf(B)).toBe(0);
  });

  it('refuses a tenant that is not a uuid before any statement [E1]', async () => {
    const before = pool.counts.statements;
    await expect(transactions.run({ tenantId: "x'; drop table payment; --" }, () => Promise.resolve())).rejects.toThrow(
      'one tenant',
    );
    await expect(transactions.run({} as { tenantId: string }, () => Promise.resolve())).rejects.toThrow('one tenant');
    expect(pool.counts.statements).toBe(before);
  });

  it('plans a statement once per connection, whatever its values', async () => {
    const one = new MoneyPool(new Secret(db.url('gateway')), quietLogger(), { max: 1 });
    try {
      for (let i = 0; i < 8; i += 1) await new Centre(one).query(COUNT, []);
      for (let i = 0; i < 8; i += 1)
        await new Centre(one).query(sql('spec_by_key', 'select note from gateway.spec_row where id = $1'), [A]);
      const plans = sql('spec_plans', 'select sum(custom_plans)::int as custom from pg_prepared_statements');
      expect(await new Centre(one).query(plans, [])).toEqual([{ custom: 0 }]);
    } finally {
      await one.onApplicationShutdown();
    }
  });

  it('throws when commit answers rollback because a statement that was only sent has failed', async () => {
    const run = transactions.run({ tenantId: A }, async (tx) => {
      tx.send(INSERT, [A, newId(new Date()), 'lost with the others']);
      tx.send(FAIL, [0]);
    });
    await expect(run).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '22012' });
    expect(await countOf(A)).toBe(1);
  });

  it('throws even when the code swallowed the error of a statement', async () => {
    const run = transactions.run({ tenantId: A }, async (tx) => {
      await tx.query(FAIL, [0]).catch(() => undefined);
    });
    await expect(run).rejects.toBeInstanceOf(DatabaseError);
  });

  it('names a broken constraint, and nothing of the values [D2]', async () => {
    const secretNote = '4111111111111111';
    await transactions.run({ tenantId: A }, (tx) => tx.query(INSERT, [A, newId(new Date()), secretNote]));
    const again = transactions.run({ tenantId: A }, (tx) => tx.query(INSERT, [A, newId(new Date()), secretNote]));
    const error = await again.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ constraint: 'spec_row_note' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(secretNote);
  });

  it('joins a nested run of the same tenant and refuses another tenant inside [E2]', async () => {
    const before = pool.counts.commits;
    await transactions.run({ tenantId: B }, async (outer) => {
      await transactions.run({ tenantId: B }, async (inner) => {
        expect(inner).toBe(outer);
      });
      await expect(transactions.run({ tenantId: A }, () => Promise.resolve())).rejects.toThrow(
        'never changes its tenant',
      );
    });
    expect(pool.counts.commits).toBe(before + 1);
  });

  it('keeps the transactions of two pools apart, the one inside the other', async () => {
    const otherPool = new MoneyPool(new Secret(db.url('gateway')), quietLogger(), { max: 1 });
    const other = new Transactions(otherPool);
    try {
      await transactions.run({ tenantId: A }, async (outer) => {
        await other.run({ tenantId: B }, async (inner) => {
          expect(inner).not.toBe(outer);
          expect(inner.tenantId).toBe(B);
          await transactions.run({ tenantId: A }, async (again) => expect(again).toBe(outer));
          await other.run({ tenantId: B }, async (again) => expect(again).toBe(inner));
        });
        await transactions.run({ tenantId: A }, async (again) => expect(again).toBe(outer));
      });
    } finally {
      await otherPool.onApplicationShutdown();
    }
  });

  it('lets work that outlived its transaction into none that came after', async () => {
    let kept: Tx | undefined;
    let late: Promise<number | undefined> | undefined;
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    await transactions.run({ tenantId: A }, (tx) => {
      kept = tx;
      late = ended.then(() => countOf(A)); // still sees the outer transaction in its context
      return Promise.resolve();
    });
    end();
    expect(await late).toBeGreaterThan(0);
    await expect(kept?.query(COUNT, [])).rejects.toThrow('after its end');
  });

  it('rolls back when the code throws, and gives the connection back', async () => {
    for (let round = 0; round < 8; round += 1) {
      const run = transactions.run({ tenantId: A }, async (tx) => {
        tx.send(INSERT, [A, newId(new Date()), `round ${round}`]);
        throw new Error('changed my mind');
      });
      await expect(run).rejects.toThrow('changed my mind');
    }
    expect(await countOf(A)).toBe(2);
  });

  it('lives on when the server ends every connection, also in the middle of a transaction', async () => {
    const cut = transactions.run({ tenantId: A }, async (tx) => {
      await tx.query(COUNT, []);
      await owner(
        db,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        true,
      );
      await tx.query(COUNT, []);
    });
    await expect(cut).rejects.toBeInstanceOf(DatabaseUnavailableError);
    await expect.poll(() => countOf(A).catch(() => undefined)).toBe(2);
  });

  it('says that nobody can tell when the answer to a commit was lost', async () => {
    const cut = transactions.run({ tenantId: A }, async (tx) => {
      await tx.query(COUNT, []);
      await owner(
        db,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
        true,
      );
    });
    await expect(cut).rejects.toMatchObject({ name: 'DatabaseUnavailableError', facts: { commit: 'unknown' } });
  });
});

async function owner(db: TestDatabase, text: string, isAdmin = false): Promise<void> {
  const client = new pg.Client({ connectionString: isAdmin ? db.adminUrl : db.ownerUrl });
  await client.connect();
  await client.query(text);
  await client.end();
}
