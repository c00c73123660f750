import type { CashierDeclineWord, CustomerDeclineWord } from './decline-words.js';

/** How a decline is to be understood. `pickup_hidden` is shown to the customer like any other decline. */
export type DeclineCategory = 'soft' | 'hard' | 'pickup_hidden' | 'technical' | 'blocked_by_rule';

/** What the till may do about a decline. */
export type DeclineAdvice = 'use_other_method' | 'ask_cardholder' | 'retry_later' | 'contact_support';

/**
 * Whose matter it is, by the letters of the tables, and as the wire names it: funds or limit, the card, PIN or security code, data that was sent,
 * a system that is away or closed, refused without a reason (and every code that no table knows), the terminal itself.
 * @source payment-features.md §11
 */
export const DECLINE_CLASS_NAMES = {
  F: 'funds',
  C: 'card',
  P: 'verification',
  D: 'data',
  S: 'system',
  X: 'refused',
  T: 'terminal',
} as const;
export type DeclineClass = keyof typeof DECLINE_CLASS_NAMES;

/** What helps, by the letters of the tables, and as the wire names it; `our_fault` is a fault in our request. @source payment-features.md §11 */
export const DECLINE_ACT_NAMES = {
  R: 'retry_later',
  O: 'use_other_card',
  E: 'enter_again',
  A: 'call_issuer',
  B: 'our_fault',
} as const;
export type DeclineAct = keyof typeof DECLINE_ACT_NAMES;

/** Which list a raw code belongs to. */
export const DECLINE_SOURCES = ['iso8583_1993', 'domestic', 'unionpay', 'tsunagu'] as const;
export type DeclineSource = (typeof DECLINE_SOURCES)[number];

/** A code as it came, never translated: what the tables say of it may change, this does not. */
export interface RawCode {
  readonly source: DeclineSource;
  readonly code: string;
  /** The action code beside it: what is meant when the code turns out to be none of its source. */
  readonly actionCode?: string | null;
}

export interface DeclineRule {
  /** Stable public code; several raw codes may share one on purpose (lost and stolen hide behind `card_declined`). */
  readonly code: string;
  readonly category: DeclineCategory;
  readonly class: DeclineClass;
  /** The first is what the till does; a second one is what else may be the cause. */
  readonly acts: readonly [DeclineAct, ...DeclineAct[]];
  readonly retrySameCard: boolean;
  readonly advice: DeclineAdvice;
  readonly cashier: CashierDeclineWord;
  readonly customer: CustomerDeclineWord;
}

/** All that one source says, from one day on. A version is never edited: a new one replaces it. */
export interface DeclineTable {
  readonly version: string;
  readonly source: string;
  readonly rows: Readonly<Record<string, DeclineRule>>;
}

const ADVICE: Readonly<Record<DeclineAct, DeclineAdvice>> = {
  R: 'retry_later',
  O: 'use_other_method',
  E: 'ask_cardholder',
  A: 'use_other_method',
  B: 'contact_support',
};

/** A rule from its class and acts. A card that was refused (C) or refused without a reason (X) is never tried again. */
export function declineRow(
  code: string,
  category: DeclineCategory,
  kind: `${DeclineClass}${DeclineAct}` | `${DeclineClass}${DeclineAct}${DeclineAct}`,
  cashier: CashierDeclineWord,
  customer: CustomerDeclineWord = 'neutral',
): DeclineRule {
  const [group, ...acts] = [...kind] as [DeclineClass, DeclineAct, ...DeclineAct[]];
  const [first] = acts as [DeclineAct];
  const isBlocked = group === 'C' || group === 'X';
  return {
    code,
    category,
    class: group,
    acts: acts as [DeclineAct, ...DeclineAct[]],
    retrySameCard: !isBlocked && (first === 'R' || first === 'E'),
    advice: ADVICE[first],
    cashier,
    customer,
  };
}
