import type { operations } from './openapi.js';
import type { CardPresent, PinBlock, Schemas } from './types.js';

/** What a purchase that waits for its customer goes on with: a PIN typed at the reader, or the card read again. */
export type Continuation = { readonly pin_block: PinBlock } | { readonly card_present: CardPresent };

/** The customer's own choice of currency, and what the till showed. There is no default. */
export type CurrencyChoice = Schemas['DccChoiceRequest'];

type OfferAnswer = Schemas['DccOfferResponse'];

/**
 * Amounts in both currencies with everything that must be shown beside them. `id: null`: there is no offer (the card is not eligible, or no
 * rate came in time); nothing is shown, the payment goes on in the local currency, and `resume` follows it. With an id everything is there.
 */
export type DccOffer =
  | { readonly [Member in keyof OfferAnswer]: NonNullable<OfferAnswer[Member]> }
  | (Pick<OfferAnswer, 'object' | 'payment'> & { readonly id: null });

/** Which copy of a receipt, in which language and width; `print` asks for an earlier print again. */
export type ReceiptQuestion = NonNullable<operations['getReceipt']['parameters']['query']>;

/** A receipt as structured lines and as plain text. */
export type Receipt = Schemas['ReceiptResponse'];
