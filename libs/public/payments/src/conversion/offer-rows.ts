import { isCurrency, invariant, type CurrencyCode, type Wording } from '@tsunagu/kernel';
import type { Storable } from '@tsunagu/platform';
import type { CurrencyChoice, CurrencyOffer } from './currency-offer.js';

type JsonRow = Readonly<Record<string, unknown>>;

/** In the order of `insertOffer`. */
export function offerValues(tenantId: string, offer: CurrencyOffer): Storable[] {
  const { id, paymentId, storeId, localMinor, localCurrency, foreignMinor, currency, rate, markupBps } = offer;
  const { rateSource, rateAt, expiresAt, providerReference, disclaimer, disclosure, createdAt } = offer;
  const figures = [localMinor, localCurrency, foreignMinor, currency, rate, markupBps];
  const words = [providerReference, disclaimer, JSON.stringify(disclosure)];
  return [tenantId, id, paymentId, storeId, ...figures, rateSource, rateAt, expiresAt, ...words, createdAt];
}

/** In the order of `insertChoice`. */
export function choiceValues(tenantId: string, choice: CurrencyChoice): Storable[] {
  const { id, paymentId, offerId, choice: chosen, chosenAt, terminalId, requestId, hash } = choice;
  const { shownAt = null, screenTemplateVersion = null, renderedTextHash = null, locale = null } = choice;
  const shown = [shownAt, screenTemplateVersion, renderedTextHash, locale];
  return [tenantId, id, paymentId, offerId, chosen, chosenAt, terminalId, requestId, ...shown, hash];
}

export function offerFromRow(row: JsonRow): CurrencyOffer {
  return {
    id: row['id'] as string,
    paymentId: row['payment_id'] as string,
    storeId: row['store_id'] as string,
    localMinor: row['local_minor'] as number,
    localCurrency: currencyOf(row['local_currency']),
    foreignMinor: row['foreign_minor'] as number,
    currency: currencyOf(row['currency']),
    rate: row['rate'] as string,
    markupBps: row['markup_bps'] as number,
    rateSource: row['rate_source'] as string,
    rateAt: new Date(row['rate_at'] as string),
    expiresAt: new Date(row['expires_at'] as string),
    providerReference: row['provider_reference'] as string,
    disclaimer: row['disclaimer'] as string,
    disclosure: row['disclosure'] as Wording,
    createdAt: new Date(row['created_at'] as string),
  };
}

export function choiceFromRow(row: JsonRow): CurrencyChoice {
  const optional = (name: string, column: string) => (row[column] === null ? {} : { [name]: row[column] });
  return {
    id: row['id'] as string,
    paymentId: row['payment_id'] as string,
    offerId: row['offer_id'] as string,
    choice: row['choice'] as CurrencyChoice['choice'],
    chosenAt: new Date(row['chosen_at'] as string),
    terminalId: row['terminal_id'] as string,
    requestId: row['request_id'] as string,
    ...(row['shown_at'] === null ? {} : { shownAt: new Date(row['shown_at'] as string) }),
    ...optional('screenTemplateVersion', 'screen_template_version'),
    ...optional('renderedTextHash', 'rendered_text_hash'),
    ...optional('locale', 'locale'),
    hash: row['record_hash'] as string,
  };
}

function currencyOf(value: unknown): CurrencyCode {
  invariant(typeof value === 'string' && isCurrency(value), 'a stored currency is one of ours');
  return value;
}
