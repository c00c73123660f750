import type { PosLetters } from '@tsunagu/iso8583';

/** What one counterpart wants differently within TSN-93, as data: the base has no ifs per brand. */
export interface Tsn93Profile {
  readonly name: string;
  /** Version and origin of this data, kept beside it. */
  readonly version: string;
  readonly source: string;
  /** Account types of field 3: from, to. */
  readonly accountTypes: { readonly purchase: string; readonly refund: string };
  /** Private tags of field 48 that this counterpart reads. */
  readonly tags: {
    readonly plan: boolean;
    readonly slip: boolean;
    readonly unionPayOperation: boolean;
    readonly conversion: boolean;
  };
  /** Letters of field 22. @source reference/iso8583-1993.md §7: they are link-specific */
  readonly posLetters: PosLetters;
  /** Answers by which it refuses a cancel of a customer (field 25 = 4000), whole codes or first digits; none where a reversal may not be refused. */
  readonly cancelRefusals: readonly string[];
  /** Where a refusal carries the code of Japanese card terminals (G55 …); null: this counterpart sends none. */
  readonly domesticCode: DomesticCodeField | null;
}

/** A private tag of field 48, with what is known of that choice. */
export interface DomesticCodeField {
  readonly tag: string;
  readonly source: string;
  readonly mark: 'unverified' | 'agreed';
}

/** The choice of our own dialect: no public document says where acquirers put it. A contract replaces this row of its profile. */
export const TSN93_DOMESTIC_CODE: DomesticCodeField = { tag: 'JP08', source: 'ADR 0066', mark: 'unverified' };

/** The letters of our own dialect. @source reference/iso8583-1993.md §7, marked [D] */
export const TSN93_POS_LETTERS: PosLetters = {
  contactlessInput: 'M',
  contactlessMode: 'M',
  fallbackMode: 'F',
  deviceMethod: 'D',
};
