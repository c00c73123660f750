import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { SwitchRulings, type Verdict } from '@tsunagu/contracts';
import { AuditSink, Centre, RemoteError, Transactions, sql } from '@tsunagu/platform';
import { FollowUp } from '../follow-up.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { PaymentStore } from '../store/payment-store.js';
import { decideResolution } from './decide-resolution.js';

const PASS_MAX = 20;
/** A switch that is away is asked again after this. */
const LEASE_MS = 15_000;

const TAKE = sql(
  'resolution_take',
  `SELECT tenant_id AS "tenantId", payment_id AS "paymentId", attempt_id AS "attemptId", verdict, approved_by AS "approvedBy"
     FROM gateway.take_resolutions($1, $2, $3)`,
);

const END = sql(
  'resolution_end',
  `UPDATE gateway.resolution SET outcome = $3, ended_at = $4 WHERE tenant_id = $1 AND attempt_id = $2 AND outcome IS NULL RETURNING attempt_id`,
);

interface Agreed {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly attemptId: string;
  readonly verdict: Verdict;
  readonly approvedBy: string;
}

/** What stays the same in every step of a resolution. */
@Injectable()
export class ResolutionParts {
  constructor(
    readonly followUp: FollowUp,
    readonly audit: AuditSink,
    readonly clock: Clock,
  ) {}
}

/**
 * Carries out what two people agreed on: first the switch's journal is told, so that nothing it hears afterwards says otherwise and nothing
 * more is sent; then payment, counters and books follow as if the switch had said it.
 */
@Injectable()
export class ResolutionService {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
    private readonly store: PaymentStore,
    private readonly rulings: SwitchRulings,
    private readonly parts: ResolutionParts,
  ) {}

  /** One bounded pass. @returns how many resolutions ended */
  async carryOut(): Promise<number> {
    const values = [this.parts.clock.now(), PASS_MAX, LEASE_MS];
    const failures: unknown[] = [];
    let ended = 0;
    for (const agreed of await this.centre.query<Agreed>(TAKE, values)) {
      const isEnded = await this.#one(agreed).catch((error: unknown) => void failures.push(error));
      if (isEnded === true) ended += 1;
    }
    if (failures.length > 0) throw failures[0]; // after the others: one that cannot be carried out must not keep them
    return ended;
  }

  async #one(agreed: Agreed): Promise<boolean> {
    const ctx = { tenantId: agreed.tenantId, requestId: `resolution:${agreed.attemptId}` };
    const record = await this.store.load(ctx, agreed.paymentId);
    const attempt = record?.attempts.find(({ id }) => id === agreed.attemptId);
    if (attempt === undefined) return this.#end(agreed, 'overtaken');
    const state = attempt.status === 'in_doubt' ? await this.#tell(agreed, attempt) : 'ruled';
    if (state === undefined) return false;
    // The truth came first: the watch hears it from the switch and applies it.
    if (state !== 'ruled' && state !== 'unseen') return this.#end(agreed, 'overtaken');
    const { attemptId, verdict } = agreed;
    const decide = (locked: PaymentRecord) =>
      decideResolution(locked, { attemptId, verdict, now: this.parts.clock.now() });
    const result = await this.store.change(ctx, agreed.paymentId, decide);
    if (result.kind === 'changed') await this.parts.followUp.after(result.change);
    return this.#end(agreed, result.kind === 'changed' || isCarriedOut(attempt, verdict) ? 'done' : 'overtaken');
  }

  /** @returns what the switch says; undefined when it is away */
  async #tell({ tenantId, verdict, attemptId }: Agreed, attempt: Attempt): Promise<string | undefined> {
    const isVoid = attempt.kind === 'void' && attempt.originalAttemptId !== null;
    const subject = isVoid ? attempt.originalAttemptId : attemptId;
    const requestId = `resolution:${attemptId}`;
    try {
      const ruling = { tenantId, attemptId: subject, verdict: isVoid ? OF_ORIGINAL[verdict] : verdict, requestId };
      return (await this.rulings.rule(ruling)).state;
    } catch (error) {
      if (error instanceof RemoteError) return undefined;
      throw error;
    }
  }

  async #end({ tenantId, attemptId, verdict, approvedBy }: Agreed, outcome: 'done' | 'overtaken'): Promise<boolean> {
    const at = this.parts.clock.now();
    await this.transactions.run({ tenantId }, async (tx) => {
      const rows = await tx.query(END, [tenantId, attemptId, outcome, at]);
      if (rows.length === 0) return; // another worker did it
      const after = { verdict, outcome };
      const entry = { operation: 'resolution.carried_out', objectId: attemptId, before: null, after, at };
      this.parts.audit.record(tx, { requestId: `operator:${approvedBy}` }, entry);
    });
    return true;
  }
}

/** What a verdict on a void says of the attempt that it reverses: at the switch both are one row. */
const OF_ORIGINAL: Readonly<Record<Verdict, Verdict>> = {
  approved: 'reversed',
  declined: 'approved',
  reversed: 'reversed',
  written_off: 'written_off',
};

/** A worker that died between the change and its end left it so. */
function isCarriedOut({ status }: Attempt, verdict: Verdict): boolean {
  return status === verdict;
}
