/** What one counterpart wants differently within TSN-93, as data: the base has no ifs per brand. */
export interface Tsn93Profile {
  readonly name: string;
  /** Version and origin of this data, kept beside it. */
  readonly version: string;
  readonly source: string;
  /** Account types of field 3: from, to. */
  readonly accountTypes: { readonly purchase: string; readonly refund: string };
  /** Private tags of field 48 that this counterpart reads. */
  readonly tags: { readonly plan: boolean; readonly slip: boolean; readonly unionPayOperation: boolean };
}
