import type { CardBrand } from './vault.js';

/** How the holder of a card was verified. @source payment-features.md §6.3 */
export const CVM_RESULTS = [
  'none',
  'signature',
  'offline_pin',
  'online_pin',
  'device',
  'offline_pin_and_signature',
  'approval',
  'failure',
] as const;
export type CvmResult = (typeof CVM_RESULTS)[number];

/** How the card was shown at the till: facts that are no secrets, whatever the kernel of the reader. */
export interface Presentment {
  /** Null: nobody said. */
  readonly cvm: CvmResult | null;
  /** Why a chip card was swiped: its last read was good, or it failed before too. @source payment-features.md §6.5 */
  readonly fallback: 'chip_read_once' | 'chip_failed_again' | null;
  /** The application chosen on the card; on a card of two brands it decides the network. `aid`: hex. */
  readonly application: { readonly aid: string; readonly label: string | null; readonly brand: CardBrand } | null;
  /** An online PIN block came with the card. */
  readonly hasPin: boolean;
  /** Tag to value, upper-case hex; never a sensitive tag. */
  readonly emv: Readonly<Record<string, string>> | null;
}
