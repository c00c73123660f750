import type { CardBrand, CardDisplay } from '@tsunagu/contracts';
import { brandOf } from '@tsunagu/hsm';
import { issuerOf } from '../bins/issuer-of.js';

/** The non-secret columns of a card. */
export interface CardFace {
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  /** YYMM. */
  readonly expiry: string | null;
}

/** First six and last four digits of a PAN, and its brand. */
export function faceOf(pan: Buffer, expiry: string | null): CardFace {
  const [bin6, last4] = [pan.toString('latin1', 0, 6), pan.toString('latin1', pan.length - 4)];
  return { brand: brandOf(pan), bin6, last4, expiry };
}

/** What everybody outside the card zone may know. @param on the instant whose table of issuers counts; left out: the newest */
export function displayOf({ brand, bin6, last4, expiry }: CardFace, on?: Date): CardDisplay {
  return {
    brand,
    bin6,
    last4,
    expMonth: monthOf(expiry),
    expYear: yearOf(expiry),
    ...issuerOf(bin6, on),
  };
}

/** An expiry (YYMM) as the wire names it. */
export function expiryFacts(expiry: string | null): { exp_month: number | null; exp_year: number | null } {
  return { exp_month: monthOf(expiry), exp_year: yearOf(expiry) };
}

function monthOf(expiry: string | null): number | null {
  return expiry === null ? null : Number(expiry.slice(2));
}

function yearOf(expiry: string | null): number | null {
  return expiry === null ? null : 2000 + Number(expiry.slice(0, 2));
}
