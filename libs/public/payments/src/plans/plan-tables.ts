import type { BonusRule, PlanIssuer, PlanRow, PlanTable } from './plan-rules.js';

const EXAMPLE = 'nsr-benefull.co.jp, example of one issuer; payment-features.md §3.2';
const SANDBOX = 'sandbox of this product: published test numbers, rows made up in the shape of real ones';

/** Days on which an issuer closes its books and is paid. */
const MID_MONTH = { closingDay: 15, paymentDay: 10, monthsAfter: 1 };
const MONTH_END = { closingDay: 31, paymentDay: 27, monthsAfter: 1 };

/** A real issuer's rows come with its contract; these stand in for three of them and for two that know little. */
const ISSUERS: readonly PlanIssuer[] = [
  { id: 'jcb-sandbox', brand: 'jcb', bins: ['353011', '356600'], billing: MID_MONTH, source: SANDBOX, mark: 'design' },
  { id: 'visa-sandbox', brand: 'visa', bins: ['411111'], billing: MONTH_END, source: SANDBOX, mark: 'design' },
  { id: 'mastercard-sandbox', brand: 'mastercard', bins: ['555555'], billing: MONTH_END, source: SANDBOX, mark: 'design' },
  { id: 'amex-sandbox', brand: 'amex', bins: ['378282'], billing: { ...MID_MONTH, closingDay: 7, paymentDay: 21, monthsAfter: 0 }, source: SANDBOX, mark: 'design' },
  { id: 'diners-sandbox', brand: 'diners', bins: ['305693'], billing: MID_MONTH, source: SANDBOX, mark: 'design' },
]; // prettier-ignore

const WINDOWS = [
  { from: '12-01', to: '06-30', months: [6, 7, 8] },
  { from: '07-01', to: '11-30', months: [12, 1] },
] as const;
/** Eight months: from the first of December to August. @source payment-features.md §3.2 */
const ONE_BONUS: BonusRule = { windows: WINDOWS, times: [1], monthsAheadMax: 8, shareMaxBps: 10_000 };
const TWO_BONUSES: BonusRule = { ...ONE_BONUS, times: [2], monthsAheadMax: 13 };
const COMBINED: BonusRule = { ...ONE_BONUS, times: [1, 2, 3, 4, 5, 6], monthsAheadMax: 36, shareMaxBps: 5_000 };

const ALL = ['standard', 'large'];
const LARGE = ['large'];
const YEN = { unitMinor: 1, postponeMonthsMax: 0, feeFromCount: null } as const;
const UP_TO = (fromMinor: number, toMinor: number) => ({ amount: { fromMinor, toMinor } });

/** 2回 is free for the holder and may be given back in part; a fee begins with the third payment. */
const TWICE = {
  ...YEN, type: 'installments', code: '61', counts: [2], partialRefund: 'allowed', source: EXAMPLE, mark: 'single_source',
} as const; // prettier-ignore
const SPLIT = { ...TWICE, feeFromCount: 3, partialRefund: 'requires_review' } as const;
const BONUS = {
  ...YEN, type: 'bonus', code: '21', bonus: ONE_BONUS, partialRefund: 'requires_review', source: EXAMPLE, mark: 'single_source',
} as const; // prettier-ignore
const REVOLVING = {
  ...YEN, type: 'revolving', code: '80', feeFromCount: 1, partialRefund: 'allowed', source: SANDBOX, mark: 'unverified',
} as const; // prettier-ignore
const BOTH = {
  ...SPLIT, type: 'bonus_combined', code: '31', unitMinor: 1, feeFromCount: 2, bonus: COMBINED, source: SANDBOX, mark: 'unverified',
} as const; // prettier-ignore

/** From long before this product, so that a sandbox whose clock is behind has plans, too. */
const FIRST: readonly PlanRow[] = [
  { ...TWICE, id: 'jcb-twice', issuer: 'jcb-sandbox', contracts: ALL, ...UP_TO(2, 99_999_999) },
  { ...SPLIT, id: 'jcb-split', issuer: 'jcb-sandbox', contracts: ALL, counts: [3, 5, 6, 10, 12, 15, 18, 20], postponeMonthsMax: 2, ...UP_TO(3_000, 3_000_000) },
  { ...REVOLVING, id: 'jcb-revolving', issuer: 'jcb-sandbox', contracts: ALL, ...UP_TO(1, 1_000_000) },
  { ...BONUS, id: 'jcb-bonus', issuer: 'jcb-sandbox', contracts: ALL, ...UP_TO(10_000, 1_000_000) },
  { ...BOTH, id: 'jcb-combined', issuer: 'jcb-sandbox', contracts: ALL, counts: [6, 10, 12, 18, 24, 36], ...UP_TO(50_000, 3_000_000) },
  { ...TWICE, id: 'visa-twice', issuer: 'visa-sandbox', contracts: ALL, ...UP_TO(2, 99_999_999) },
  { ...SPLIT, id: 'visa-split', issuer: 'visa-sandbox', contracts: ALL, counts: [3, 6, 10, 12], unitMinor: 100, ...UP_TO(5_000, 1_000_000) },
  { ...REVOLVING, id: 'visa-revolving', issuer: 'visa-sandbox', contracts: ALL, ...UP_TO(1, 500_000) },
  { ...TWICE, id: 'mastercard-twice', issuer: 'mastercard-sandbox', contracts: ALL, ...UP_TO(2, 99_999_999) },
  { ...BONUS, id: 'mastercard-two-bonuses', issuer: 'mastercard-sandbox', contracts: LARGE, code: '23', bonus: TWO_BONUSES, mark: 'unverified', source: SANDBOX, ...UP_TO(30_000, 1_000_000) },
  { ...REVOLVING, id: 'amex-revolving', issuer: 'amex-sandbox', contracts: ALL, ...UP_TO(1, 500_000) },
]; // prettier-ignore

/** Since October: long counts for merchants that contracted them. */
const AUTUMN: readonly PlanRow[] = [
  ...FIRST,
  { ...SPLIT, id: 'jcb-long', issuer: 'jcb-sandbox', contracts: LARGE, counts: [24, 30], ...UP_TO(30_000, 3_000_000) },
];

/** Every version that was ever in force, oldest first. */
export const PLAN_TABLES: readonly PlanTable[] = [
  { version: '2020-01-01', validFrom: '2020-01-01', issuers: ISSUERS, rows: FIRST },
  { version: '2026-10-01', validFrom: '2026-10-01', issuers: ISSUERS, rows: AUTUMN },
];
