import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@tsunagu/kernel';
import { Transactions, type Tx } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { NotOpenError } from '../ceremony/ceremony-errors.js';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyMissingError } from '../inventory/key-inventory.service.js';
import { TokenMissingError } from '../vault-errors.js';
import { TokenJobRepository, type JobLine, type TokenJob } from './token-job.repository.js';

/** How far a job is. */
export interface JobView extends Pick<TokenJob, 'id' | 'kind' | 'state'> {
  /** Lines by code; `waiting`: not worked on yet. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Files of cards, in and out. An import is filled and started by its tenant; an export begins with the second signature of two custodians. */
@Injectable()
export class TokenJobs {
  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: TokenJobRepository,
    private readonly book: KeyBook,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws KeyMissingError no exchange key of this tenant works under this name */
  async beginImport(tenantId: string, keyId: string, requestId: string): Promise<TokenJob> {
    await this.#checkKey(tenantId, keyId);
    const now = this.clock.now();
    const job: TokenJob = { id: newId(now), kind: 'import', keyId, state: 'filling', requestId };
    await this.transactions.run({ tenantId }, async (tx) => {
      await this.jobs.insert(tx, job, now);
      this.#note(tx, job, 'begun');
    });
    return job;
  }

  /** Lines that came before are left as they were, so a batch may be sent again. @throws TokenMissingError no such job; NotOpenError it was started */
  async addLines(
    tenantId: string,
    jobId: string,
    lines: readonly Pick<JobLine, 'line' | 'reference' | 'card'>[],
  ): Promise<void> {
    await this.#filling(tenantId, jobId, (tx) => this.jobs.add(tx, jobId, lines));
  }

  /** No more lines; work begins. Again changes nothing. @throws TokenMissingError */
  async start(tenantId: string, jobId: string): Promise<JobView> {
    await this.transactions.run({ tenantId }, (tx) => Promise.resolve(this.jobs.start(tx, jobId)));
    return this.read(tenantId, jobId);
  }

  /** A file of all active cards of a tenant under a partner's key. @param orderId approved by two custodians; it names the job, so repeating is safe */
  async beginExport(tenantId: string, keyId: string, orderId: string): Promise<string> {
    await this.#checkKey(tenantId, keyId);
    const job: TokenJob = { id: orderId, kind: 'export', keyId, state: 'running', requestId: `order-${orderId}` };
    await this.transactions.run({ tenantId }, async (tx) => {
      if (!(await this.jobs.insert(tx, job, this.clock.now()))) return;
      this.jobs.addAll(tx, job.id);
      this.#note(tx, job, 'begun');
    });
    return job.id;
  }

  /** @throws TokenMissingError no such job of this tenant */
  read(tenantId: string, jobId: string): Promise<JobView> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const job = await this.jobs.read(tx, jobId);
      if (job === undefined) throw new TokenMissingError();
      const { id, kind, state } = job;
      return { id, kind, state, counts: await this.jobs.counts(tx, jobId) };
    });
  }

  /** Lines after this one, with what became of them. */
  results(tenantId: string, jobId: string, after: number, most: number): Promise<JobLine[]> {
    return this.transactions.run({ tenantId }, (tx) => this.jobs.results(tx, jobId, after, most));
  }

  async #filling(tenantId: string, jobId: string, work: (tx: Tx) => void): Promise<void> {
    await this.transactions.run({ tenantId }, async (tx) => {
      const state = await this.jobs.lockedState(tx, jobId);
      if (state === undefined) throw new TokenMissingError();
      if (state !== 'filling') throw new NotOpenError('order');
      work(tx);
    });
  }

  async #checkKey(tenantId: string, keyId: string): Promise<void> {
    const key = await this.book.get(keyId);
    const isUsable = key?.purpose === 'exchange' && key.tenantId === tenantId && key.state === 'active';
    if (!isUsable) throw new KeyMissingError();
  }

  #note(tx: Tx, { id, kind, keyId, requestId }: TokenJob, result: string): void {
    const { tenantId } = tx;
    this.audit.record(tx, { tenantId, operation: 'token_job', result, requestId, keyId, facts: { job: id, kind } });
  }
}
