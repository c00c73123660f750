import { Injectable } from '@nestjs/common';
import { ConversionQuotes, type ConversionAnswer, type ConversionAsk } from '@tsunagu/contracts';
import { AMOUNT_MINOR_MAX } from '@tsunagu/kernel';
import { Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { disclose } from '../offer/disclosure.js';
import { convertMinor, readRate } from './convert.js';
import { RateProvider, type ProviderAnswer, type ProviderQuote, type QuoteStatus } from './rate-provider.js';

/** A till is waiting, and so is the customer. */
const PATIENCE_MS = 2_000;
/** What the private field of the wire takes for the provider's id of a quote. */
const WIRE_REFERENCE = /^[\x20-\x7e]{1,64}$/;
/** More than a fifth is a wrong table, not a mark-up. */
const MARKUP_BPS_MAX = 2_000;

/** How a question ended, for the counter: the provider's word, or why we did not believe it. */
type Ending = QuoteStatus | 'LATE_OR_DOWN' | 'FIGURE_DIFFERS' | 'OTHER_CURRENCY' | 'RATE_UNUSABLE';

/**
 * Asks the provider, does the sum again, and words the offer. A quote whose figure is not ours to the last unit is refused: the
 * cardholder would be shown one amount and charged another.
 */
@Injectable()
export class QuoteDesk extends ConversionQuotes {
  readonly #endings: Counter;

  constructor(
    private readonly rates: RateProvider,
    metrics: Metrics,
  ) {
    super();
    this.#endings = metrics.counter(
      'tsunagu_dcc_quotes_total',
      'Quotes of rate providers by how they ended; all but QUOTE_PROVIDED go on in the local currency',
      ['ending'],
    );
  }

  override async quote(ask: ConversionAsk): Promise<ConversionAnswer> {
    const answer = await this.#ask(ask);
    if (answer === undefined) return this.#none('LATE_OR_DOWN');
    if (answer.status !== 'QUOTE_PROVIDED') return this.#none(answer.status);
    const fault = faultOf(answer.quote, ask);
    if (fault !== undefined) return this.#none(fault);
    this.#endings.inc({ ending: 'QUOTE_PROVIDED' satisfies Ending });
    const { reference: providerReference, source: rateSource, quotedAt: rateAt, ...quote } = answer.quote;
    return {
      kind: 'quoted',
      quote: { ...quote, providerReference, rateSource, rateAt, disclosure: disclose(ask, answer.quote) },
    };
  }

  /** Whatever goes wrong at the provider is one thing to us: there is no rate. The reason may hold what it was asked. */
  async #ask(ask: ConversionAsk): Promise<ProviderAnswer | undefined> {
    try {
      return await this.rates.quote(ask, AbortSignal.timeout(PATIENCE_MS));
    } catch {
      return undefined;
    }
  }

  #none(ending: Ending): ConversionAnswer {
    this.#endings.inc({ ending });
    const isCardsFault = ending === 'NOT_ELIGIBLE' || ending === 'UNSUPPORTED_CARD_BRAND';
    return { kind: 'none', why: isCardsFault ? 'not_eligible' : 'unavailable' };
  }
}

/** @source payment-features.md §5.2: our figure must equal the provider's */
function faultOf(quote: ProviderQuote, ask: ConversionAsk): Ending | undefined {
  if (quote.currency !== ask.cardCurrency || quote.currency === ask.currency) return 'OTHER_CURRENCY';
  const isSayable = readRate(quote.rate) !== undefined && WIRE_REFERENCE.test(quote.reference);
  if (!isSayable || quote.markupBps > MARKUP_BPS_MAX) return 'RATE_UNUSABLE';
  const ours = convertMinor(ask, quote.rate, quote.currency);
  if (ours !== BigInt(quote.foreignMinor)) return 'FIGURE_DIFFERS';
  return ours < 1n || ours > BigInt(AMOUNT_MINOR_MAX) ? 'RATE_UNUSABLE' : undefined;
}
