import type { ConversionAsk } from '@tsunagu/contracts';
import type { CurrencyCode } from '@tsunagu/kernel';

/** What a provider says to a question. @source payment-features.md §5.1 */
export const QUOTE_STATUSES = [
  'QUOTE_PROVIDED',
  'NOT_ELIGIBLE',
  'UNSUPPORTED_CARD_BRAND',
  'INSUFFICIENT_INFORMATION',
  'ERROR',
] as const;
export type QuoteStatus = (typeof QUOTE_STATUSES)[number];

/** A quote as the provider gave it: nothing of it is believed before it has been worked out again. */
export interface ProviderQuote {
  readonly reference: string;
  readonly currency: CurrencyCode;
  readonly foreignMinor: number;
  readonly rate: string;
  readonly markupBps: number;
  readonly source: string;
  readonly quotedAt: Date;
  readonly expiresAt: Date;
  readonly disclaimer: string;
}

export type ProviderAnswer =
  | { readonly status: 'QUOTE_PROVIDED'; readonly quote: ProviderQuote }
  | { readonly status: Exclude<QuoteStatus, 'QUOTE_PROVIDED'> };

/** Who gives rates. May throw anything, and take its time: whoever asks does not wait for long. */
export abstract class RateProvider {
  /** @param signal the question is no longer of interest */
  abstract quote(ask: ConversionAsk, signal: AbortSignal): Promise<ProviderAnswer>;
}

/** A house without rates: every sale is in the local currency. */
export class NoRates extends RateProvider {
  override quote(): Promise<ProviderAnswer> {
    return Promise.resolve({ status: 'NOT_ELIGIBLE' });
  }
}
