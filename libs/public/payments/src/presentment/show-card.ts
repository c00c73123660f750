import { businessDate } from '@tsunagu/kernel';
import type { EncryptedCard, OpenCardAnswer } from '@tsunagu/contracts';
import { brandOf } from '../methods/rule-of-payment.js';
import type { MerchantTerminal } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { Payment } from '../payment-record.js';
import { chipFieldRow, judgePresentment } from './judge-presentment.js';
import { STANDARD_VERIFICATION, type PresentmentJudgement, type PresentmentPlace } from './presentment-rules.js';
import { chipItems, readPresentment, type ReadPresentment } from './read-presentment.js';
import type { StatedPresentment } from './stated-presentment.js';

/** What a till sent of a card, as far as it can be read outside the card zone. */
export interface ShownCard {
  readonly card: Pick<EncryptedCard, 'entryMode' | 'emv' | 'pinBlock'>;
  readonly stated: StatedPresentment | undefined;
}

type Verification = Pick<MerchantTerminal, 'verificationContract' | 'reader'>;

/** Contract and reader of a till, on a business date. */
export function placeOf(terminal: Verification, date: string): PresentmentPlace {
  const { verificationContract: contract = STANDARD_VERIFICATION, reader = 'pin_pad' } = terminal;
  return { contract, reader, date };
}

/** What can be said of a reading before the card is opened, so that a wrong one does not use up the reader's key. @throws PaymentError `card_data_invalid` */
export function checkShown(
  { card }: ShownCard,
  terminal: Verification & { readonly cutOffMinutes: number },
  now: Date,
): void {
  chipItems(card, placeOf(terminal, businessDate(now, terminal.cutOffMinutes)));
}

/** What till and chip say, once the card's own brand is known. @throws PaymentError `card_data_invalid` */
export function readShown(
  { card, stated }: ShownCard,
  opened: Pick<OpenCardAnswer, 'card' | 'isFallback'> & Pick<Payment, 'businessDate'>,
  terminal: Verification,
): ReadPresentment {
  const place = placeOf(terminal, opened.businessDate);
  const read = readPresentment(card, stated, { place, brand: opened.card.brand });
  const isUnexplained = opened.isFallback === true && read.presentment.fallback === null;
  if (isUnexplained && chipFieldRow(place).fallbackReason === 'required')
    throw new PaymentError('card_data_invalid', { card_rule: 'fallback_reason_missing' });
  return read;
}

/**
 * Judge a card as it was shown now.
 * @param payment with entry mode and presentment of this reading
 * @returns undefined when it may be sent; else what the till must do first
 * @throws PaymentError `verification_required` the rules want the holder verified in a way that this reading cannot give any more
 */
export function proofMissing(
  payment: Pick<Payment, 'card' | 'presentment' | 'entryMode' | 'amountMinor' | 'currency' | 'businessDate'>,
  asks: ReadPresentment['asks'],
  terminal: Verification,
): Extract<PresentmentJudgement, { kind: 'action' }> | undefined {
  const { entryMode, amountMinor, currency, card, presentment, businessDate } = payment;
  const judgement = judgePresentment({
    ...placeOf(terminal, businessDate),
    entryMode,
    amountMinor,
    currency,
    asks,
    brand: brandOf(payment),
    country: card.country,
    cvm: presentment?.cvm ?? null,
    hasPin: presentment?.hasPin ?? false,
  });
  if (judgement.kind === 'refused')
    throw new PaymentError('verification_required', { card_rule: judgement.fault, rule: judgement.rule });
  return judgement.kind === 'action' ? judgement : undefined;
}
