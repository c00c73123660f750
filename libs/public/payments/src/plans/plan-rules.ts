import type { CardBrand } from '@tsunagu/contracts';

/** How a holder may pay in Japan (支払区分). @source payment-features.md §3.1 */
export type PlanType = 'one_time' | 'installments' | 'revolving' | 'bonus' | 'bonus_combined';

/** How sure we are of a row: `unverified` and `single_source` rows stay data until an acquirer's own table replaces them. */
export type PlanMark = 'design' | 'single_source' | 'unverified';

/** When an issuer closes its books and when the holder pays. Days past the end of a month mean its last day. */
export interface IssuerBilling {
  readonly closingDay: number;
  readonly paymentDay: number;
  /** Months from the closing to the payment. */
  readonly monthsAfter: number;
}

/** A card company, known by the BINs it issues under. A card of no issuer of the table pays at once. */
export interface PlanIssuer {
  readonly id: string;
  readonly brand: CardBrand;
  /** First digits of its cards, at most six. */
  readonly bins: readonly string[];
  readonly billing: IssuerBilling;
  readonly source: string;
  readonly mark: PlanMark;
}

/** Sales of these days may be paid with the bonus of these months. Days are `MM-DD`; a window may pass the end of the year. */
export interface BonusWindow {
  readonly from: string;
  readonly to: string;
  readonly months: readonly number[];
}

export interface BonusRule {
  readonly windows: readonly BonusWindow[];
  /** How many bonuses one plan may use. */
  readonly times: readonly number[];
  /** A bonus lies at most this many months after the sale. */
  readonly monthsAheadMax: number;
  /** Bonus part of a combined plan, hundredths of a percent of the whole, at most. */
  readonly shareMaxBps: number;
}

/** One row: who allows what for which sales. Everything in it is data; the engine knows no issuer. */
export interface PlanRow {
  readonly id: string;
  readonly issuer: string;
  /** Contracts of merchants that include it. */
  readonly contracts: readonly string[];
  readonly type: Exclude<PlanType, 'one_time'>;
  /** Two digits of the wire (JP01). */
  readonly code: string;
  readonly amount: { readonly fromMinor: number; readonly toMinor: number };
  readonly counts?: readonly number[];
  /** Payments are whole multiples of this; what is left over is paid with the first. */
  readonly unitMinor: number;
  /** How many months the holder may put off the first payment. */
  readonly postponeMonthsMax: number;
  readonly bonus?: BonusRule;
  /** From this count on the holder pays the issuer a fee; null: never. What it costs is between the two. */
  readonly feeFromCount: number | null;
  /** Whether a part may be given back without the issuer being asked first. */
  readonly partialRefund: 'allowed' | 'requires_review';
  readonly source: string;
  readonly mark: PlanMark;
}

/** Everything that held from one business date until the next version. Versions are added, never edited. */
export interface PlanTable {
  readonly version: string;
  /** First business date, `YYYY-MM-DD`. */
  readonly validFrom: string;
  readonly issuers: readonly PlanIssuer[];
  readonly rows: readonly PlanRow[];
}

/** What is known of a sale when its plan is chosen. */
export interface PlanFacts {
  readonly card: {
    readonly bin6: string;
    readonly brand?: CardBrand;
    readonly country?: string | null;
    readonly funding?: string;
  };
  readonly method: string;
  /** Name of the merchant's contract. */
  readonly contract: string;
  readonly amountMinor: number;
  readonly currency: string;
  /** Business date of the sale, `YYYY-MM-DD`. */
  readonly date: string;
}

/** What somebody asks for. */
export interface PlanAsked {
  readonly type: string;
  readonly count?: number;
  /** Months of the year whose bonuses pay, 1 to 12; left out: the first that is legal. */
  readonly bonusMonths?: readonly number[];
  /** Of a combined plan, what each bonus pays; left out: as much as the row allows. */
  readonly bonusAmountMinor?: number;
  /** Month of the year of the first payment, 1 to 12; left out: the issuer's next one. */
  readonly firstMonth?: number;
}

/** One payment of the holder to the issuer. */
export interface PlanPayment {
  /** `YYYY-MM-DD`; an issuer moves it to the next bank day. */
  readonly date: string;
  readonly amountMinor: number;
  readonly isBonus: boolean;
}

/** A legal plan, as it is stored with a payment. */
export interface ChosenPlan {
  readonly type: PlanType;
  readonly count?: number;
  /** Says the same plan in one word, for example `61-03` or `31-06-07.12`. */
  readonly id: string;
  readonly code: string;
  /** Row of the table that allows it. */
  readonly rule: string;
  readonly tableVersion: string;
  readonly firstMonth?: number;
  /** Amount 0: this bonus pays its share of the whole. */
  readonly bonuses?: readonly { readonly month: number; readonly amountMinor: number }[];
  /**
   * Empty when the issuer's billing days are not known. As stored it sums exactly to the amount asked for, as shown to what was taken;
   * fees are the issuer's and not in it.
   */
  readonly schedule: readonly PlanPayment[];
  readonly holderFee: 'none' | 'issuer_terms';
  readonly partialRefund: PlanRow['partialRefund'];
}

/** Contract of a merchant that has agreed on no plan. */
export const NO_PLAN_CONTRACT = 'one_time';

/** Why a plan is refused, as Japanese card terminals name it. @source payment-features.md §11 */
export type PlanFault = 'G70' | 'G71' | 'G72' | 'G73' | 'G74' | 'G75' | 'G78';
