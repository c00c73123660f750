/** What kind of movement the issuer booked. A `cancel` moves no money itself: it takes its original back. An `increase` lets its original grow. */
export type LedgerKind = 'auth' | 'increase' | 'sale' | 'refund' | 'capture' | 'cancel';
/** `captured` is an authorisation of which something was captured; the money is in the `capture` entries. */
export type LedgerState = 'approved' | 'declined' | 'reversed' | 'captured';

/** One line of an issuer's book, as `GET /ledger` shows it. Holds the first six and last four digits, never a card number. */
export interface LedgerEntry {
  /** Position in this host's book, from 1. */
  readonly sequence: number;
  readonly link: string;
  readonly rrn: string;
  readonly stan: string;
  /** Field 12, YYMMDDhhmmss. */
  readonly localTime: string;
  readonly acquirer: string;
  readonly terminal: string;
  readonly merchant: string;
  readonly kind: LedgerKind;
  readonly state: LedgerState;
  /** Message type that was booked, never a repeat: 1100, 1200, 1220. */
  readonly mti: string;
  /** Field 3. */
  readonly processingCode: string;
  /** Minor units: what was approved; what was asked for when declined. */
  readonly amountMinor: number;
  readonly requestedMinor: number;
  /** Gross figures for reconciliation: what was approved first, and what of it was reversed later. 0 when declined. */
  readonly approvedMinor: number;
  readonly reversedMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  /** Of an authorisation: what later ones added to it. */
  readonly increasedMinor?: number;
  readonly currency: string;
  /** What the holder is billed in the currency of the card, and what of it went back; only where the message said it (fields 6 and 51). */
  readonly cardholder?: { readonly currency: string; readonly amountMinor: number; readonly refundedMinor: number };
  readonly actionCode: string;
  /** Code of Japanese card terminals that went with a refusal. */
  readonly domesticCode?: string;
  readonly approvalCode: string | null;
  /** RRN of the entry that a capture or refund refers to. */
  readonly originalRrn: string | null;
  /** Payment plan as the message said it (field 48, JP01); null where the message has none. */
  readonly plan: string | null;
  readonly bin6: string;
  readonly last4: string;
  readonly businessDate: string;
  /** Business date on which the reversal was accepted. */
  readonly reversedDate: string | null;
  readonly bookedAt: string;
  readonly updatedAt: string;
  readonly reversedAt: string | null;
}

/** A reversal as received. One for an original that was never seen blocks that original. */
export interface ReversalNote {
  /** Class, acquirer, STAN and local time of the message to undo, as field 56 says them. */
  readonly original: string;
  readonly actionCode: string;
  readonly businessDate: string;
  readonly at: string;
}

/** What is written down together: either all of it is in the book or none. Keys are message identities. */
export interface LedgerPosting {
  readonly entries: readonly (readonly [identity: string, entry: LedgerEntry])[];
  readonly reversal?: readonly [identity: string, note: ReversalNote];
  /** The host was cut over to this business date, YYMMDD. */
  readonly cutOverTo?: string;
  /** Number of the last file action that the host sent, by file. */
  readonly fileNumber?: readonly [file: string, number: number];
}
