import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock, newId } from '@tsunagu/kernel';
import { sql, Transactions, type Tx } from '@tsunagu/platform';
import { TestClocks, type Advance, type TestClock } from './test-clocks.js';

const COLUMNS = 'id, name, ahead_ms::float8 as ahead_ms, created_at';
const OPEN = sql(
  'test_clock_open',
  `insert into gateway.test_clock (tenant_id, id, name, created_at) values ($1, $2, $3, $4)
   on conflict on constraint test_clock_one do nothing returning ${COLUMNS}`,
);
const OF_TENANT = sql('test_clock_of_tenant', `select ${COLUMNS} from gateway.test_clock where tenant_id = $1`);
const FIND = sql('test_clock_find', `select ${COLUMNS} from gateway.test_clock where tenant_id = $1 and id = $2`);
const LOCK = sql(
  'test_clock_lock',
  `select ${COLUMNS} from gateway.test_clock where tenant_id = $1 and id = $2 for update`,
);
const MOVE = sql(
  'test_clock_move',
  `update gateway.test_clock set ahead_ms = ahead_ms + $3 where tenant_id = $1 and id = $2 returning ${COLUMNS}`,
);
/** Waits for whoever holds a payment; what he has decided stands. The required action says the same instant as its payment. */
const SHORTEN = sql(
  'test_clock_shorten',
  `update gateway.payment set
     expires_at = expires_at - $2::float8 * interval '1 millisecond',
     action = case when action is null then null else jsonb_set(action, '{expiresAt}', to_jsonb(
       to_char((expires_at - $2::float8 * interval '1 millisecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) end,
     expiry_taken_until = null
    where tenant_id = $1 and expires_at is not null
   returning expires_at <= $3 as is_due`,
);

interface ClockRow {
  readonly id: string;
  readonly name: string;
  readonly ahead_ms: number;
  readonly created_at: Date;
}

/** Test clocks in PostgreSQL: an advance and what it does to the tenant's payments are one transaction. */
@Injectable()
export class PgTestClocks extends TestClocks {
  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async open(ctx: TenantContext, name: string): Promise<{ clock: TestClock; isNew: boolean }> {
    const now = this.clock.now();
    return this.transactions.run(ctx, async (tx) => {
      const [made] = await tx.query<ClockRow>(OPEN, [ctx.tenantId, newId(now), name, now]);
      const [row] = made === undefined ? await tx.query<ClockRow>(OF_TENANT, [ctx.tenantId]) : [made];
      return { clock: this.#shown(row!), isNew: made !== undefined };
    });
  }

  override async find(ctx: TenantContext, id: string): Promise<TestClock | undefined> {
    const [row] = await this.transactions.run(ctx, (tx) => tx.query<ClockRow>(FIND, [ctx.tenantId, id]));
    return row && this.#shown(row);
  }

  override async advance(
    ctx: TenantContext,
    id: string,
    advance: Advance,
  ): Promise<{ clock: TestClock; due: number } | undefined> {
    return this.transactions.run(ctx, async (tx) => {
      const [row] = await tx.query<ClockRow>(LOCK, [ctx.tenantId, id]);
      if (row === undefined) return undefined;
      const before = this.#shown(row);
      const stepMs = 'byMs' in advance ? advance.byMs : advance.to.getTime() - before.now.getTime();
      if (stepMs <= 0) return { clock: before, due: 0 };
      return this.#move(tx, before, stepMs);
    });
  }

  async #move(tx: Tx, { id }: TestClock, stepMs: number): Promise<{ clock: TestClock; due: number }> {
    const [row] = await tx.query<ClockRow>(MOVE, [tx.tenantId, id, stepMs]);
    const ends = await tx.query<{ is_due: boolean }>(SHORTEN, [tx.tenantId, stepMs, this.clock.now()]);
    return { clock: this.#shown(row!), due: ends.filter(({ is_due: isDue }) => isDue).length };
  }

  #shown({ id, name, ahead_ms: aheadMs, created_at: createdAt }: ClockRow): TestClock {
    return { id, name, aheadMs, now: new Date(this.clock.now().getTime() + aheadMs), createdAt };
  }
}
