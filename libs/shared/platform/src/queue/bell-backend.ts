import {
  PostgresConnection,
  PostgresQueueBackend,
  type PostgresConnectionOptions,
  type QueueBaseOptions,
} from 'bullmq';
import type pg from 'pg';

/** Jobs that one look takes: more than one, so that a look which brings fewer has also said that nothing is left. */
const LOOK_MAX = 4;

/** A job that is there already is not rung again; the NOTIFY wakes the workers' one listener. */
const ADD = `with added as (
    insert into bullmq.job (queue, id, seq, name, state, data, added_at_ms)
    values ($1, $2, nextval('bullmq.job_seq'), $3, 'waiting', $4::jsonb, $5)
    on conflict (queue, id) do nothing returning queue)
  select pg_notify('bullmq_jobs', queue) from added`;

/** An array, not a list: a list would be asked for again for each row, and each time skip what it had locked before. */
const TAKE = `delete from bullmq.job where queue = $1 and id = any(array(
    select id from bullmq.job where queue = $1 and state = 'waiting' order by priority, seq limit $2 for update skip locked))
  returning seq, id, name, data, added_at_ms`;

interface TakenRow {
  readonly seq: string;
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  readonly added_at_ms: string;
}

/** Tells a lane that somebody rang, or that it cannot be known whether somebody did. */
export interface BellListener {
  onRing(lane: string, handler: () => void): void;
}

/**
 * BullMQ's backend on PostgreSQL for jobs that are bells: one statement to ring, one to hear.
 *
 * BullMQ keeps a job until it is done, with a lock that is renewed, a check for workers that died, and functions for parents, delays,
 * limits and repeats. A bell needs none of it: the attempt's row is the promise and the sweeper its guard. So a job that is heard is
 * deleted by the statement that takes it, and its end costs nothing (docs/adr/0028).
 */
export class BellBackend extends PostgresQueueBackend {
  readonly #taken: TakenRow[] = [];
  /** Somebody may have rung since the last look. */
  #isRung = true;
  #isInterrupted = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly bells: { readonly pool: pg.Pool; readonly listener?: BellListener },
    queueName: string,
    options: QueueBaseOptions<PostgresConnectionOptions>,
  ) {
    super(new PostgresConnection(bells.pool), queueName, options);
    bells.listener?.onRing(queueName, () => {
      this.#isRung = true;
      this.#wake?.();
    });
  }

  override async addJob(...[job, jobId]: Parameters<PostgresQueueBackend['addJob']>): Promise<string> {
    await this.bells.pool.query(ADD, [this.queueName, jobId, job.name, job.data, job.timestamp]);
    return jobId;
  }

  /** @returns what BullMQ's worker expects: the job, its id, and two delays that a bell never has */
  override async moveToActive(): Promise<unknown[]> {
    if (this.#taken.length === 0 && this.#isRung) await this.#look();
    const row = this.#taken.shift();
    if (row === undefined) return [null, '', 0, 0];
    const job = {
      id: row.id,
      name: row.name,
      data: JSON.stringify(row.data),
      opts: {},
      progress: 0,
      attemptsMade: 0,
      attemptsStarted: 1,
      timestamp: Number(row.added_at_ms),
      stacktrace: '[]',
      returnvalue: 'null',
    };
    return [job, row.id, 0, 0];
  }

  override moveToCompleted(
    ...[, , , , fetchNext]: Parameters<PostgresQueueBackend['moveToCompleted']>
  ): Promise<{ result: void | unknown[]; finishedOn: number }> {
    return this.#next(fetchNext);
  }

  /** Handlers of lanes do not throw; whatever else BullMQ calls a failure leaves no more behind than a success. */
  override moveToFailed(
    ...[, , , , fetchNext]: Parameters<PostgresQueueBackend['moveToFailed']>
  ): Promise<{ result: void | unknown[]; finishedOn: number }> {
    return this.#next(fetchNext);
  }

  async #next(fetchNext: boolean): Promise<{ result: void | unknown[]; finishedOn: number }> {
    const finishedOn = Date.now();
    return { result: fetchNext ? await this.moveToActive() : undefined, finishedOn };
  }

  /** Resolves at the next ring, or after `timeoutS`: then one look makes sure that no ring was lost. */
  override async waitForJob(timeoutS: number): Promise<{ member: string; score: number } | null> {
    if (!this.#isRung && this.#taken.length === 0 && !this.#isInterrupted) await this.#ring(timeoutS);
    this.#isRung = true;
    return this.#isInterrupted ? null : { member: this.queueName, score: 0 };
  }

  #ring(timeoutS: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, Math.max(timeoutS, 0) * 1_000);
      this.#wake = done;
    });
  }

  override disconnectBlocking(): Promise<void> {
    this.#isInterrupted = true;
    this.#wake?.();
    return Promise.resolve();
  }

  override reconnectBlocking(): Promise<void> {
    this.#isInterrupted = false;
    return Promise.resolve();
  }

  async #look(): Promise<void> {
    this.#isRung = false; // before it asks: who rings meanwhile is heard by the next look
    try {
      const { rows } = await this.bells.pool.query<TakenRow>(TAKE, [this.queueName, LOOK_MAX]);
      this.#taken.push(...rows.sort((a, b) => Number(a.seq) - Number(b.seq)));
      if (rows.length === LOOK_MAX) this.#isRung = true;
    } catch (error) {
      this.#isRung = true;
      throw error;
    }
  }
}
