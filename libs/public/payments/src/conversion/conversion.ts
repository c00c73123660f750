import type { CurrencyCode } from '@tsunagu/kernel';

/**
 * What became of the holder's choice of currency: everything that the wire, the receipt and a refund need of the offer.
 * Kept with the payment for ever. @source payment-features.md §5
 */
export interface Conversion {
  /** `not_eligible`, `unavailable`: the holder was not asked, and pays in the local currency. */
  readonly status: 'undecided' | 'accepted' | 'refused' | 'not_eligible' | 'unavailable';
  readonly offerId: string | null;
  readonly currency: CurrencyCode | null;
  /** The whole amount in that currency, minor units. */
  readonly foreignMinor: number | null;
  /** One unit of the local currency in units of the holder's, mark-up included; decimal text. */
  readonly rate: string | null;
  readonly markupBps: number | null;
  readonly rateSource: string | null;
  /** RFC 3339. */
  readonly rateAt: string | null;
  /** The rate provider's own id of the quote. */
  readonly providerReference: string | null;
  readonly disclaimer: string | null;
  /** Until then the holder may take the offer; RFC 3339. */
  readonly offerExpiresAt?: string | null;
  /** RFC 3339. */
  readonly chosenAt: string | null;
  /** What went back in the holder's currency, or is on its way; minor units. */
  readonly refundedForeignMinor: number;
}
