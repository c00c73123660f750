import { Injectable } from '@nestjs/common';
import type { LinePage, PageAsked, PageRead, TokenJobKind, TokenJobView } from '@tsunagu/contracts';
import { Clock, invariant, newId } from '@tsunagu/kernel';
import { Transactions, type Tx } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { NotOpenError } from '../ceremony/ceremony-errors.js';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyMissingError } from '../inventory/key-inventory.service.js';
import { ReferenceTakenError, TokenMissingError } from '../vault-errors.js';
import { TokenJobRepository, type JobLine, type TokenJob } from './token-job.repository.js';

/** What a tenant asks for. */
export interface JobAsked {
  readonly kind: TokenJobKind;
  /** Exchange key of its cards. */
  readonly keyId: string;
  /** The tenant's own name of it: asked for again, it is the same job. */
  readonly reference: string;
  readonly requestId: string;
}

/** Files of cards, in and out. An import is filled and started by its tenant; an export is asked for by it and begins with the second signature of two custodians. */
@Injectable()
export class TokenJobs {
  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: TokenJobRepository,
    private readonly book: KeyBook,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * A new import, which takes lines, or an export, which waits for its custodians; or the one that has this reference.
   * @throws KeyMissingError no exchange key of this tenant works under this name; ReferenceTakenError it names another file
   */
  async begin(tenantId: string, asked: JobAsked): Promise<{ job: TokenJobView; isNew: boolean }> {
    await this.#checkKey(tenantId, asked.keyId);
    const createdAt = this.clock.now();
    const state = asked.kind === 'import' ? 'filling' : 'requested';
    const wanted: TokenJob = { ...asked, id: newId(createdAt), state, orderId: null, createdAt, finishedAt: null };
    return this.transactions.run({ tenantId }, async (tx) => {
      const isNew = await this.jobs.insert(tx, wanted);
      const job = isNew ? wanted : await this.jobs.byReference(tx, asked.reference);
      invariant(job !== undefined, 'a file of cards is begun or was begun');
      if (job.kind !== asked.kind || job.keyId !== asked.keyId) throw new ReferenceTakenError();
      if (isNew) this.#note(tx, job, asked.kind === 'import' ? 'begun' : 'requested');
      return { job: await this.#view(tx, job), isNew };
    });
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
  async start(tenantId: string, jobId: string): Promise<TokenJobView> {
    await this.transactions.run({ tenantId }, (tx) => Promise.resolve(this.jobs.start(tx, jobId)));
    return this.read(tenantId, jobId, 'import');
  }

  /**
   * A file of all active cards of a tenant under a partner's key: the one that the tenant asked for, where it did.
   * @param orderId approved by two custodians; it has one job, so repeating is safe
   */
  async beginExport(tenantId: string, keyId: string, orderId: string): Promise<string> {
    await this.#checkKey(tenantId, keyId);
    const createdAt = this.clock.now();
    const named = { id: orderId, orderId, reference: null, requestId: `order-${orderId}` };
    const own: TokenJob = { ...named, kind: 'export', keyId, state: 'running', createdAt, finishedAt: null };
    return this.transactions.run({ tenantId }, async (tx) => {
      const known = await this.jobs.lockedByOrder(tx, orderId);
      if (known !== undefined) return known.id;
      const asked = await this.jobs.takeRequested(tx, keyId, orderId);
      const job = asked ?? own;
      if (asked === undefined) await this.jobs.insert(tx, own);
      this.jobs.addAll(tx, job.id);
      this.#note(tx, job, 'begun');
      return job.id;
    });
  }

  /** @throws TokenMissingError no such job of this tenant and kind */
  read(tenantId: string, jobId: string, kind: TokenJobKind): Promise<TokenJobView> {
    return this.transactions.run({ tenantId }, async (tx) => this.#view(tx, await this.#job(tx, jobId, kind)));
  }

  /** Newest first. */
  list(tenantId: string, kind: TokenJobKind, page: PageAsked): Promise<PageRead<TokenJobView>> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const { data, hasMore } = pageRead(await this.jobs.list(tx, kind, page), page.limit, page.afterId !== undefined);
      const views: TokenJobView[] = [];
      for (const job of data) views.push(await this.#view(tx, job));
      return { data: views, hasMore };
    });
  }

  /** Lines in their order, with what became of them. Whoever reads an export is written down. @throws TokenMissingError */
  results(tenantId: string, asked: { jobId: string; kind: TokenJobKind }, page: LinePage): Promise<PageRead<JobLine>> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const job = await this.#job(tx, asked.jobId, asked.kind);
      if (job.kind === 'export') this.#note(tx, job, 'read');
      return pageRead(await this.jobs.results(tx, job.id, page), page.limit, page.before !== undefined);
    });
  }

  async #job(tx: Tx, jobId: string, kind: TokenJobKind): Promise<TokenJob> {
    const job = await this.jobs.read(tx, jobId);
    if (job === undefined || job.kind !== kind) throw new TokenMissingError();
    return job;
  }

  async #view(tx: Tx, { id, kind, state, keyId, reference, createdAt, finishedAt }: TokenJob): Promise<TokenJobView> {
    const times = { createdAt: createdAt.toISOString(), finishedAt: finishedAt?.toISOString() ?? null };
    return { id, kind, state, keyId, reference, ...times, counts: await this.jobs.counts(tx, id) };
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

/** Rows that were read with one to spare; turned round when they were read backwards. */
function pageRead<Row>(rows: Row[], limit: number, isBackwards: boolean): PageRead<Row> {
  const data = rows.slice(0, limit);
  return { data: isBackwards ? data.reverse() : data, hasMore: rows.length > limit };
}
