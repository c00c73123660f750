import { createHash } from 'node:crypto';
import type { ConversionQuote } from '@tsunagu/contracts';
import type { CurrencyCode } from '@tsunagu/kernel';

/** One offer as it was put together; never changed. */
export interface CurrencyOffer extends ConversionQuote {
  readonly id: string;
  readonly paymentId: string;
  readonly storeId: string;
  readonly localMinor: number;
  readonly localCurrency: CurrencyCode;
  readonly createdAt: Date;
}

/** How the offer was shown, as the till says it. */
export interface ShownOffer {
  readonly shownAt?: Date;
  readonly screenTemplateVersion?: string;
  /** SHA-256 of the text on the screen, hex. */
  readonly renderedTextHash?: string;
  /** BCP 47. */
  readonly locale?: string;
}

/** The holder's choice with everything that shows it was one; append-only. @source payment-features.md §5.6 */
export interface CurrencyChoice extends ShownOffer {
  readonly id: string;
  readonly paymentId: string;
  readonly offerId: string;
  readonly choice: 'local' | 'foreign';
  readonly chosenAt: Date;
  /** Terminal on whose screen it was chosen. */
  readonly terminalId: string;
  readonly requestId: string;
  /** See {@link choiceHash}. */
  readonly hash: string;
}

/**
 * Fingerprint of a choice and of the offer that it was made on: SHA-256 over both as JSON with sorted keys, hex. Stored beside them,
 * and worked out again by whoever reads the evidence.
 */
export function choiceHash(offer: CurrencyOffer, choice: Omit<CurrencyChoice, 'hash'>): string {
  const { hash: _own, ...said } = choice as CurrencyChoice;
  return createHash('sha256')
    .update(sorted({ offer, choice: said }))
    .digest('hex');
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [two]) => (one < two ? -1 : 1)))
      : member,
  );
}
