import type { Lane, SealedEnvelope } from '@tsunagu/contracts';
import type { CurrencyCode } from '@tsunagu/kernel';
import { methodRule } from '../methods/method-rules.js';
import type { Payment } from '../payment-record.js';
import type { RequiredAction } from '../presentment/required-action.js';
import type { Conversion } from './conversion.js';

/** How long a till may take for offer and choice. Well within the minutes for which a sealed card can be opened. */
const CHOICE_MS = 180_000;

const NOTHING: Omit<Conversion, 'status'> = {
  offerId: null, currency: null, foreignMinor: null, rate: null, markupBps: null, rateSource: null, rateAt: null,
  providerReference: null, disclaimer: null, offerExpiresAt: null, chosenAt: null, refundedForeignMinor: 0,
}; // prettier-ignore

/** A conversion that did not come about. */
export function noConversion(status: 'not_eligible' | 'unavailable'): Conversion {
  return { status, ...NOTHING };
}

/**
 * A new payment whose till asked for DCC: with the question to the holder, its card held meanwhile. A card that cannot be offered its
 * own currency pays in the local one, and nobody is told anything: a refusal would be a hint.
 * @param offered currencies of the store
 * @source payment-features.md §5.1, §5.7: only sales, whose amount is final
 */
export function startConversion(
  payment: Payment,
  held: SealedEnvelope,
  offered: readonly CurrencyCode[] = [],
): Payment {
  if (!isConvertible(payment, offered))
    return { ...payment, method: localMethod(payment), dcc: noConversion('not_eligible') };
  const dcc: Conversion = { status: 'undecided', ...NOTHING, currency: payment.card.currency ?? null };
  const action = chooseCurrencyUntil(payment.createdAt);
  return { ...payment, status: 'requires_action', dcc, action, held, expiresAt: new Date(action.expiresAt) };
}

/** The till shows the offer and sends the choice; silence ends uncharged. */
export function chooseCurrencyUntil(now: Date): RequiredAction {
  return { type: 'choose_currency', expiresAt: new Date(now.getTime() + CHOICE_MS).toISOString() };
}

/** The lane of the same card in the local currency. */
export function localMethod({
  card,
  entryMode,
}: {
  readonly card: Pick<Payment['card'], 'brand'>;
  readonly entryMode: Payment['entryMode'];
}): Lane {
  if (card.brand === 'unionpay') return 'unionpay';
  return entryMode === 'contactless' ? 'nfc' : 'credit';
}

function isConvertible({ kind, currency, card, businessDate }: Payment, offered: readonly CurrencyCode[]): boolean {
  const own = card.currency ?? null;
  if (kind !== 'sale' || own === null || own === currency || !offered.includes(own)) return false;
  return methodRule({ method: 'dcc', brand: card.brand, date: businessDate }).dcc;
}
