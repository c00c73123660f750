import { CVM_RESULTS, type Presentment, type SubmitRequest } from '@tsunagu/contracts';
import { isCurrency } from '@tsunagu/kernel';
import {
  BRANDS,
  RequestShapeError,
  amountOf,
  objectOf,
  oneOf,
  optionalText,
  textOf,
  type Fields,
} from './request-fields.js';

/** Enough for every tag that a kernel hands over. */
const EMV_TAGS_MAX = 100;
const FALLBACKS = ['chip_read_once', 'chip_failed_again'] as const;
const REPEATS = ['pin'] as const;

/** How the card was shown, and what was agreed on beside the amount: each is absent where the request has none. @throws RequestShapeError */
export function shownAndAgreed(
  fields: Fields,
): Pick<SubmitRequest, 'presentment' | 'conversion' | 'repeatOf' | 'voiceApproval'> {
  const { presentment, conversion, repeatOf, voiceApproval } = fields;
  return {
    presentment: isNone(presentment) ? undefined : presentmentOf(objectOf(presentment, 'presentment')),
    conversion: isNone(conversion) ? undefined : conversionOf(objectOf(conversion, 'conversion')),
    repeatOf: isNone(repeatOf) ? undefined : oneOf(fields, 'repeatOf', REPEATS),
    voiceApproval: isNone(voiceApproval)
      ? undefined
      : { code: textOf(objectOf(voiceApproval, 'voiceApproval'), 'code', /^[0-9A-Za-z]{1,6}$/) },
  };
}

function presentmentOf(fields: Fields): Presentment {
  const { cvm, fallback, application, hasPin, emv } = fields;
  if (typeof hasPin !== 'boolean') throw new RequestShapeError('hasPin');
  return {
    hasPin,
    cvm: isNone(cvm) ? null : oneOf(fields, 'cvm', CVM_RESULTS),
    fallback: isNone(fallback) ? null : oneOf(fields, 'fallback', FALLBACKS),
    application: isNone(application) ? null : applicationOf(objectOf(application, 'application')),
    emv: isNone(emv) ? null : emvOf(objectOf(emv, 'emv')),
  };
}

function applicationOf(fields: Fields): NonNullable<Presentment['application']> {
  return {
    aid: textOf(fields, 'aid', /^[0-9A-F]{10,32}$/),
    label: optionalText(fields, 'label', /^.{1,40}$/u) ?? null,
    brand: oneOf(fields, 'brand', BRANDS),
  };
}

function emvOf(fields: Fields): Readonly<Record<string, string>> {
  const tags = Object.entries(fields);
  const areTags = tags.every(([tag, value]) => /^[0-9A-F]{2,6}$/.test(tag) && /^(?:[0-9A-F]{2})*$/.test(String(value)));
  if (tags.length > EMV_TAGS_MAX || !areTags) throw new RequestShapeError('emv');
  return Object.fromEntries(tags.map(([tag, value]) => [tag, String(value)]));
}

const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}Z$/;

function conversionOf(fields: Fields): NonNullable<SubmitRequest['conversion']> {
  const currency = textOf(fields, 'currency', /^[A-Z]{3}$/);
  const { markupBps } = fields;
  const isMarkup = typeof markupBps === 'number' && Number.isInteger(markupBps) && markupBps >= 0 && markupBps <= 9_999;
  if (!isCurrency(currency)) throw new RequestShapeError('conversion.currency');
  if (!isMarkup) throw new RequestShapeError('conversion.markupBps');
  return {
    currency,
    markupBps,
    amountMinor: amountOf(fields, 'amountMinor'),
    rate: textOf(fields, 'rate', /^[0-9]{1,12}(?:\.[0-9]{1,18})?$/),
    quoteId: textOf(fields, 'quoteId', /^[\x20-\x7e]{1,64}$/),
    quotedAt: textOf(fields, 'quotedAt', INSTANT),
    ...(isNone(fields['expiresAt']) ? {} : { expiresAt: textOf(fields, 'expiresAt', INSTANT) }),
  };
}

function isNone(value: unknown): boolean {
  return value === undefined || value === null;
}
