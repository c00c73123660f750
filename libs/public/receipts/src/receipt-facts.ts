import type { CurrencyCode, TillLanguage, Wording } from '@tsunagu/kernel';
import type { CardBrand, CvmResult, EntryMode } from '@tsunagu/contracts';

/** Whose copy: お客様控え, 加盟店控え, カード会社控え. */
export const RECEIPT_COPIES = ['customer', 'merchant', 'issuer'] as const;
export type ReceiptCopy = (typeof RECEIPT_COPIES)[number];

/** Width of the paper in millimetres. */
export const RECEIPT_WIDTHS = [58, 80] as const;
export type ReceiptWidth = (typeof RECEIPT_WIDTHS)[number];

/**
 * What the slip is of.
 * `sale` 売上 · `authorization` 仮売上 · `capture` 承認後売上 · `torikeshi` 取消 · `henpin` 返品 · `voided` 取消 of an authorization or by
 * the system · `declined` not approved · `expired` ended without a charge · `unknown` 処理未了: nobody knows yet · `offline` accepted
 * without the issuer · `refund_declined`, `refund_unknown` the same of money that should go back
 */
export type ReceiptKind =
  | 'sale'
  | 'authorization'
  | 'capture'
  | 'torikeshi'
  | 'henpin'
  | 'voided'
  | 'declined'
  | 'expired'
  | 'unknown'
  | 'offline'
  | 'refund_declined'
  | 'refund_unknown';

export interface ReceiptShop {
  readonly name: string;
  readonly phone: string | null;
  /** Number of the terminal as the network knows it (端末番号). */
  readonly terminal: string;
  /** Number of the merchant as the network knows it (加盟店番号). */
  readonly merchant: string;
}

/** A card as far as paper may show it. */
export interface ReceiptCard {
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  readonly entryMode: EntryMode;
}

/** 支払区分. */
export interface ReceiptPlan {
  readonly type: 'one_time' | 'installments' | 'revolving' | 'bonus' | 'bonus_combined';
  readonly count: number | null;
  readonly bonusMonths: readonly number[];
  /** `YYYY-MM-DD` and minor units; empty when nobody knows. */
  readonly schedule: readonly { readonly date: string; readonly amountMinor: number; readonly isBonus: boolean }[];
}

/** What the chip said; no sensitive tags. */
export interface ReceiptChip {
  readonly aid: string | null;
  readonly label: string | null;
  /** Tag to value, upper-case hex. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The holder chose to pay in the currency of the card. */
export interface ReceiptConversion {
  readonly currency: CurrencyCode;
  /** Of this slip: of a refund, what goes back. Minor units. */
  readonly foreignMinor: number;
  /** One unit of the local currency in units of the holder's, decimal text. */
  readonly rate: string;
  readonly markupBps: number;
  readonly rateSource: string | null;
  /** Printed unchanged. */
  readonly disclaimer: string | null;
}

/** Everything that a slip may show; the app makes it from a payment and its shop. Card numbers and expiry do not exist in it. */
export interface ReceiptFacts {
  readonly kind: ReceiptKind;
  /** Test houses say so on every slip. */
  readonly isLive: boolean;
  readonly shop: ReceiptShop;
  /** Wire id of the payment, or of the refund. */
  readonly reference: string;
  readonly occurredAt: Date;
  /** `YYYY-MM-DD`. */
  readonly businessDate: string;
  readonly slipNo: string | null;
  /** On the slip of a refund: the number of the slip of its sale. */
  readonly originalSlipNo?: string | null;
  readonly clerk: string | null;
  readonly method: 'credit' | 'unionpay' | 'debit' | 'prepaid';
  readonly cardCompany: { readonly name: string; readonly code: string | null } | null;
  readonly card: ReceiptCard | null;
  readonly approvalCode: string | null;
  readonly approvalSource: 'issuer' | 'voice';
  /** The payment began with an authorization: on a UnionPay slip a cancel then has a name of its own. */
  readonly isOfAuthorization?: boolean;
  /** What this slip moves; minor units, positive: the kind says the direction. */
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  /** What the till had asked for, when the issuer approved less; else null. */
  readonly requestedMinor: number | null;
  /** Of the sale that a refund or a cancel belongs to; else null. */
  readonly originalMinor: number | null;
  readonly plan: ReceiptPlan | null;
  readonly cvm: CvmResult | null;
  /** When the holder signed this slip on a tablet; null or left out: not, or not there. */
  readonly signedAt?: Date | null;
  readonly chip: ReceiptChip | null;
  readonly conversion: ReceiptConversion | null;
  /** Why it was declined: words for each reader and the raw code; null when it was not. */
  readonly decline: { readonly customer: Wording; readonly cashier: Wording; readonly code: string | null } | null;
  /** The issuer's own words, as they came. */
  readonly issuerMessage: string | null;
}

/** Which slip is wanted. */
export interface ReceiptWish {
  readonly copy: ReceiptCopy;
  readonly language: TillLanguage;
  readonly width: ReceiptWidth;
  /** Printed before: 再発行. */
  readonly isReprint: boolean;
}

/**
 * One line of a slip. `text` stands by itself, `pair` is a label and its value, `mark` is big and framed, `signature` a line to sign on, or
 * what was signed: `state` tells them apart.
 */
export interface ReceiptLine {
  readonly type: 'text' | 'pair' | 'rule' | 'mark' | 'signature' | 'space';
  readonly label: string | null;
  readonly text: string | null;
  readonly align: 'left' | 'center';
  readonly size: 'normal' | 'large';
  /** Of a `signature`: the holder has signed on a tablet (`text` says when, a PDF shows it), or is to sign on the paper. */
  readonly state?: SignatureState;
}

export const SIGNATURE_STATES = ['to_sign', 'signed'] as const;
type SignatureState = (typeof SIGNATURE_STATES)[number];
