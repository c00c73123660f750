import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Lane, LaneJob } from '@tsunagu/contracts';
import { InvariantError, invariant } from '@tsunagu/kernel';
import type { Worker } from 'bullmq';
import { AppLogger } from '../logging/app-logger.js';
import { LaneQueues, type LaneHandler } from './lane-queues.js';
import { Slots } from './slots.js';

/** The consumers of this process: one per lane, each with its own concurrency, so that one sick lane starves no other. */
@Injectable()
export class LaneWorkers implements BeforeApplicationShutdown {
  readonly #workers = new Map<Lane, Worker>();
  #stopped = false;

  constructor(
    private readonly queues: LaneQueues,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Handle a lane. A handler that throws fails the job, which is not tried again: the sweeper reads the row instead.
   * After the stop nothing is consumed: a consumer made too late would ask a closed pool for ever, without a pause.
   * @param concurrency attempts under way at once, however many jobs brought them
   * @throws InvariantError the lane has a handler already
   */
  register(lane: Lane, concurrency: number, handler: LaneHandler): void {
    invariant(!this.#workers.has(lane), 'a lane has one handler', { lane });
    if (this.#stopped) return;
    const slots = new Slots(concurrency);
    const worker = this.queues.consume(lane, concurrency, async ({ attempts }, jobId) => {
      const ended = await Promise.all(
        attempts.map((attempt) => slots.use(() => this.#handle(lane, handler, attempt, jobId))),
      );
      // what was thrown may hold values, and queues keep messages
      if (ended.includes(false)) throw new InvariantError('a lane job failed');
    });
    this.#workers.set(lane, worker);
  }

  /** @returns whether it went well; one attempt's failure is not another's */
  async #handle(lane: Lane, handler: LaneHandler, attempt: LaneJob, jobId: string): Promise<boolean> {
    if (this.#stopped) return true; // it waited for its turn; the sweeper of whoever comes next finds it
    try {
      await handler(attempt, jobId);
      return true;
    } catch (error) {
      this.logger.error('a lane job failed', { lane, attemptId: attempt.attemptId, error });
      return false;
    }
  }

  /** Whether every given lane has a handler; start-up refuses otherwise. */
  covers(lanes: readonly Lane[]): boolean {
    return lanes.every((lane) => this.#workers.has(lane));
  }

  /** Take no new jobs; those running go on. */
  async pause(lane: Lane): Promise<void> {
    await this.#workers.get(lane)?.pause(true);
  }

  resume(lane: Lane): void {
    void this.#workers.get(lane)?.resume();
  }

  /** Stop taking jobs and wait for those that run; the process's own limit of 25 s cuts a wait that is too long. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.close().catch(() => undefined)));
  }
}
