import { invariant } from '@tsunagu/kernel';
import type { CardBrand, Lane } from '@tsunagu/contracts';

/** What can be asked of a payment, by the word of the trade. A cancel takes its original back whole; a release gives up what is left. */
export type MethodOperation =
  | 'sale'
  | 'cancel_sale'
  | 'refund'
  | 'authorize'
  | 'increase'
  | 'cancel_authorization'
  | 'capture'
  | 'cancel_capture'
  | 'voice_sale';

/** How sure we are of a row: everything but `published` stays data until the acquirer's own table replaces it. */
type MethodMark = 'published' | 'design' | 'single_source' | 'unverified';

/** `expected`: the holder types it at the till, the issuer decides about its absence; `when_asked`: sent once the issuer has asked (112). */
type PinUse = 'expected' | 'when_asked' | 'never';

/** Rules of one method, brand and acquirer. Guards read it; nobody branches on a brand. */
export interface MethodRule {
  readonly id: string;
  readonly methods: readonly Lane[];
  readonly brands: readonly CardBrand[];
  /** Link names whose contract this is; absent: every acquirer without a row of its own. */
  readonly acquirers?: readonly string[];
  readonly operations: readonly MethodOperation[];
  /** How far all captures together may go beyond what was authorized: 15 means 115 %. */
  readonly captureTolerancePercent: number;
  /** How often one authorization may be captured; null: until nothing is left. */
  readonly captureTimes: number | null;
  /** Days from the approval in which an authorization can be captured. */
  readonly validityDays: number;
  readonly canIncrement: boolean;
  /** Until when a capture can be taken back by a cancel; `never`: it is refunded. */
  readonly captureCancel: 'same_business_day' | 'never';
  /** Whether the authorization is open again once its capture was cancelled. */
  readonly reopensAfterCaptureCancel: boolean;
  /** Whether an authorization that nobody captured in time is reversed on the wire; else the issuer lets it lapse by itself. */
  readonly releasesHoldAtExpiry: boolean;
  readonly partialRefund: boolean;
  readonly pin: Readonly<Partial<Record<MethodOperation, PinUse>>>;
  /** Japanese payment plans other than one time. */
  readonly plans: boolean;
  readonly dcc: boolean;
  readonly source: string;
  readonly mark: MethodMark;
}

/** Everything that held from one business date until the next version. Versions are added, never edited. */
interface MethodTable {
  readonly version: string;
  /** First business date, `YYYY-MM-DD`. */
  readonly validFrom: string;
  readonly rows: readonly MethodRule[];
}

const CARD: readonly Lane[] = ['credit', 'nfc'];
const EVERY_LANE: readonly Lane[] = ['credit', 'nfc', 'dcc', 'unionpay', 'emoney', 'debit'];
const CARD_OPERATIONS: readonly MethodOperation[] = [
  'sale',
  'cancel_sale',
  'refund',
  'authorize',
  'cancel_authorization',
  'capture',
  'voice_sale',
];

/** Domestic credit: what the house holds itself to until an acquirer says more. */
const CREDIT = {
  operations: CARD_OPERATIONS,
  captureTolerancePercent: 0,
  captureTimes: null,
  validityDays: 30,
  canIncrement: false,
  captureCancel: 'never',
  reopensAfterCaptureCancel: false,
  releasesHoldAtExpiry: false,
  partialRefund: true,
  pin: { sale: 'when_asked', authorize: 'when_asked' },
  plans: true,
  dcc: false,
  source: 'payment-features.md §1.3, §6.4; days of validity from memory',
  mark: 'unverified',
} as const satisfies Partial<MethodRule>;

const INCREMENTAL = { ...CREDIT, operations: [...CARD_OPERATIONS, 'increase'], canIncrement: true } as const;

const ROWS: readonly MethodRule[] = [
  {
    id: 'unionpay',
    methods: EVERY_LANE,
    brands: ['unionpay'],
    operations: [
      'sale',
      'cancel_sale',
      'refund',
      'authorize',
      'cancel_authorization',
      'capture',
      'cancel_capture',
    ],
    captureTolerancePercent: 15,
    captureTimes: 1,
    validityDays: 30,
    canIncrement: false,
    captureCancel: 'same_business_day',
    reopensAfterCaptureCancel: true,
    releasesHoldAtExpiry: false,
    partialRefund: true,
    pin: { sale: 'expected', authorize: 'expected', refund: 'never', capture: 'never' },
    plans: false,
    dcc: false,
    source: 'payment-features.md §4.1, §4.2: cap, once, validity and partial refund are from memory there',
    mark: 'unverified',
  },
  {
    ...INCREMENTAL,
    id: 'dcc',
    methods: ['dcc'],
    brands: ['visa', 'mastercard'],
    // A converted amount is final: what is not final now is offered no conversion, so it comes here in the local currency alone.
    operations: CARD_OPERATIONS,
    canIncrement: false,
    plans: false,
    dcc: true,
    source: 'payment-features.md §5.1, §5.7',
    mark: 'single_source',
  },
  {
    ...INCREMENTAL,
    id: 'visa-mastercard',
    methods: CARD,
    brands: ['visa', 'mastercard'],
    releasesHoldAtExpiry: true,
    dcc: true,
    source: 'payment-features.md §1.3 rows 12, 17, §5.1; which merchants may increase is a matter of their contract, and that unused holds are to be reversed: from memory',
  },
  { ...INCREMENTAL, id: 'jcb', methods: CARD, brands: ['jcb'] },
  { ...CREDIT, id: 'other-brands', methods: EVERY_LANE, brands: ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unknown'] },
]; // prettier-ignore

/** Every version that was ever in force, oldest first. */
export const METHOD_TABLES: readonly MethodTable[] = [{ version: '2020-01-01', validFrom: '2020-01-01', rows: ROWS }];

/** What a rule is asked for by. */
interface MethodQuestion {
  readonly method: Lane;
  readonly brand: CardBrand;
  /** Link that the original went over, where there is one. */
  readonly acquirer?: string;
  /** Business date of the payment, `YYYY-MM-DD`: what was agreed then holds for all that follows it. */
  readonly date: string;
}

/**
 * The rule of a payment: the row of its acquirer, else the first one that fits method and brand.
 * @param tables oldest first; the newest that was valid on the date decides, before all of them the oldest
 */
export function methodRule(
  { method, brand, acquirer, date }: MethodQuestion,
  tables: readonly MethodTable[] = METHOD_TABLES,
): MethodRule {
  const table = tables.findLast(({ validFrom }) => validFrom <= date) ?? tables[0];
  const fitting = (table?.rows ?? []).filter(
    ({ methods, brands }) => methods.includes(method) && brands.includes(brand),
  );
  const named = fitting.find(({ acquirers }) => acquirer !== undefined && acquirers?.includes(acquirer) === true);
  const rule = named ?? fitting.find(({ acquirers }) => acquirers === undefined);
  invariant(rule !== undefined, 'every method and brand has a rule');
  return rule;
}

/** Most that all captures of an authorization may come to, minor units: cut down to a whole unit. */
export function captureMaxMinor(rule: Pick<MethodRule, 'captureTolerancePercent'>, authorizedMinor: number): number {
  return Math.floor((authorizedMinor * (100 + rule.captureTolerancePercent)) / 100);
}
