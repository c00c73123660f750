import type { CardBrand, EntryMode } from '@tsunagu/contracts';

/** What an issuer's refusal asks of the holder. */
interface PinAnswer {
  readonly id: string;
  /** As the issuer wrote it, before any translation of ours. */
  readonly actionCode: string;
  /** Absent: every brand. */
  readonly brands?: readonly CardBrand[];
  readonly entryModes: readonly EntryMode[];
  /** Whether it answers a message that had a PIN: the PIN was wrong then. */
  readonly afterPin: boolean;
  readonly action: 'enter_pin' | 'insert_chip';
  readonly source: string;
  readonly mark: 'published' | 'unverified';
}

const HELD: readonly EntryMode[] = ['contactless', 'chip', 'stripe'];
const TAP: readonly EntryMode[] = ['contactless'];
const ISO = 'ISO 8583:1993 action codes; iso8583-1993.md §11: ask PIN, new attempt';
const FIELD = 'payment-features.md §6.4: 70 seen for Visa, 65 and 1A for others';

/**
 * Refusals that are questions. The card stays sealed and is sent again with the PIN, unless the network wants to see its chip.
 * @source payment-features.md §6.4
 */
export const PIN_ANSWERS: readonly PinAnswer[] = [
  { id: 'pin-required', actionCode: '112', entryModes: HELD, afterPin: false, action: 'enter_pin', source: ISO, mark: 'published' },
  { id: 'wrong-pin', actionCode: '117', entryModes: HELD, afterPin: true, action: 'enter_pin', source: ISO, mark: 'published' },
  { id: 'visa-online-pin', actionCode: '70', brands: ['visa'], entryModes: TAP, afterPin: false, action: 'enter_pin', source: FIELD, mark: 'unverified' },
  { id: 'other-interface', actionCode: '65', entryModes: TAP, afterPin: false, action: 'insert_chip', source: FIELD, mark: 'unverified' },
  { id: 'more-authentication', actionCode: '1A', entryModes: TAP, afterPin: false, action: 'insert_chip', source: FIELD, mark: 'unverified' },
]; // prettier-ignore

/** PINs that one purchase takes; the issuer's own count may end it before (106). */
export const PIN_TRIES_MAX = 3;

/** Time for the holder. @source payment-features.md §4.2: within 60 s at the terminal */
export const ACTION_MS = 60_000;
