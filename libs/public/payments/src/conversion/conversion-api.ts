import type { TenantContext } from '@tsunagu/contracts';
import type { Accepted, Idempotency, PaymentView } from '../payment-api.js';
import type { CurrencyChoice, CurrencyOffer, ShownOffer } from './currency-offer.js';

/** What a till gets for its question: an offer to show, or a payment that goes on in the local currency. */
export interface OfferAnswer {
  readonly payment: PaymentView;
  readonly offer: CurrencyOffer | null;
}

/** Everything that shows how a payment came to its currency. */
export interface ConversionEvidence {
  readonly payment: PaymentView;
  /** Oldest first; the last one counted. */
  readonly offers: readonly CurrencyOffer[];
  readonly choice: CurrencyChoice | null;
  /** Whether the stored fingerprint is that of the stored words; null without a choice. */
  readonly isIntact: boolean | null;
}

/**
 * The cardholder's choice of currency (DCC).
 * @throws PaymentError `resource_missing`; `state_conflict` the payment does not wait for a choice; of a choice also `dcc_choice_invalid`,
 *   `offer_expired` and the idempotency codes
 */
export abstract class CurrencyChoices {
  /** The offer that stands, or a new one; the provider is asked outside of any transaction. */
  abstract offer(ctx: TenantContext, paymentId: string): Promise<OfferAnswer>;
  abstract choose(
    ctx: TenantContext,
    paymentId: string,
    order: {
      readonly idempotency: Idempotency;
      readonly offerId: string;
      readonly choice: 'local' | 'foreign';
      readonly shown: ShownOffer;
    },
  ): Promise<Accepted>;
  /** Of a payment whose holder was never offered anything: no offers, no choice. */
  abstract evidence(ctx: TenantContext, paymentId: string): Promise<ConversionEvidence>;
}
