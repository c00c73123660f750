import type { CvmResult, Presentment } from '@tsunagu/contracts';

/** What a till says of a reading beside the encrypted card. */
export interface StatedPresentment {
  readonly cvm?: CvmResult;
  readonly fallback?: NonNullable<Presentment['fallback']>;
  /** `aid`: hex. */
  readonly application?: { readonly aid: string; readonly label?: string };
}
