import type { SealedEnvelope, TenantContext } from '@tsunagu/contracts';
import { invariant } from '@tsunagu/kernel';
import { OfferBook, PaymentStore } from '@tsunagu/payments';
import type {
  Attempt,
  Change,
  ChangeResult,
  ClaimedAttempt,
  CurrencyChoice,
  CurrencyOffer,
  Decide,
  DueAttempt,
  DueQuery,
  ExpiredPayment,
  Idempotency,
  Intake,
  Payment,
  PaymentRecord,
  Posting,
  Refund,
  StoredIntent,
  StoredReference,
} from '@tsunagu/payments';

const DAY_MS = 24 * 3_600_000;
const TERMINAL_PAYMENT = new Set(['declined', 'voided', 'expired', 'refunded']);
const TERMINAL_ATTEMPT = new Set(['declined', 'reversed', 'abandoned', 'not_sent', 'written_off', 'expired']);

interface Rows {
  payment: Payment;
  attempts: Attempt[];
  refunds: Refund[];
}

/**
 * The books in memory, with what PostgreSQL promises: each method is one transaction that happens at one instant or not at all,
 * unique keys decide who was first, a row that is not in its expected state stops the whole change.
 */
export class MemoryPaymentStore extends PaymentStore {
  readonly payments = new Map<string, Rows>();
  readonly postings: (Posting & { readonly paymentId: string })[] = [];
  /** Told when a state that is final was changed. */
  onChange: (where: string) => void = () => undefined;
  readonly offers = new MemoryOfferBook();
  readonly #intents = new Map<string, StoredIntent>();
  readonly #references = new Map<string, StoredReference>();
  readonly #paymentOf = new Map<string, string>();

  override findIntent(
    _ctx: TenantContext,
    by: { readonly key?: string; readonly clientReference?: string },
  ): Promise<{ byKey: StoredIntent | undefined; byReference: StoredReference | undefined }> {
    const byKey = by.key === undefined ? undefined : this.#intents.get(by.key);
    const byReference = by.clientReference === undefined ? undefined : this.#references.get(by.clientReference);
    return Promise.resolve({ byKey, byReference });
  }

  override insertIntake(
    _ctx: TenantContext,
    intake: Intake,
  ): Promise<'inserted' | 'key_taken' | 'reference_taken' | 'claim_taken'> {
    if (this.#intents.has(intake.idempotency.key)) return Promise.resolve('key_taken');
    if (this.#references.has(intake.payment.clientReference)) return Promise.resolve('reference_taken');
    if (intake.claim !== undefined && this.#references.has(intake.claim)) return Promise.resolve('claim_taken');
    this.insertBlindly(intake);
    return Promise.resolve('inserted');
  }

  /** Without a look at unique keys: what is left when the constraints are gone. */
  insertBlindly({ idempotency, payment, attempt, claim }: Intake): void {
    if (claim !== undefined) this.#references.set(claim, { fingerprint: null, paymentId: null });
    const { key, fingerprint } = idempotency;
    this.#intents.set(key, { fingerprint, paymentId: payment.id, resourceId: payment.id });
    this.#references.set(payment.clientReference, { fingerprint, paymentId: payment.id });
    this.payments.set(payment.id, {
      payment: { ...payment },
      attempts: attempt === null ? [] : [{ ...attempt }],
      refunds: [],
    });
    if (attempt !== null) this.#paymentOf.set(attempt.id, payment.id);
  }

  override claimAttempt(
    _ctx: TenantContext,
    attemptId: string,
    claim: { readonly now: Date; readonly until: Date; readonly by: string },
  ): Promise<ClaimedAttempt | undefined> {
    const found = this.find(attemptId);
    if (found === undefined) return Promise.resolve(undefined);
    const { rows, attempt } = found;
    const isRunOut = attempt.status === 'sending' && attempt.claimedUntil !== null && attempt.claimedUntil <= claim.now;
    if (attempt.status !== 'created' && !isRunOut) return Promise.resolve(undefined);
    return Promise.resolve(this.take(rows, attempt, claim));
  }

  take(
    rows: Rows,
    attempt: Attempt,
    claim: { readonly now: Date; readonly until: Date; readonly by: string },
  ): ClaimedAttempt {
    const { now: updatedAt, until, by: claimedBy } = claim;
    Object.assign(attempt, { status: 'sending', claimedUntil: until, claimedBy, dueAt: until, bells: 0, updatedAt });
    return { payment: { ...rows.payment }, attempt: { ...attempt } };
  }

  /** What dead workers hold is due at once. @returns how many attempts, at most `limit` */
  releaseClaims(dead: ReadonlySet<string>, limit: number): number {
    let released = 0;
    for (const { attempts } of this.payments.values()) {
      for (const attempt of attempts) {
        const isHeld = attempt.status === 'sending' && attempt.claimedBy !== null && dead.has(attempt.claimedBy);
        if (!isHeld || released >= limit) continue;
        Object.assign(attempt, { claimedUntil: attempt.createdAt, dueAt: attempt.createdAt, claimedBy: null });
        released += 1;
      }
    }
    return released;
  }

  find(attemptId: string): { rows: Rows; attempt: Attempt } | undefined {
    const rows = this.payments.get(this.#paymentOf.get(attemptId) ?? '');
    const attempt = rows?.attempts.find((candidate) => candidate.id === attemptId);
    return rows === undefined || attempt === undefined ? undefined : { rows, attempt };
  }

  byReference(reference: string): PaymentRecord | undefined {
    const paymentId = this.#references.get(reference)?.paymentId ?? '';
    const rows = this.payments.get(paymentId);
    return rows && this.#recordOf(rows);
  }

  override relinquish(
    _ctx: TenantContext,
    attemptId: string,
    claim: { readonly until: Date; readonly by: string; readonly dueAt: Date },
  ): Promise<void> {
    const attempt = this.find(attemptId)?.attempt;
    const isHeld = attempt?.claimedBy === claim.by && attempt.claimedUntil?.getTime() === claim.until.getTime();
    if (attempt?.status === 'sending' && isHeld) {
      Object.assign(attempt, { claimedUntil: attempt.createdAt, dueAt: claim.dueAt });
    }
    return Promise.resolve();
  }

  override load(_ctx: TenantContext, paymentId: string): Promise<PaymentRecord | undefined> {
    const rows = this.payments.get(paymentId);
    return Promise.resolve(rows && this.#recordOf(rows));
  }

  override held(_ctx: TenantContext, paymentId: string): Promise<SealedEnvelope | undefined> {
    return Promise.resolve(this.payments.get(paymentId)?.payment.held ?? undefined);
  }

  override change(
    _ctx: TenantContext,
    paymentId: string,
    decide: Decide,
    intent?: Idempotency & { readonly resourceId: string },
  ): Promise<ChangeResult> {
    const rows = this.payments.get(paymentId);
    if (rows === undefined) return Promise.resolve({ kind: 'missing' });
    if (intent !== undefined && this.#intents.has(intent.key)) return Promise.resolve({ kind: 'intent_taken' });
    const record = this.#recordOf(rows);
    const change = decide(record);
    if (change === undefined) return Promise.resolve({ kind: 'unchanged', record });
    this.write(change, { isGuarded: true });
    if (intent !== undefined) {
      const { key, fingerprint, resourceId } = intent;
      this.#intents.set(key, { fingerprint, paymentId, resourceId });
    }
    return Promise.resolve({ kind: 'changed', change });
  }

  /** A copy, with what a read looks up beside the rows: whether the telephone's answer to a decline was posted. */
  #recordOf({ payment, attempts, refunds }: Rows): PaymentRecord {
    return {
      payment: { ...payment },
      attempts: attempts.map((attempt) => ({ ...attempt })),
      refunds: refunds.map((refund) => ({ ...refund })),
      isVoicePosted: payment.status === 'declined' && this.#references.has(`voice of ${payment.id}`),
    };
  }

  /** @param isGuarded false writes over whatever is there: for a planted bug */
  write(change: Change, { isGuarded }: { isGuarded: boolean }): void {
    const rows = this.payments.get(change.before.id);
    invariant(rows !== undefined, 'a change belongs to a payment');
    if (isGuarded) checkGuards(rows, change);
    const { payment } = change.after;
    this.#watchTerminal(rows, change);
    this.offers.keep(change);
    rows.payment = { ...payment, expiresAt: this.#endOf(payment) };
    for (const { attempt } of change.moved)
      rows.attempts = rows.attempts.map((row) => (row.id === attempt.id ? { ...attempt } : row));
    for (const attempt of change.added) {
      rows.attempts.push({ ...attempt });
      this.#paymentOf.set(attempt.id, payment.id);
    }
    for (const refund of change.refunds) {
      rows.refunds = [...rows.refunds.filter((row) => row.id !== refund.id), { ...refund }];
    }
    for (const posting of change.postings) this.postings.push({ ...posting, paymentId: payment.id });
  }

  /** Weeks are long in simulated time: some authorizations live for seconds, so that their end races what is done with them. */
  #endOf({ status, expiresAt, amountMinor, updatedAt }: Payment): Date | null {
    const isLong = expiresAt !== null && expiresAt.getTime() - updatedAt.getTime() > DAY_MS;
    if (!isLong || status !== 'authorized' || amountMinor % 4 !== 0) return expiresAt;
    return new Date(updatedAt.getTime() + 500 + (amountMinor % 16) * 500);
  }

  #watchTerminal(rows: Rows, change: Change): void {
    const { payment } = change.after;
    if (TERMINAL_PAYMENT.has(rows.payment.status) && payment.status !== rows.payment.status) {
      this.onChange(`${payment.clientReference} ${rows.payment.status} → ${payment.status}`);
    }
    for (const { attempt } of change.moved) {
      const before = rows.attempts.find((row) => row.id === attempt.id)?.status;
      if (before !== undefined && TERMINAL_ATTEMPT.has(before) && attempt.status !== before) {
        this.onChange(`${payment.clientReference} attempt ${before} → ${attempt.status}`);
      }
    }
  }

  override burnReference(_ctx: TenantContext, clientReference: string): Promise<boolean> {
    if (this.#references.has(clientReference)) return Promise.resolve(false);
    this.#references.set(clientReference, { fingerprint: null, paymentId: null });
    return Promise.resolve(true);
  }

  override takeExpired(query: { now: Date; limit: number }): Promise<ExpiredPayment[]> {
    const due = [...this.payments.values()].filter(
      ({ payment }) => payment.expiresAt !== null && payment.expiresAt <= query.now,
    );
    return Promise.resolve(
      due.slice(0, query.limit).map(({ payment }) => ({ tenantId: payment.tenantId, paymentId: payment.id })),
    );
  }

  override takeDue(query: DueQuery): Promise<DueAttempt[]> {
    const states = query.work === 'dispatch' ? ['created', 'sending'] : ['sent_unknown', 'in_doubt'];
    const due: DueAttempt[] = [];
    const taken = new Map<string, number>();
    for (const { payment, attempts } of this.payments.values()) {
      for (const attempt of attempts) {
        const isDue = states.includes(attempt.status) && attempt.dueAt !== null && attempt.dueAt <= query.now;
        const ofLane = taken.get(payment.method) ?? 0;
        if (!isDue || ofLane >= query.lanePassMax) continue;
        taken.set(payment.method, ofLane + 1);
        const delayMs = Math.min(query.capMs, query.baseMs * 2 ** Math.min(attempt.bells, 20));
        attempt.dueAt = new Date(query.now.getTime() + delayMs);
        attempt.bells += 1;
        due.push(dueOf(payment, attempt));
      }
    }
    return Promise.resolve(due);
  }
}

/** Offers and choices, which never change; a payment has one choice. */
class MemoryOfferBook extends OfferBook {
  readonly #books = new Map<string, { offers: CurrencyOffer[]; choice: CurrencyChoice | null }>();

  override read(
    _ctx: TenantContext,
    paymentId: string,
  ): Promise<{ offers: readonly CurrencyOffer[]; choice: CurrencyChoice | null }> {
    const { offers, choice } = this.#bookOf(paymentId);
    return Promise.resolve({ offers: [...offers], choice });
  }

  keep({ before, offered, chosen }: Change): void {
    const book = this.#bookOf(before.id);
    invariant(chosen === undefined || book.choice === null, 'a payment has one choice of currency');
    if (offered !== undefined) book.offers.push(offered);
    if (chosen !== undefined) book.choice = chosen;
  }

  #bookOf(paymentId: string): { offers: CurrencyOffer[]; choice: CurrencyChoice | null } {
    const known = this.#books.get(paymentId) ?? { offers: [], choice: null };
    this.#books.set(paymentId, known);
    return known;
  }
}

function dueOf(payment: Payment, attempt: Attempt): DueAttempt {
  return {
    tenantId: payment.tenantId,
    attemptId: attempt.id,
    paymentId: payment.id,
    originalAttemptId: attempt.originalAttemptId,
    kind: attempt.kind,
    method: payment.method,
    bells: attempt.bells,
  };
}

function mostCapturable({ authorizedMinor, captureTolerancePercent }: Payment): number {
  return authorizedMinor + Math.floor((authorizedMinor * captureTolerancePercent) / 100);
}

/** Compare-and-set and the check constraints of the tables. */
function checkGuards(rows: Rows, change: Change): void {
  const { before } = change;
  const { payment } = change.after;
  invariant(
    rows.payment.status === before.status && rows.payment.sequence === before.sequence,
    'the payment is as it was read',
  );
  for (const { from, attempt } of change.moved) {
    invariant(rows.attempts.find((row) => row.id === attempt.id)?.status === from, 'an attempt is as it was read');
  }
  invariant(
    payment.capturedMinor + payment.capturePendingMinor <= mostCapturable(payment),
    'captures stay within the authorization',
  );
  invariant(
    payment.refundedMinor + payment.refundPendingMinor <= payment.capturedMinor,
    'refunds stay within the captures',
  );
}
