import { newId } from '@tsunagu/kernel';
import type { ConversionAnswer, ConversionQuote } from '@tsunagu/contracts';
import { ChangeDraft, type Change } from '../change-draft.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import type { Conversion } from './conversion.js';
import type { CurrencyOffer } from './currency-offer.js';
import { goOn } from './go-on.js';
import { chooseCurrencyUntil, noConversion } from './start-conversion.js';

/** An offer that is about to end is no offer: the holder could not read it. @source payment-features.md §2.1 */
const SHORTEST_LOOK_MS = 5_000;

/** @throws PaymentError `state_conflict` the payment does not wait for a choice of currency */
export function mustBeUndecided({ payment }: PaymentRecord): Conversion {
  const { dcc, action, status } = payment;
  if (dcc?.status === 'undecided' && action?.type === 'choose_currency') return dcc;
  throw new PaymentError('state_conflict', { current_status: status });
}

/** The offer that still stands; undefined: a new one is needed. */
export function standingOffer({ payment }: PaymentRecord, now: Date): string | undefined {
  const { offerId = null, offerExpiresAt = null } = payment.dcc ?? {};
  if (offerId === null || offerExpiresAt === null) return undefined;
  return Date.parse(offerExpiresAt) - now.getTime() > SHORTEST_LOOK_MS ? offerId : undefined;
}

/**
 * Write down what the provider said: an offer for the holder, or that there is none, and then the sale goes on in the local currency.
 * @returns undefined when another request was quicker and its offer stands
 * @throws PaymentError `state_conflict`
 */
export function offerCurrency(
  record: PaymentRecord,
  answer: ConversionAnswer,
  asked: { readonly requestId: string; readonly now: Date },
): Change | undefined {
  mustBeUndecided(record);
  if (standingOffer(record, asked.now) !== undefined) return undefined;
  const draft = new ChangeDraft(record, asked.now);
  if (answer.kind === 'none') goOn(draft, noConversion(answer.why), asked.requestId);
  else putOffer(draft, answer.quote);
  return draft.done();
}

function putOffer(draft: ChangeDraft, quote: ConversionQuote): void {
  const { payment, now } = draft;
  const { id: paymentId, storeId, amountMinor: localMinor, currency: localCurrency } = payment;
  const offer: CurrencyOffer = {
    ...quote,
    id: newId(now),
    paymentId,
    storeId,
    localMinor,
    localCurrency,
    createdAt: now,
  };
  draft.payment.dcc = snapshot(offer);
  draft.waitLonger(chooseCurrencyUntil(now));
  draft.keepOffer(offer);
  draft.tell('dcc.offered');
}

function snapshot(offer: CurrencyOffer): Conversion {
  const { id: offerId, currency, foreignMinor, rate, markupBps, rateSource, providerReference, disclaimer } = offer;
  const terms = { offerId, currency, foreignMinor, rate, markupBps, rateSource, providerReference, disclaimer };
  const times = { rateAt: offer.rateAt.toISOString(), offerExpiresAt: offer.expiresAt.toISOString(), chosenAt: null };
  return { status: 'undecided', ...terms, ...times, refundedForeignMinor: 0 };
}
