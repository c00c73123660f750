import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Lane, LaneJob } from '@tsunagu/contracts';
import { invariant } from '@tsunagu/kernel';
import type { Worker } from 'bullmq';
import { AppLogger } from '../logging/app-logger.js';
import { LaneQueues, type LaneHandler } from './lane-queues.js';
import { Slots } from './slots.js';

/** The consumers of this process: one per lane, each with its own concurrency, so that one sick lane starves no other. */
@Injectable()
export class LaneWorkers implements BeforeApplicationShutdown {
  readonly #workers = new Map<Lane, Worker>();
  readonly #slots: Slots[] = [];
  #stopped = false;

  constructor(
    private readonly queues: LaneQueues,
    private readonly logger: AppLogger,
  ) {}

  /**
   * Handle a lane. A job ends when its attempts have begun: while the lane is full the next one stays in the queue, for whoever has room.
   * A handler that throws is logged and not tried again: the sweeper reads the row instead.
   * After the stop nothing is consumed: a consumer made too late would ask a closed pool for ever, without a pause.
   * @param concurrency attempts under way at once, however many jobs brought them
   * @throws InvariantError the lane has a handler already
   */
  register(lane: Lane, concurrency: number, handler: LaneHandler): void {
    invariant(!this.#workers.has(lane), 'a lane has one handler', { lane });
    if (this.#stopped) return;
    const slots = new Slots(concurrency);
    this.#slots.push(slots);
    const worker = this.queues.consume(lane, async ({ attempts }, jobId) => {
      for (const attempt of attempts) await slots.begin(() => this.#handle(lane, handler, attempt, jobId));
    });
    this.#workers.set(lane, worker);
  }

  /** What is thrown may hold values and queues keep messages, so it goes no further; one attempt's failure is not another's. */
  async #handle(lane: Lane, handler: LaneHandler, attempt: LaneJob, jobId: string): Promise<void> {
    if (this.#stopped) return; // it waited for its turn; the sweeper of whoever comes next finds it
    try {
      await handler(attempt, jobId);
    } catch (error) {
      this.logger.error('a lane job failed', { lane, attemptId: attempt.attemptId, error });
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

  /** Stop taking jobs and wait for the attempts that run; the process's own limit of 25 s cuts a wait that is too long. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(workers.map((worker) => worker.close().catch(() => undefined)));
    await Promise.all(this.#slots.map((slots) => slots.ended()));
  }
}
