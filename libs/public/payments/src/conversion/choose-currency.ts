import { newId } from '@tsunagu/kernel';
import { ChangeDraft, type Change } from '../change-draft.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import { choiceHash, type CurrencyOffer, type ShownOffer } from './currency-offer.js';
import { goOn } from './go-on.js';
import { mustBeUndecided } from './offer-currency.js';

/** What the till says of the holder's choice. */
export interface ChoiceOrder {
  readonly choice: 'local' | 'foreign';
  readonly shown: ShownOffer;
  readonly requestId: string;
}

/** From the choice to the wire: the quote must still hold when the message leaves. */
const SEND_MS = 2_000;
/** What is stored of the payment once the holder has chosen. */
const SETTLED = { local: 'refused', foreign: 'accepted' } as const;

/**
 * The holder has chosen: record it for ever, and send the payment on its way.
 * @param offer the one that the till names; undefined: there is none of that id
 * @returns undefined when the same choice was made before
 * @throws PaymentError `dcc_choice_invalid` not the last offer of this payment, or the other choice was made; `offer_expired` its time
 *   is over and the choice is not the local currency; `state_conflict` the payment does not wait for a choice any more
 * @source payment-features.md §5.2, §5.4; api-conventions.md §5: no timer chooses
 */
export function chooseCurrency(
  record: PaymentRecord,
  offer: CurrencyOffer | undefined,
  order: ChoiceOrder,
  now: Date,
): Change | undefined {
  const { dcc, status: current_status, id: paymentId, terminalId } = record.payment;
  const isTheOffer = offer !== undefined && offer.paymentId === paymentId && dcc?.offerId === offer.id;
  if (dcc === null || !isTheOffer) throw new PaymentError('dcc_choice_invalid', { current_status });
  const status = SETTLED[order.choice];
  if (dcc.status === status) return undefined;
  if (dcc.status !== 'undecided') throw new PaymentError('dcc_choice_invalid', { current_status });
  mustBeUndecided(record);
  const isOver = offer.expiresAt.getTime() - SEND_MS <= now.getTime();
  if (order.choice === 'foreign' && isOver) throw new PaymentError('offer_expired', { current_status });
  const draft = new ChangeDraft(record, now);
  const { shown, choice, requestId } = order;
  const said = { ...shown, id: newId(now), paymentId, offerId: offer.id, choice, chosenAt: now, terminalId, requestId };
  draft.keepChoice({ ...said, hash: choiceHash(offer, said) });
  draft.tell('dcc.chosen');
  goOn(draft, { ...dcc, status, chosenAt: now.toISOString() }, requestId);
  return draft.done();
}
