import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { Transactions } from '@tsunagu/platform';
import { CardKeys } from '../keys/card-keys.js';
import { StoredAccounts } from '../seal/stored-accounts.js';
import { CardRepository } from '../token/card.repository.js';
import { newCard } from '../token/new-card.js';
import { PanOpener } from '../token/pan-opener.js';
import { TokenMissingError, TokenRevokedError } from '../vault-errors.js';
import { openLine, sealLine, type LineCard } from './line-cipher.js';
import { TokenJobRepository, type JobLine, type LineCode, type TokenJob } from './token-job.repository.js';

/** Where cards of files are kept and found. */
@Injectable()
export class LineStores {
  constructor(
    readonly transactions: Transactions,
    readonly jobs: TokenJobRepository,
    readonly cards: CardRepository,
    readonly accounts: StoredAccounts,
    readonly opener: PanOpener,
  ) {}
}

/** A line of which job. */
export interface LineWork {
  readonly tenantId: string;
  readonly job: TokenJob;
  readonly line: JobLine;
}

/** One line of a file: whatever is wrong with it becomes its code; whatever is wrong with us is thrown, and the line comes again. */
@Injectable()
export class LineWorker {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly stores: LineStores,
    private readonly keys: CardKeys,
    private readonly clock: Clock,
  ) {}

  /** @throws HsmError, DatabaseError */
  work(work: LineWork): Promise<void> {
    return work.job.kind === 'import' ? this.#import(work) : this.#export(work);
  }

  async #import(work: LineWork): Promise<void> {
    const { line, job } = work;
    const card = line.card === null ? undefined : await openLine(this.hsm, this.#key(job), line.reference, line.card);
    if (card === undefined) return this.#settle(work, { code: 'card_data_invalid', card: null, tokenId: null });
    try {
      await this.#store(work, card);
    } finally {
      card.pan.fill(0);
    }
  }

  /** Token and code of the line commit together: a job that dies here has either both or none. */
  async #store({ tenantId, job, line }: LineWork, { pan, expiry }: LineCard): Promise<void> {
    const fingerprint = await this.keys.fingerprints.ofPan(tenantId, pan);
    const made = { tenantId, requestId: job.requestId, intent: `${job.id}:${line.line}`, uses: 'multi' } as const;
    const key = await this.keys.data.current(tenantId);
    const card = newCard({ ...made, at: this.clock.now() }, { pan, expiry, psn: null }, fingerprint, key);
    const { transactions, cards, jobs } = this.stores;
    await transactions.run({ tenantId }, async (tx) => {
      const { tokenId, isNew } = await cards.findOrMake(tx, card);
      await jobs.settle(tx, job.id, { line: line.line, code: isNew ? 'created' : 'found', tokenId, card: null });
    });
  }

  async #export(work: LineWork): Promise<void> {
    const { tenantId, job, line } = work;
    const asked = {
      tenantId,
      tokenId: line.tokenId!,
      requestId: job.requestId,
      standing: 'begins',
      intent: null,
    } as const;
    try {
      const facts = { job: job.id, line: line.line, key: job.keyId };
      const why = { operation: 'token_export', why: 'partner_exchange', facts } as const;
      const stored = await this.stores.accounts.find({ ...asked, ...why }); // durable before anything is opened
      const pan = await this.stores.opener.open(asked.tokenId, stored);
      try {
        const card = await sealLine(this.hsm, this.#key(job), line.reference, { pan, expiry: stored.face.expiry });
        await this.#settle(work, { code: 'exported', card, tokenId: null });
      } finally {
        pan.fill(0);
      }
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      await this.#settle(work, { code, card: null, tokenId: null });
    }
  }

  async #settle(
    { tenantId, job, line }: LineWork,
    done: { code: LineCode; card: Buffer | null; tokenId: string | null },
  ): Promise<void> {
    const { transactions, jobs } = this.stores;
    await transactions.run({ tenantId }, (tx) => jobs.settle(tx, job.id, { line: line.line, ...done }));
  }

  #key({ keyId }: TokenJob): KeyRef {
    return { provider: this.hsm.name, id: keyId };
  }
}

function codeOf(error: unknown): LineCode | undefined {
  if (error instanceof TokenMissingError) return 'token_missing';
  return error instanceof TokenRevokedError ? 'token_revoked' : undefined;
}
