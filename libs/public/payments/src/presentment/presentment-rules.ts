import type { CardBrand, CvmResult, EntryMode } from '@tsunagu/contracts';

/** How sure we are of a row: everything but `published` stays data until the acquirer's own table replaces it. */
type PresentmentMark = 'published' | 'design' | 'single_source' | 'unverified';

/** What the reader at a till can do for the holder. */
export type ReaderClass = 'pin_pad' | 'no_pin_pad';

interface PresentmentRow {
  readonly id: string;
  /** Absent: every brand without a row of its own above. */
  readonly brands?: readonly CardBrand[];
  /** Names of merchants' contracts on verification. */
  readonly contracts: readonly string[];
  readonly readers: readonly ReaderClass[];
  readonly source: string;
  readonly mark: PresentmentMark;
}

/** Limits of a tap, yen. A limit is the last amount at which its rule still holds. */
export interface TapRow extends PresentmentRow {
  /** Up to here nothing is asked of the holder (CVM limit). */
  readonly noCvmUpToMinor: number;
  /** Up to here a card may be tapped at all (contactless transaction limit); null: no limit. */
  readonly tapUpToMinor: number | null;
  /** The same for a phone or watch that verified its holder; null: no limit. */
  readonly deviceUpToMinor: number | null;
  /** Up to here a reader may decide without the issuer (floor limit); this house asks the issuer at every amount. */
  readonly floorUpToMinor: number;
  /** What proves the holder above the CVM limit. */
  readonly proofs: readonly CvmResult[];
  /** What the till is asked for where the proof is missing; null: the tap is refused. */
  readonly otherwise: 'enter_pin' | 'insert_chip' | null;
  /** How this brand's chip data say that a device verified its holder. */
  readonly device: 'card_qualifiers' | 'cvm_results' | 'mobile_cvm' | null;
}

/** What is asked of the holder of an inserted chip card. */
export interface ChipRow extends PresentmentRow {
  /** Where the card was issued; a card whose country nobody knows counts as Japanese. */
  readonly issued: 'japan' | 'abroad';
  /** Small amounts for which no PIN is asked (PINレス). */
  readonly pinlessUpToMinor: number;
  /** Whether the holder may sign instead (PIN bypass). */
  readonly signature: 'allowed' | 'refused';
}

/** What an acquirer wants to see in the chip data that a till sends outside the encryption, and of chips that could not be read. */
export interface ChipFieldRow extends Pick<PresentmentRow, 'id' | 'contracts' | 'source' | 'mark'> {
  /** Tags that must be there when a card was inserted. */
  readonly required: readonly string[];
  readonly lengthBytesMax: number;
  /** Whether a chip card that was swiped at a reader for chips is refused when the till does not say why. */
  readonly fallbackReason: 'required' | 'wanted';
}

/** Everything that held from one business date until the next version. Versions are added, never edited. */
export interface PresentmentTable {
  readonly version: string;
  /** First business date, `YYYY-MM-DD`. */
  readonly validFrom: string;
  readonly taps: readonly TapRow[];
  readonly chips: readonly ChipRow[];
  readonly chipFields: readonly ChipFieldRow[];
}

/** For which till a rule is asked. */
export interface PresentmentPlace {
  readonly contract: string;
  readonly reader: ReaderClass;
  /** Business date, `YYYY-MM-DD`. */
  readonly date: string;
}

/** What is known of a card when it is judged how it was shown. */
export interface PresentmentFacts extends PresentmentPlace {
  readonly entryMode: EntryMode;
  readonly brand: CardBrand;
  /** Country of the issuer, ISO 3166-1 alpha-2; null: not known. */
  readonly country: string | null;
  readonly amountMinor: number;
  readonly currency: string;
  /** Null: nobody said. */
  readonly cvm: CvmResult | null;
  /** What a contactless card asked for and did not get yet. */
  readonly asks: 'online_pin' | 'signature' | null;
  /** An online PIN block came with the card. */
  readonly hasPin: boolean;
}

/**
 * `action`: the till must do this first, and nothing is sent until then · `refused`: this card was not shown as the rules want it ·
 * `rule`: row of the table, with its version.
 */
export type PresentmentJudgement =
  | { readonly kind: 'ok' }
  | { readonly kind: 'action'; readonly type: 'enter_pin' | 'insert_chip'; readonly rule: string }
  | {
      readonly kind: 'refused';
      readonly fault: 'pin_bypass' | 'verification_failed' | 'tap_limit';
      readonly rule: string;
    };

/** Contract on verification of a merchant that has agreed on nothing else. */
export const STANDARD_VERIFICATION = 'standard';
