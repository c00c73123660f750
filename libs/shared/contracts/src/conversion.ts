import type { CurrencyCode, Wording } from '@tsunagu/kernel';
import type { CardBrand } from './vault.js';

/** For which sale a rate is asked. Of the card nothing but what its range says. */
export interface ConversionAsk {
  readonly storeId: string;
  /** Ours; one sale may be quoted again. */
  readonly reference: string;
  readonly brand: CardBrand;
  readonly bin6: string;
  /** Currency of the card by the table of card ranges. */
  readonly cardCurrency: CurrencyCode;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
}

/** A quote that we have worked out again: the figure is the provider's and ours. @source payment-features.md §5.2 */
export interface ConversionQuote {
  readonly currency: CurrencyCode;
  /** The whole sale in that currency, minor units. */
  readonly foreignMinor: number;
  /** One unit of the local currency in units of the holder's, mark-up included; decimal text. */
  readonly rate: string;
  readonly markupBps: number;
  readonly rateSource: string;
  readonly rateAt: Date;
  readonly expiresAt: Date;
  /** The provider's own id of the quote: goes with the authorization. */
  readonly providerReference: string;
  /** As the provider words it; shown and printed unchanged. */
  readonly disclaimer: string;
  /** All that must be said before the choice, one text a language. */
  readonly disclosure: Wording;
}

/** A quote, or none: then the sale goes on in the local currency, and nobody is asked anything. */
export type ConversionAnswer =
  | { readonly kind: 'quoted'; readonly quote: ConversionQuote }
  | { readonly kind: 'none'; readonly why: 'not_eligible' | 'unavailable' };

/** Where payments ask for rates; bound by the app. Never throws: a rate that cannot be had is no reason to lose a sale. */
export abstract class ConversionQuotes {
  abstract quote(ask: ConversionAsk): Promise<ConversionAnswer>;
}
