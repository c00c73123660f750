import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { AppLogger, Rounds, Transactions } from '@tsunagu/platform';
import { PaymentPulse } from '../open/payment-pulse.js';
import { LineWorker } from './line-worker.js';
import { TokenJobRepository, type JobLine, type TokenJob } from './token-job.repository.js';

const EVERY_MS = 2_000;
const JOBS = 10;
const SLICE = 50;

/** When a job may run, and where it tells its troubles. */
@Injectable()
export class JobPlace {
  constructor(
    readonly clock: Clock,
    readonly pulse: PaymentPulse,
    readonly logger: AppLogger,
  ) {}
}

/**
 * Works on files of cards in slices, and not while payments are slow. A line has its code or it waits: whichever vault dies, another one
 * goes on, and two of them at one file do nothing twice.
 */
@Injectable()
export class TokenJobRunner implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.round(),
    failed: (error) => this.place.logger.warn('files of cards wait', { error }),
  });

  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: TokenJobRepository,
    private readonly worker: LineWorker,
    private readonly place: JobPlace,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  /** @returns lines that got their code. @throws HsmError, DatabaseError: the rest waits for the next round */
  async round(): Promise<number> {
    let count = 0;
    for (const { tenantId, id } of await this.jobs.due(JOBS)) count += await this.#run(tenantId, id);
    return count;
  }

  async #run(tenantId: string, id: string): Promise<number> {
    for (let count = 0; ;) {
      if (this.place.pulse.isSlow()) return count;
      const { job, lines } = await this.#slice(tenantId, id);
      if (job === undefined || lines.length === 0) return count;
      for (const line of lines) await this.worker.work({ tenantId, job, line });
      count += lines.length;
    }
  }

  #slice(tenantId: string, id: string): Promise<{ job: TokenJob | undefined; lines: JobLine[] }> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const job = await this.jobs.read(tx, id);
      const lines = await this.jobs.waiting(tx, id, SLICE);
      if (lines.length === 0) await this.jobs.finish(tx, id, this.place.clock.now());
      return { job, lines };
    });
  }
}
