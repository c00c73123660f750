import type { EncryptedCard, OpenCardAnswer, SealedEnvelope } from '@tsunagu/contracts';
import { ChangeDraft, type Change } from '../change-draft.js';
import type { Idempotency, MerchantTerminal } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { Attempt, Payment, PaymentRecord } from '../payment-record.js';
import { proofMissing, readShown, type ShownCard } from './show-card.js';
import type { StatedPresentment } from './stated-presentment.js';

/** What the till did of what was required: exactly one of the two. */
export interface ContinueOrder {
  readonly idempotency: Idempotency;
  /** Of `enter_pin`. */
  readonly pinBlock?: NonNullable<EncryptedCard['pinBlock']>;
  /** Of `insert_chip`: what the reader says of the same card. */
  readonly card?: EncryptedCard;
  readonly shown?: StatedPresentment;
}

/**
 * Whether this is what the payment waits for.
 * @throws PaymentError `state_conflict` with `required_action`: it waits for nothing, for something else, or its time is over
 */
export function checkContinuation({ payment }: PaymentRecord, type: 'enter_pin' | 'insert_chip', now: Date): void {
  const { status, action } = payment;
  const isInTime = action !== null && new Date(action.expiresAt) > now;
  if (status === 'requires_action' && action?.type === type && isInTime) return;
  if (isInTime) throw new PaymentError('state_conflict', { required_action: action.type });
  // Too late, though the clock's loop has not come by yet: nobody is told to go on with it.
  throw new PaymentError('state_conflict', action === null ? {} : { allowed_actions: 'cancel ensure_cancelled' });
}

/** The same purchase with its PIN. @param envelope the held card with the PIN over it */
export function continueWithPin(
  record: PaymentRecord,
  envelope: SealedEnvelope,
  { requestId, now }: { readonly requestId: string; readonly now: Date },
): Change {
  checkContinuation(record, 'enter_pin', now);
  const draft = new ChangeDraft(record, now);
  const { payment } = draft;
  if (payment.presentment !== null) payment.presentment = { ...payment.presentment, cvm: 'online_pin', hasPin: true };
  resume(draft, { envelope, requestId });
  return draft.done();
}

/** A card inserted in place of the one that was tapped. */
export interface InsertedCard {
  readonly shown: ShownCard;
  readonly opened: OpenCardAnswer;
  readonly terminal: Pick<MerchantTerminal, 'verificationContract' | 'reader'>;
}

/**
 * The same purchase with the chip of the same card.
 * @throws PaymentError `card_data_invalid` it was not inserted, or is another card; `verification_required`
 */
export function continueWithChip(
  record: PaymentRecord,
  { shown, opened, terminal }: InsertedCard,
  { requestId, now }: { readonly requestId: string; readonly now: Date },
): Change {
  checkContinuation(record, 'insert_chip', now);
  if (opened.tokenId !== record.payment.tokenId) throw invalid('other_card');
  const draft = new ChangeDraft(record, now);
  const { payment } = draft;
  const read = readShown(shown, payment, terminal);
  payment.entryMode = shown.card.entryMode;
  payment.presentment = read.presentment;
  if (proofMissing(payment, read.asks, terminal) !== undefined) throw new PaymentError('verification_required');
  resume(draft, { envelope: opened.envelope, requestId });
  return draft.done();
}

/** Only a chip continues a tap. @throws PaymentError `card_data_invalid` */
export function checkInserted({ entryMode }: EncryptedCard): void {
  if (entryMode !== 'chip') throw invalid('chip_expected');
}

function resume(draft: ChangeDraft, { envelope, requestId }: { envelope: SealedEnvelope; requestId: string }): void {
  const { kind, amountMinor, presentment } = draft.payment;
  const asked = draft.attempts.findLast(({ reason }) => reason === PIN_REQUIRED);
  draft.resume({
    kind,
    amountMinor,
    requestId,
    envelope,
    originalAttemptId: asked?.id ?? null,
    extra: { ...asked?.extra, ...pinFact(presentment), ...(asked === undefined ? {} : { isRepeat: true }) },
  });
}

/** Reason of an attempt that ended with the issuer's question. */
export const PIN_REQUIRED = 'pin_required';

/** A PIN that goes with an attempt is counted with it. */
export function pinFact(presentment: Payment['presentment']): Pick<Attempt['extra'], 'hasPin'> {
  return presentment?.hasPin === true ? { hasPin: true } : {};
}

function invalid(rule: string): PaymentError {
  return new PaymentError('card_data_invalid', { card_rule: rule });
}
