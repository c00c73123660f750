import type { ReversalReason, SealedAccount } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import type { WireOrder } from '@tsunagu/links';
import type { JournalEvent, JournalState } from '../attempt/journal-state.js';

/** Names an attempt everywhere in the switch. */
export interface AttemptKey {
  readonly tenantId: string;
  readonly attemptId: string;
}

/** How the attempt's own message is known on its link. */
export interface WireIdentity {
  readonly link: string;
  readonly mti: string;
  readonly stan: string;
  readonly rrn: string;
  readonly localTime: string;
}

export interface WireAnswer {
  readonly actionCode: string | null;
  readonly approvalCode: string | null;
  readonly approvedMinor: number | null;
  readonly emvResponse: string | null;
  /** What the issuer said to the cashier with a refusal; left out: nothing. */
  readonly issuerMessage?: string | null;
  /** The code of Japanese card terminals that came with a refusal, as it came; left out: none. */
  readonly domesticCode?: string | null;
}

/** A new journal row. `order` and `wire` are null only for an attempt that was burned before it was seen. */
export interface JournalEntry extends AttemptKey {
  readonly state: JournalState;
  readonly reason: string | null;
  readonly order: WireOrder | null;
  readonly originalAttemptId: string | null;
  readonly wire: WireIdentity | null;
  /** Fencing number of the lease under which it is sent; 0 when nothing is sent. */
  readonly fence: number;
  /** Sealed `account` part; erased when neither the attempt nor its reversal can need it any more. */
  readonly sealedAccount: SealedAccount | null;
  readonly openedAt: Date;
}

/** A row as it stands. */
export interface JournalRecord extends JournalEntry, WireAnswer {
  readonly isLateApproval: boolean;
  /** Reconciliation that the approved original counts in, and that its accepted reversal counts in; null: not counted. */
  readonly businessDate: string | null;
  readonly reversalDate: string | null;
  /** Nobody saw the yes: the peer accepted the reversal, so it must have booked the original. */
  readonly isPresumed: boolean;
}

export type SafKind = 'reversal' | 'advice';
/** `pending` goes on; `done` acknowledged; `error` a person must look; `expired` 24 h without an end; `withdrawn` overtaken by a reversal. */
export type SafState = 'pending' | 'done' | 'error' | 'expired' | 'withdrawn';

/** One store-and-forward entry; at most one of a kind per attempt, for ever. */
export interface SafDraft {
  readonly kind: SafKind;
  readonly link: string;
  /** First sends keep their order within one terminal of one tenant. */
  readonly terminal: string;
  /** Field 25 of a reversal; empty for an advice. */
  readonly reasonCode: string;
  /** Set for an advice, which travels under the attempt's own identity. A reversal takes its STAN when it is sent first. */
  readonly stan: string | null;
}

export interface SafClaim extends AttemptKey {
  readonly kind: SafKind;
  readonly terminal: string;
  /** Null until first sent. */
  readonly stan: string | null;
}

/** A claimed entry made ready: everything a message is built from. */
export interface SafItem extends SafDraft {
  readonly stan: string;
  /** Copies sent so far, this one included. */
  readonly tries: number;
  readonly isRepeat: boolean;
  readonly queuedAt: Date;
  readonly record: JournalRecord;
  /** The attempt that a capture refers to; null otherwise. */
  readonly original: JournalRecord | null;
}

/** One guarded step. Nothing happens unless the row is still in `from`. */
export interface JournalMove {
  readonly from: JournalState;
  readonly event: JournalEvent;
  readonly reason?: string | null;
  readonly answer?: WireAnswer;
  /** Reconciliation that an approval counts in, YYYY-MM-DD. */
  readonly businessDate?: string;
  /** Written in the same transaction; ignored when one of its kind exists. A reversal withdraws the attempt's pending advice. */
  readonly saf?: SafDraft;
  readonly at: Date;
}

export interface SafEnd {
  readonly state: Exclude<SafState, 'pending' | 'withdrawn'>;
  readonly actionCode: string | null;
  /** Applied to the attempt when its state allows it; null leaves the attempt alone. */
  readonly event: JournalEvent | null;
  /** In place of the reason that the attempt had. */
  readonly reason?: string;
  readonly answer?: WireAnswer;
  /** Field 15 of the answer, YYYY-MM-DD: the reconciliation that an approval, or an accepted reversal, counts in. */
  readonly businessDate?: string;
  readonly at: Date;
}

/** What a late yes says of the original that the peer has booked. */
export interface LateYes {
  readonly businessDate: string;
  readonly approvedMinor: number | null;
}

/** The wire identity (link, RRN, field 12) belongs to another attempt: take the next STAN. */
export class IdentityTakenError extends AppError {
  readonly code = 'identity_taken';
  readonly category = 'conflict';

  constructor() {
    super('the wire identity belongs to another attempt');
  }
}

/**
 * The switch's own book. Every method is one transaction: when it returns, it is durable; when it throws, it may or may not have
 * happened, and asking again is safe.
 *
 * Each method may throw DatabaseUnavailableError.
 */
export abstract class Journal {
  /**
   * Insert an attempt unless it is known, with its SAF entry. @returns the record that was there before, or undefined when inserted
   * @throws IdentityTakenError (link, RRN, field 12) is in use; LinkElsewhereError the fence is old: nothing was written
   */
  abstract open(entry: JournalEntry, saf?: SafDraft): Promise<JournalRecord | undefined>;
  abstract find(key: AttemptKey): Promise<JournalRecord | undefined>;
  abstract findMany(keys: readonly AttemptKey[]): Promise<JournalRecord[]>;
  /** Compare-and-set through the transition table. @returns whether it moved, and the record as it now stands */
  abstract move(key: AttemptKey, move: JournalMove): Promise<{ isMoved: boolean; record: JournalRecord }>;
  /**
   * A yes that came too late: remember it when the attempt's state allows `lateYes`; reopen a reversal that was closed with 914.
   * @returns the record, or undefined when the identity names no such attempt
   */
  abstract recordLateYes(
    wire: { link: string; rrn: string; localTime: string },
    at: Date,
    answer?: LateYes,
  ): Promise<JournalRecord | undefined>;

  /**
   * Due SAF entries of a link, oldest first, each claimed and put off to its next repeat. Empty when the fence is old.
   * A first copy is left out while an elder of its terminal, not sent either, is due later.
   */
  abstract claimDue(
    lease: LeaseRef,
    at: Date,
    options: { scheduleMs: readonly number[]; limit: number },
  ): Promise<SafClaim[]>;
  /** Fix the STAN and the first sending before any byte leaves. @returns undefined when it is no longer pending or the fence is old */
  abstract prepareSend(
    claim: SafClaim,
    lease: LeaseRef,
    facts: { stan: string; at: Date },
  ): Promise<SafItem | undefined>;
  /** Not a byte of the copy made ready last has left: it does not count, and what is younger at its terminal waits for it if it was the first. */
  abstract takeBackSend(claim: SafClaim, lease: LeaseRef): Promise<void>;
  /** End an entry and move its attempt, together. @returns undefined when it is no longer pending or the fence is old */
  abstract endSaf(claim: SafClaim, lease: LeaseRef, end: SafEnd): Promise<JournalRecord | undefined>;
  /** Make every pending entry of the link due now: the line has just come up. */
  abstract makeDue(lease: LeaseRef, at: Date): Promise<void>;
  /**
   * Lose every `sending` attempt of an earlier fence, or opened before `staleBefore`: reversal queued, reason `restart`.
   * @returns entries that were never sent, for the order rule of their terminals
   */
  abstract recover(lease: LeaseRef, facts: { at: Date; staleBefore: Date }): Promise<SafClaim[]>;
}

export interface LeaseRef {
  readonly link: string;
  readonly fence: number;
}

/** Field 25 of a reversal. @source reference/iso8583-1993.md §9 */
export const REVERSAL_REASON_CODE = {
  timeout: '4021',
  disconnect: '4021',
  malformed: '4020',
  restart: '4002',
} as const;

export const REQUESTED_REVERSAL = {
  customer_cancellation: { code: '4000', word: 'cancelled' },
  timeout: { code: '4021', word: 'timeout' },
  could_not_deliver: { code: '4013', word: 'could_not_deliver' },
  system: { code: '4001', word: 'system' },
} as const satisfies Record<ReversalReason, { code: string; word: string }>;
