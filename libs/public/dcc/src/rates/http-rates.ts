import type { ConversionAsk } from '@tsunagu/contracts';
import { CURRENCIES, isCurrency } from '@tsunagu/kernel';
import { QUOTE_STATUSES, RateProvider, type ProviderAnswer, type ProviderQuote } from './rate-provider.js';

const BODY_CHARS_MAX = 16_384;

/**
 * A provider that is asked over HTTP, with the names of the quote object that providers use among themselves.
 * `POST <url>/quotes { reference, store, original_amount, original_currency, card: { brand, bin, currency } }`
 * → `{ status, quote? }`; amounts are decimal texts in whole units, rates decimal texts.
 * @source payment-features.md §5.2
 */
export class HttpRates extends RateProvider {
  constructor(private readonly url: string) {
    super();
  }

  /** @throws TypeError, DOMException the provider is down, late, or answers no JSON; the caller counts it as ERROR */
  override async quote(ask: ConversionAsk, signal: AbortSignal): Promise<ProviderAnswer> {
    const reply = await fetch(`${this.url}/quotes`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(questionOf(ask)),
      redirect: 'error',
      signal,
    });
    const text = await reply.text();
    if (reply.status !== 200 || text.length > BODY_CHARS_MAX) return { status: 'ERROR' };
    return answerOf(JSON.parse(text));
  }
}

function questionOf(ask: ConversionAsk): object {
  return {
    reference: ask.reference,
    store: ask.storeId,
    original_amount: wholeUnits(ask.amountMinor, CURRENCIES[ask.currency].exponent),
    original_currency: ask.currency,
    card: { brand: ask.brand, bin: ask.bin6, currency: ask.cardCurrency },
  };
}

function answerOf(body: unknown): ProviderAnswer {
  const { status, quote } = fieldsOf(body);
  const known = QUOTE_STATUSES.find((one) => one === status) ?? 'ERROR';
  if (known !== 'QUOTE_PROVIDED') return { status: known };
  const read = quoteOf(fieldsOf(quote));
  return read === undefined ? { status: 'ERROR' } : { status: known, quote: read };
}

/** Rates the other way round (`exchange_rate_inverted`) and fees of their own (`commission`) are not taken. */
function quoteOf(fields: Readonly<Record<string, unknown>>): ProviderQuote | undefined {
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  const currency = text('currency');
  if (!isCurrency(currency) || fields['exchange_rate_inverted'] === true || (fields['commission'] ?? null) !== null)
    return undefined;
  const foreignMinor = minorOf(text('amount'), CURRENCIES[currency].exponent);
  const markupBps = minorOf(text('margin_rate'), 2);
  const [quotedAt, expiresAt] = [new Date(text('rate_time_utc')), new Date(text('rate_expires_utc'))];
  if (foreignMinor === undefined || markupBps === undefined) return undefined;
  if (Number.isNaN(quotedAt.getTime()) || Number.isNaN(expiresAt.getTime())) return undefined;
  const named = { reference: text('reconciliation_id'), source: text('rate_source'), disclaimer: text('disclaimer') };
  if (Object.values(named).some((value) => value === '')) return undefined;
  return { ...named, currency, foreignMinor, rate: text('exchange_rate'), markupBps, quotedAt, expiresAt };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

/** `12.05` of two decimals is 1205; more decimals than the currency has are no amount of it. */
function minorOf(text: string, exponent: number): number | undefined {
  const match = /^([0-9]{1,12})(?:\.([0-9]{1,6}))?$/.exec(text);
  if (match === null || (match[2]?.length ?? 0) > exponent) return undefined;
  return Number((match[1] ?? '') + (match[2] ?? '').padEnd(exponent, '0'));
}

function wholeUnits(amountMinor: number, exponent: number): string {
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
