import type { CardPresent, Money, PinBlock } from './types.js';

/** What a purchase that waits for its customer goes on with: a PIN typed at the reader, or the card read again. */
export type Continuation = { readonly pin_block: PinBlock } | { readonly card_present: CardPresent };

/** The customer's own choice of currency. There is no default. */
export interface CurrencyChoice {
  readonly offer_id: string;
  readonly choice: 'local' | 'foreign';
}

/** Which copy of a receipt, in which language and width. */
export interface ReceiptQuestion {
  readonly copy?: 'customer' | 'merchant' | 'issuer';
  readonly lang?: 'ja' | 'en' | 'zh-Hans' | 'zh-Hant' | 'ko';
  readonly width?: 58 | 80;
}

/** An offer in the cardholder's currency, with everything that must be shown beside it. */
export interface DccOffer {
  readonly id: string;
  readonly object: string;
  readonly local: Money;
  readonly foreign: Money;
  /** Decimal text. */
  readonly rate: string;
  readonly markup_bps: number;
  readonly expires_at: string;
  readonly disclosure: Readonly<Record<string, string>>;
}

export interface Receipt {
  readonly object: string;
  readonly text: string;
}
