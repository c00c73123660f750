import { CURRENCIES } from '@tsunagu/kernel';
import type { WireOrder } from '@tsunagu/links';
import { conversionRate } from './conversion-rate.js';
import { UnspeakableOrderError } from './unspeakable-order.js';
import type { Tsn93Profile } from './tsn93-profile.js';

type Conversion = NonNullable<WireOrder['conversion']>;
type ConversionFields = Partial<Record<6 | 10 | 16 | 51, string>>;

const QUOTE_ID_MAX = 64;
const MARKUP_MAX_BPS = 9_999;
const JAPAN_MS = 9 * 3_600_000;
const TAKEN = 'Y';

/**
 * What the holder pays in the currency of the card: amount 6, rate 10, its date 16, currency 51. 4 and 49 stay local. 5, 9 and 50 belong to
 * links that settle in another currency, of which there is none.
 * @throws UnspeakableOrderError the counterpart reads no conversion, or the rate fits no n8
 * @source reference/iso8583-1993.md §5, §10.7
 */
export function conversionFields(profile: Tsn93Profile, order: WireOrder): ConversionFields {
  const { conversion } = order;
  if (conversion === undefined) return {};
  if (!profile.tags.conversion) throw new UnspeakableOrderError('conversion');
  return {
    6: String(conversion.amountMinor).padStart(12, '0'),
    10: rateOf(conversion),
    16: quoteTime(conversion).slice(2, 6),
    51: CURRENCIES[conversion.currency].numeric,
  };
}

/** DC01 and DC02 of field 48: the quote that the holder took. @source reference/iso8583-1993.md §12 */
export function conversionTags({ conversion }: WireOrder): [string, string][] {
  if (conversion === undefined) return [];
  const { currency, amountMinor, markupBps, quoteId } = conversion;
  const isMarkup = Number.isInteger(markupBps) && markupBps >= 0 && markupBps <= MARKUP_MAX_BPS;
  if (!isMarkup || !/^[\x20-\x7e]+$/.test(quoteId)) throw new UnspeakableOrderError('conversion');
  const amount = String(amountMinor).padStart(12, '0');
  const markup = String(markupBps).padStart(4, '0');
  const quote = `${CURRENCIES[currency].numeric}${amount}${rateOf(conversion)}${markup}${quoteTime(conversion)}${TAKEN}`;
  return [
    ['DC01', quote],
    ['DC02', quoteId.slice(0, QUOTE_ID_MAX)],
  ];
}

function rateOf({ rate }: Conversion): string {
  const written = conversionRate(rate);
  if (written === undefined) throw new UnspeakableOrderError('conversion_rate');
  return written;
}

/** Local time of the quote, YYMMDDhhmm. */
function quoteTime({ quotedAt }: Conversion): string {
  const at = Date.parse(quotedAt);
  if (Number.isNaN(at)) throw new UnspeakableOrderError('conversion');
  return new Date(at + JAPAN_MS).toISOString().replace(/\D/g, '').slice(2, 12);
}
