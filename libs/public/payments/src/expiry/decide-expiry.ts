import { isOpen } from '../attempt/attempt-state.js';
import { isPastValidity } from '../capture/plan-capture.js';
import { startRelease } from '../capture/plan-release.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import type { PaymentRecord } from '../payment-record.js';
import { holdsOf, orderVoidOfHold } from '../reversal/order-void.js';

/**
 * End a payment whose time is over. A required action nobody did: expired, uncharged. An authorization: expired, and its hold reversed
 * where the rule of the method asks for it; of a partly captured one the rest is released. A movement under way is waited for: what was
 * begun in time decides first.
 * @returns undefined when there is nothing to end: not yet, no longer, or not while something moves
 * @source payment-features.md §1.3 rows 8, 16, 17
 */
export function decideExpiry(record: PaymentRecord, now: Date): Change | undefined {
  if (!isPastValidity(record, now) || record.attempts.some(({ status }) => isOpen(status))) return undefined;
  switch (record.payment.status) {
    case 'requires_action':
      return forget(new ChangeDraft(record, now));
    case 'authorized':
      return lapse(record, now);
    case 'partially_captured':
      return startRelease(record, now, 'expired');
    default:
      return undefined;
  }
}

/** Nothing was sent, or what was sent was answered by no: the sealed card is erased with the action. */
function forget(draft: ChangeDraft): Change {
  draft.trigger('timeOut', 'expired');
  return draft.done();
}

function lapse(record: PaymentRecord, now: Date): Change {
  const draft = new ChangeDraft(record, now);
  const [first] = holdsOf(draft.attempts);
  if (first !== undefined)
    draft.post({ kind: 'release', amountMinor: draft.payment.authorizedMinor, attemptId: first.id });
  draft.trigger('expire', 'expired');
  if (ruleOf(record).releasesHoldAtExpiry) orderVoidOfHold(draft, 'system');
  return draft.done();
}
