import { invariant, newId } from '@tsunagu/kernel';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { advanceAttempt, needsEnvelope, type AttemptEvent } from './attempt/attempt-state.js';
import { dueAfter } from './attempt/attempt-timers.js';
import { postingsFor, type Movement, type Posting } from './books/posting.js';
import type { CurrencyChoice, CurrencyOffer } from './conversion/currency-offer.js';
import type { AttemptStatus, PaymentStatus } from './payment-api.js';
import type { Attempt, AttemptExtra, Payment, PaymentRecord, Refund } from './payment-record.js';
import { advancePayment, type PaymentTrigger } from './payment-state.js';
import type { RequiredAction } from './presentment/required-action.js';
import type { SignedPicture } from './signature/signature-api.js';

/** An event to be told with the snapshot of its change. */
export interface PendingEvent {
  readonly type: string;
  readonly sequence: number;
  readonly previous: Record<string, unknown> | null;
}

/** Everything one transaction writes about a payment: plain data, made by pure functions. */
export interface Change {
  readonly before: Payment;
  readonly after: PaymentRecord;
  /** Attempts that moved, with the state they must still be in when the row is written. */
  readonly moved: readonly { readonly from: AttemptStatus; readonly attempt: Attempt }[];
  readonly added: readonly Attempt[];
  /** Refunds that are new or changed. */
  readonly refunds: readonly Refund[];
  readonly postings: readonly Posting[];
  readonly events: readonly PendingEvent[];
  /** The holder's choice of currency: what was offered, and what was chosen of which offer. */
  readonly offered?: CurrencyOffer;
  readonly chosen?: CurrencyChoice;
  /** The signature of the holder, when this change brings it. */
  readonly signed?: SignedPicture;
  /** Attempts whose lane is rung after commit. The others wait for the sweeper: that is their back-off. */
  readonly ring: readonly Attempt[];
}

/** What a new attempt of an existing payment is made of. */
export interface AttemptOrder {
  readonly kind: Attempt['kind'];
  readonly amountMinor: number;
  readonly requestId: string;
  readonly originalAttemptId?: string | null;
  readonly refundId?: string | null;
  readonly isClosing?: boolean;
  readonly order?: Attempt['order'];
  readonly envelope?: SealedEnvelope | null;
  readonly extra?: AttemptExtra;
  /** False: left to the sweeper, which comes after a second. */
  readonly isUrgent?: boolean;
}

/** States that the clock ends: others have no `expiresAt`. */
const ENDS_BY_ITSELF: ReadonlySet<PaymentStatus> = new Set(['requires_action', 'authorized', 'partially_captured']);

/** A record being changed: copies in, one {@link Change} out. Every move passes a transition table. */
export class ChangeDraft {
  readonly payment: Payment;
  readonly attempts: Attempt[];
  readonly refunds: Refund[];
  readonly #before: Payment;
  readonly #from = new Map<string, AttemptStatus>();
  readonly #added: Attempt[] = [];
  readonly #ring: Attempt[] = [];
  readonly #refunds = new Set<Refund>();
  readonly #postings: Posting[] = [];
  readonly #events: PendingEvent[] = [];
  #offered: CurrencyOffer | undefined;
  #chosen: CurrencyChoice | undefined;
  #signed: SignedPicture | undefined;

  constructor(
    record: PaymentRecord,
    readonly now: Date,
  ) {
    this.#before = record.payment;
    this.payment = { ...record.payment };
    this.attempts = record.attempts.map((attempt) => ({ ...attempt }));
    this.refunds = record.refunds.map((refund) => ({ ...refund }));
  }

  attempt(id: string | null): Attempt {
    const attempt = this.attempts.find((candidate) => candidate.id === id);
    invariant(attempt !== undefined, 'an attempt belongs to its payment');
    return attempt;
  }

  refund(id: string | null): Refund | undefined {
    return this.refunds.find((candidate) => candidate.id === id);
  }

  /** @throws IllegalTransitionError */
  move(attempt: Attempt, event: AttemptEvent, facts: Partial<Attempt> = {}): void {
    const to = advanceAttempt(attempt.status, event);
    if (!this.#from.has(attempt.id)) this.#from.set(attempt.id, attempt.status);
    if (to !== attempt.status) attempt.bells = 0;
    Object.assign(attempt, facts);
    attempt.status = to;
    attempt.dueAt = dueAfter(to, this.now);
    attempt.claimedUntil = null;
    attempt.updatedAt = this.now;
    if (!needsEnvelope(to)) attempt.envelope = null;
  }

  add(order: AttemptOrder): Attempt {
    const attempt: Attempt = {
      ...emptyAttempt(this.now),
      paymentId: this.payment.id,
      ordinal: this.attempts.length + 1,
      kind: order.kind,
      amountMinor: order.amountMinor,
      requestId: order.requestId,
      originalAttemptId: order.originalAttemptId ?? null,
      refundId: order.refundId ?? null,
      isClosing: order.isClosing ?? false,
      order: order.order ?? null,
      envelope: order.envelope ?? null,
      extra: order.extra ?? {},
    };
    this.attempts.push(attempt);
    this.#added.push(attempt);
    if (order.isUrgent !== false) this.#ring.push(attempt);
    return attempt;
  }

  /** Move the payment and tell it. @throws IllegalTransitionError */
  trigger(trigger: PaymentTrigger, reason: string | null = null): void {
    const previous = { status: this.payment.status };
    const move = advancePayment(this.payment.status, trigger);
    if (this.payment.status === 'requires_action') this.#letGo();
    this.payment.status = move.to;
    this.payment.reason = reason;
    if (!ENDS_BY_ITSELF.has(move.to)) this.payment.expiresAt = null;
    if (move.event !== null) this.tell(move.event, previous);
  }

  /** Wait for the till: the card is held, sealed, until the action is done or its time is over. @throws IllegalTransitionError */
  requireAction(action: RequiredAction, held: SealedEnvelope): void {
    this.payment.action = action;
    this.payment.held = held;
    this.payment.expiresAt = new Date(action.expiresAt);
    this.trigger('requireAction');
  }

  /** The till has something new to show: its time begins anew. */
  waitLonger(action: RequiredAction): void {
    invariant(this.payment.action?.type === action.type, 'a payment waits longer for what it waits for');
    this.payment.action = action;
    this.payment.expiresAt = new Date(action.expiresAt);
  }

  keepOffer(offer: CurrencyOffer): void {
    this.#offered = offer;
  }

  keepChoice(choice: CurrencyChoice): void {
    this.#chosen = choice;
  }

  /** The holder has signed: the payment remembers when and what, the picture is kept beside it. */
  keepSignature(picture: SignedPicture): void {
    this.payment.signature = { receivedAt: this.now, sha256: picture.sha256 };
    this.#signed = picture;
  }

  /** The till did what was required: the held card is let go, and the next attempt opened. @throws IllegalTransitionError */
  resume(order: AttemptOrder): Attempt {
    this.trigger('resume');
    return this.add(order);
  }

  #letGo(): void {
    this.payment.action = null;
    this.payment.held = null;
    this.payment.expiresAt = null;
  }

  tell(type: string, previous: Record<string, unknown> | null = null): void {
    this.payment.sequence += 1;
    this.#events.push({ type, sequence: this.payment.sequence, previous });
  }

  post(movement: Movement): void {
    this.#postings.push(...postingsFor(movement));
  }

  saveRefund(refund: Refund): void {
    if (!this.refunds.includes(refund)) this.refunds.push(refund);
    refund.updatedAt = this.now;
    this.#refunds.add(refund);
  }

  done(): Change {
    this.payment.updatedAt = this.now;
    const added = new Set(this.#added);
    return {
      before: this.#before,
      after: { payment: this.payment, attempts: this.attempts, refunds: this.refunds },
      moved: this.attempts
        .filter((attempt) => this.#from.has(attempt.id) && !added.has(attempt))
        .map((attempt) => ({ from: this.#from.get(attempt.id)!, attempt })),
      added: this.#added,
      refunds: [...this.#refunds],
      postings: this.#postings,
      events: this.#events,
      offered: this.#offered,
      chosen: this.#chosen,
      signed: this.#signed,
      ring: this.#ring.filter((attempt) => attempt.status === 'created'),
    };
  }
}

/** The blank form of an attempt that is about to be written in state `created`. */
export function emptyAttempt(now: Date): Omit<Attempt, 'paymentId' | 'ordinal' | 'kind' | 'amountMinor' | 'requestId'> {
  return {
    id: newId(now),
    status: 'created',
    approvedMinor: null,
    actionCode: null,
    approvalCode: null,
    reason: null,
    network: null,
    originalAttemptId: null,
    refundId: null,
    isClosing: false,
    extra: {},
    order: null,
    envelope: null,
    claimedUntil: null,
    claimedBy: null,
    dueAt: dueAfter('created', now),
    bells: 0,
    createdAt: now,
    updatedAt: now,
  };
}
