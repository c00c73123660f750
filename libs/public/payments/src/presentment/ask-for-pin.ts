import type { SealedEnvelope, WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { brandOf } from '../methods/rule-of-payment.js';
import type { Attempt } from '../payment-record.js';
import { ACTION_MS, PIN_ANSWERS, PIN_TRIES_MAX } from './pin-answers.js';
import type { RequiredAction } from './required-action.js';

/** A refusal that is a question, and the card that waits for its answer. */
export interface PinQuestion {
  readonly action: RequiredAction;
  readonly held: SealedEnvelope;
}

/**
 * Whether an issuer's refusal asks for a PIN, and the payment can go on with one. It cannot when the customer has left, when the outcome
 * was unknown for a while, when nobody at the till can be asked, or when three PINs were wrong.
 *
 * @param attempt before it is declined: afterwards its card is gone
 * @source payment-features.md §1.3 row 6, §6.4
 */
export function pinQuestion(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): PinQuestion | undefined {
  const { payment, attempts } = draft;
  const { envelope } = attempt;
  const canBeAsked = payment.status === 'processing' && !payment.cancelRequested && payment.presentment !== null;
  if (!canBeAsked || envelope === null) return undefined;
  const afterPin = attempt.extra.hasPin === true;
  const answer = PIN_ANSWERS.find(
    (row) =>
      row.actionCode === outcome.actionCode &&
      row.afterPin === afterPin &&
      row.entryModes.includes(payment.entryMode) &&
      (row.brands === undefined || row.brands.includes(brandOf(payment))),
  );
  if (answer === undefined) return undefined;
  if (attempts.filter(({ extra }) => extra.hasPin === true).length >= PIN_TRIES_MAX) return undefined;
  return { action: requiredAction(answer.action, draft.now), held: heldFor(answer.action, envelope) };
}

export function requiredAction(type: RequiredAction['type'], now: Date): RequiredAction {
  return { type, expiresAt: new Date(now.getTime() + ACTION_MS).toISOString() };
}

/** A card that is read again needs nothing of its first reading; the account alone keeps the row whole. */
export function heldFor(type: RequiredAction['type'], envelope: SealedEnvelope): SealedEnvelope {
  return type === 'insert_chip' ? { sad: null, account: envelope.account } : envelope;
}
