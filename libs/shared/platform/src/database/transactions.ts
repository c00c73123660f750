import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { invariant } from '@tsunagu/kernel';
import type { PoolClient, QueryResult } from 'pg';
import { DatabaseError, DatabaseUnavailableError, mapDatabaseError } from './database-errors.js';
import { MoneyPool } from './money-pool.js';
import { askNamed, gatherWrites } from './named-query.js';
import type { Statement, Storable } from './statement.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const IN_FAILED_TRANSACTION = '25P02';

/** One open transaction of one tenant. Use it from one place at a time and never keep it. */
export class Tx {
  readonly #sent: Promise<void>[] = [];
  #failure: Error | undefined;
  #isOpen = true;

  constructor(
    private readonly client: PoolClient,
    private readonly counts: MoneyPool['counts'],
    readonly tenantId: string,
  ) {}

  /** @throws UniqueViolationError, DatabaseUnavailableError, DatabaseError */
  async query<Row extends object = Record<string, unknown>>(
    statement: Statement,
    values: readonly Storable[],
  ): Promise<Row[]> {
    invariant(this.#isOpen, 'a transaction is not used after its end', { statement: statement.name });
    this.counts.statements += 1;
    gatherWrites(this.client);
    try {
      return await askNamed<Row>(this.client, statement, values);
    } catch (error) {
      throw this.#remember(error, statement.name);
    }
  }

  /** Put a statement on the wire without waiting. Its failure surfaces at commit, which is then a rollback. */
  send(statement: Statement, values: readonly Storable[]): void {
    invariant(this.#isOpen, 'a transaction is not used after its end', { statement: statement.name });
    this.track(this.query(statement, values));
  }

  /** Let the end of the transaction wait for an answer that somebody else has in hand. */
  track(answer: Promise<unknown>): void {
    this.#sent.push(
      answer.then(
        () => undefined,
        () => undefined,
      ),
    );
  }

  /** False once commit or rollback was decided: work that outlived its transaction must not write into the next one. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Take no more statements. */
  close(): void {
    this.#isOpen = false;
  }

  /** First failure of this transaction, after everything that was sent has been answered. */
  async settled(): Promise<Error | undefined> {
    await Promise.all(this.#sent);
    return this.#failure;
  }

  /** What really went wrong: after the first failure every statement is told only that the transaction has failed. */
  rootOf(error: unknown): unknown {
    return error instanceof DatabaseError && error.sqlState === IN_FAILED_TRANSACTION
      ? (this.#failure ?? error)
      : error;
  }

  #remember(error: unknown, statement: string): Error {
    const mapped = mapDatabaseError(error, statement);
    this.#failure ??= mapped;
    return mapped;
  }
}

/** The open transaction of one pool, and those of other pools around it. */
interface Frame {
  readonly owner: Transactions;
  readonly tx: Tx;
  readonly outer: Frame | undefined;
}

/** One for all pools: Node.js 20 copies every storage that was ever used into every promise, so one each would slow the process with each pool. */
const OPEN = new AsyncLocalStorage<Frame>();

/** Frames that have ended are passed over, so that work which outlives them does not carry a chain of them. */
function openFrame(): Frame | undefined {
  let frame = OPEN.getStore();
  while (frame !== undefined && !frame.tx.isOpen) frame = frame.outer;
  return frame;
}

/**
 * Transactions of the money path: pipelined, so `begin`, the tenant, the statements and `commit` share round trips.
 *
 * `begin; set local app.tenant_id` travel in one simple message ahead of the first statement. A statement that failed
 * makes PostgreSQL answer ROLLBACK to `commit`; that answer is checked and thrown.
 */
@Injectable()
export class Transactions {
  constructor(private readonly pool: MoneyPool) {}

  /**
   * Run `fn` in a transaction of the context's tenant; a nested call joins the outer transaction.
   * @throws InvariantError the tenant is not a uuid, or differs from that of the open transaction
   * @throws UniqueViolationError, DatabaseUnavailableError, DatabaseError from the statements or the commit
   */
  async run<T>(ctx: { readonly tenantId: string }, fn: (tx: Tx) => Promise<T>): Promise<T> {
    const open = this.#joined(ctx);
    if (open !== undefined) return fn(open);
    const client = await this.pool.connect();
    const tx = new Tx(client, this.pool.counts, ctx.tenantId);
    const begun = begin(client, ctx.tenantId);
    let value: T;
    try {
      value = await this.#within(tx, () => fn(tx));
    } catch (error) {
      tx.close();
      await this.#rollBack(client, tx);
      throw (await begun) ?? tx.rootOf(error);
    }
    tx.close();
    await this.#commit(client, tx, begun);
    return value;
  }

  /**
   * One statement in a transaction of its own, in one round trip: the commit does not wait for the rows. Joins like {@link run}.
   * @throws as {@link run}
   */
  async ask<Row extends object = Record<string, unknown>>(
    ctx: { readonly tenantId: string },
    statement: Statement,
    values: readonly Storable[],
  ): Promise<Row[]> {
    const open = this.#joined(ctx);
    if (open !== undefined) return open.query<Row>(statement, values);
    const client = await this.pool.connect();
    const tx = new Tx(client, this.pool.counts, ctx.tenantId);
    const begun = begin(client, ctx.tenantId);
    const rows = tx.query<Row>(statement, values);
    tx.track(rows); // a failure is thrown by the commit
    tx.close();
    await this.#commit(client, tx, begun);
    return rows;
  }

  /**
   * Several reads in one transaction and one round trip: what `looks` asks before it first waits shares them, what it asks later is on its own.
   * @throws as {@link run}, and what `looks` throws
   */
  async look<T>(ctx: { readonly tenantId: string }, looks: () => Promise<T>): Promise<T> {
    if (this.#joined(ctx) !== undefined) return looks();
    const client = await this.pool.connect();
    const tx = new Tx(client, this.pool.counts, ctx.tenantId);
    const begun = begin(client, ctx.tenantId);
    const seen = this.#within(tx, looks);
    seen.catch(() => undefined); // told below, unless the transaction has more to tell
    tx.close();
    await this.#commit(client, tx, begun);
    return seen;
  }

  /** The open transaction that a call belongs to. */
  #joined(ctx: { readonly tenantId: string }): Tx | undefined {
    invariant(UUID.test(ctx.tenantId), 'a transaction belongs to one tenant');
    let frame = openFrame();
    while (frame !== undefined && frame.owner !== this) frame = frame.outer;
    if (frame?.tx.isOpen !== true) return undefined;
    invariant(frame.tx.tenantId === ctx.tenantId, 'a transaction never changes its tenant');
    return frame.tx;
  }

  #within<T>(tx: Tx, fn: () => T): T {
    return OPEN.run({ owner: this, tx, outer: openFrame() }, fn);
  }

  async #rollBack(client: PoolClient, tx: Tx): Promise<void> {
    this.pool.counts.rollbacks += 1;
    try {
      await tx.settled();
      await client.query('rollback');
      client.release();
    } catch {
      client.release(true); // the connection is gone, and the transaction with it: the caller gets the first error
    }
  }

  async #commit(client: PoolClient, tx: Tx, begun: Promise<Error | undefined>): Promise<void> {
    this.pool.counts.commits += 1;
    let answer: QueryResult;
    gatherWrites(client);
    try {
      answer = await client.query('commit');
    } catch (error) {
      client.release(true);
      const mapped = mapDatabaseError(error, 'commit');
      throw mapped instanceof DatabaseUnavailableError ? new DatabaseUnavailableError({ commit: 'unknown' }) : mapped;
    }
    const failure = (await begun) ?? (await tx.settled());
    const isCommitted = answer.command === 'COMMIT' && failure === undefined;
    client.release(answer.command === 'COMMIT' && failure !== undefined); // begin failed: nobody knows what state it is in
    if (!isCommitted) throw failure ?? new DatabaseError(IN_FAILED_TRANSACTION, { statement: 'commit' });
  }
}

/** Not awaited by anybody before the commit: it shares the round trip of the first statement, and its failure makes every later one fail. */
function begin(client: PoolClient, tenantId: string): Promise<Error | undefined> {
  gatherWrites(client);
  return client.query(`begin; set local app.tenant_id = '${tenantId}'`).then(
    () => undefined,
    (error: unknown) => mapDatabaseError(error, 'begin'),
  );
}
