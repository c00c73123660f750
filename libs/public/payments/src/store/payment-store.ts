import type { Lane, SealedEnvelope, TenantContext } from '@tsunagu/contracts';
import type { Change, PendingEvent } from '../change-draft.js';
import type { Idempotency } from '../payment-api.js';
import type { Attempt, Payment, PaymentRecord } from '../payment-record.js';

/** An intent that was stored before: under this key, for this resource. */
export interface StoredIntent {
  readonly fingerprint: string;
  readonly paymentId: string;
  /** The refund that a refund intent made; otherwise the payment. */
  readonly resourceId: string;
}

/** A client reference: of a payment, or burned (no payment). */
export interface StoredReference {
  readonly fingerprint: string | null;
  readonly paymentId: string | null;
}

/** Everything one accepted order writes. */
export interface Intake {
  readonly idempotency: Idempotency;
  readonly payment: Payment;
  /** Null: the payment begins by asking the till for something, and nothing is to be sent yet. */
  readonly attempt: Attempt | null;
  readonly events: readonly PendingEvent[];
  /** Something that one payment may claim once and for all, under a name that no client reference can have. */
  readonly claim?: string;
}

/** A new payment with all that belongs to it. */
export function recordOf({ payment, attempt }: Intake): PaymentRecord {
  return { payment, attempts: attempt === null ? [] : [attempt], refunds: [] };
}

/** An attempt that this worker may take to the switch, and the payment it belongs to. */
export interface ClaimedAttempt {
  readonly payment: Payment;
  readonly attempt: Attempt;
}

/** An attempt that somebody must look at. Nothing but ids, its lane and how often it was looked at. */
export interface DueAttempt {
  readonly tenantId: string;
  readonly attemptId: string;
  readonly paymentId: string;
  readonly originalAttemptId: string | null;
  readonly kind: Attempt['kind'];
  readonly method: Lane;
  readonly bells: number;
}

/** What a change under the payment's lock came to. */
export type ChangeResult =
  | { readonly kind: 'changed'; readonly change: Change }
  | { readonly kind: 'unchanged'; readonly record: PaymentRecord }
  | { readonly kind: 'missing' }
  | { readonly kind: 'intent_taken' };

/** Pure decision over a locked record. Undefined: nothing to do. Throwing writes nothing at all. */
export type Decide = (record: PaymentRecord) => Change | undefined;

/** A payment whose time is over. */
export interface ExpiredPayment {
  readonly tenantId: string;
  readonly paymentId: string;
}

/** What is due: attempts to be dispatched, or attempts whose outcome is unknown. */
export interface DueQuery {
  readonly work: 'dispatch' | 'unknown';
  readonly now: Date;
  /** Attempts of one lane at most, so that those of a sick lane come before none of another (docs/adr/0063). */
  readonly lanePassMax: number;
  /** Whoever is taken is due again after base · 2^looks, at most the cap. */
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Where payments are kept: one transaction per method, no business decision inside.
 * Everything above this port also runs in the deterministic simulation.
 */
export abstract class PaymentStore {
  /** Reads that are asked for at once share one transaction; each still answers for itself. */
  together<T>(_ctx: TenantContext, looks: () => Promise<T>): Promise<T> {
    return looks();
  }

  /** What is known of this key and of this reference. */
  abstract findIntent(
    ctx: TenantContext,
    by: { readonly key?: string; readonly clientReference?: string },
  ): Promise<{ byKey: StoredIntent | undefined; byReference: StoredReference | undefined }>;

  /**
   * Insert first: the unique constraints decide who was first. Waits at most two seconds for another transaction.
   * @throws PaymentError `idempotency_in_progress`
   */
  abstract insertIntake(
    ctx: TenantContext,
    intake: Intake,
  ): Promise<'inserted' | 'key_taken' | 'reference_taken' | 'claim_taken'>;

  /** Take an attempt that is `created`, or `sending` with its claim run out; stores `sending` before the wire. @param claim by: the claiming worker's life */
  abstract claimAttempt(
    ctx: TenantContext,
    attemptId: string,
    claim: { readonly now: Date; readonly until: Date; readonly by: string },
  ): Promise<ClaimedAttempt | undefined>;

  /** Give a claim back early: the attempt stays `sending` and may be claimed again at once; it is due at `dueAt`. */
  abstract relinquish(
    ctx: TenantContext,
    attemptId: string,
    claim: { readonly until: Date; readonly by: string; readonly dueAt: Date },
  ): Promise<void>;

  /** One consistent view of a payment; undefined when absent or another tenant's. */
  abstract load(ctx: TenantContext, paymentId: string): Promise<PaymentRecord | undefined>;

  /** The sealed card of a payment that waits for the till; undefined when it waits for nothing. */
  abstract held(ctx: TenantContext, paymentId: string): Promise<SealedEnvelope | undefined>;

  /**
   * Lock the payment, decide, write everything, commit.
   * @param intent stored in the same transaction, before the decision; unique per tenant
   * @throws PaymentError `idempotency_in_progress` (only with an intent) the payment or the key is locked for over two seconds
   */
  abstract change(
    ctx: TenantContext,
    paymentId: string,
    decide: Decide,
    intent?: Idempotency & { readonly resourceId: string },
  ): Promise<ChangeResult>;

  /** Make a reference unusable for ever. @returns false when it exists already */
  abstract burnReference(ctx: TenantContext, clientReference: string, now: Date): Promise<boolean>;

  /** Take due attempts of all tenants; two takers never get the same ones. */
  abstract takeDue(query: DueQuery): Promise<DueAttempt[]>;

  /** Take payments of all tenants whose `expiresAt` has passed; whoever is taken is left alone for `leaseMs`. */
  abstract takeExpired(query: {
    readonly now: Date;
    readonly limit: number;
    readonly leaseMs: number;
  }): Promise<ExpiredPayment[]>;
}
