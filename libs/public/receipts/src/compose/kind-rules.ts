import type { ReceiptFacts, ReceiptKind } from '../receipt-facts.js';
import type { Word } from '../words/receipt-words.js';

/** How one kind of slip differs from the others. */
export interface KindRule {
  readonly title: Word;
  /** Money goes back to the holder: sums are negative. */
  readonly isNegative: boolean;
  /** Big and framed at the top: this is no proof of a payment. */
  readonly mark: Word | null;
  /** Sentence below it, on every copy. */
  readonly sentence: Word | null;
  /** The amount is a total that the holder pays or gets back; else only what was asked for. */
  readonly movesMoney: boolean;
}

const row = (title: Word, change: Partial<Omit<KindRule, 'title'>> = {}): KindRule => ({
  title,
  isNegative: false,
  mark: null,
  sentence: null,
  movesMoney: true,
  ...change,
});

const NOTHING_MOVED = { movesMoney: false, sentence: 'notCharged' } as const;

/** One row a kind. @source payment-features.md §10, §1.4 */
export const KINDS: Readonly<Record<ReceiptKind, KindRule>> = {
  sale: row('sale'),
  authorization: row('authorization'),
  capture: row('capture'),
  torikeshi: row('torikeshi', { isNegative: true }),
  voided: row('voided', { isNegative: true, sentence: 'notCharged' }),
  henpin: row('henpin', { isNegative: true }),
  declined: row('declined', { ...NOTHING_MOVED, mark: 'declined' }),
  expired: row('expired', { ...NOTHING_MOVED, mark: 'expired' }),
  unknown: row('unknown', { movesMoney: false, mark: 'unknown', sentence: 'notKnown' }),
  refund_declined: row('refundDeclined', { mark: 'refundDeclined', movesMoney: false, sentence: 'notRefunded' }),
  refund_unknown: row('refundUnknown', { mark: 'refundUnknown', movesMoney: false, sentence: 'refundNotKnown' }),
  offline: row('offline', { sentence: 'offlineNote' }),
};

/** What UnionPay calls the operations around a pre-authorization, which nobody else has. @source payment-features.md §4.1 */
const UNIONPAY_NAMES: Readonly<Partial<Record<ReceiptKind, Word>>> = {
  authorization: 'preAuth',
  capture: 'completion',
};
const UNIONPAY_CANCELS: Readonly<Partial<Record<ReceiptKind, Word>>> = {
  voided: 'preAuthCancel',
  torikeshi: 'completionCancel',
};

/** 取引内容: the name of the operation, by the method. */
export function operationName({ kind, method, isOfAuthorization }: ReceiptFacts): Word {
  if (method !== 'unionpay') return KINDS[kind].title;
  const cancel = isOfAuthorization === true ? UNIONPAY_CANCELS[kind] : undefined;
  return cancel ?? UNIONPAY_NAMES[kind] ?? KINDS[kind].title;
}

/** Title of the whole slip, by the kind of card. */
export const TITLES: Readonly<Record<ReceiptFacts['method'], Word>> = {
  credit: 'slipCredit',
  debit: 'slipDebit',
  prepaid: 'slipPrepaid',
  unionpay: 'slipUnionPay',
};
