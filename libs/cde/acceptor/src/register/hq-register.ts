import type { CurrencyCode } from '@tsunagu/kernel';
import type { HqAnswer } from '../message/answer.js';
import type { HqIdentity } from '../message/hq-request.js';

/** Whose line. */
export interface HqLine {
  readonly tenantId: string;
  readonly link: string;
}

/** A message as the register keeps it: no card data has a place here. */
export interface HqEntry {
  readonly identity: HqIdentity;
  /** As it came first: 1200, never 1201. */
  readonly mti: string;
  readonly isRepeat: boolean;
  readonly digest: string;
  /** Reference of the payment that this message makes; null when it makes none. Such a message can be undone. */
  readonly reference: string | null;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  readonly rrn: string | null;
}

/** Who works on a message, and until when nobody else may. */
export interface HqClaim {
  readonly owner: string;
  /** This process is working on it: then it runs, whatever the claim says. */
  readonly isRunningHere: boolean;
  readonly until: Date;
  readonly at: Date;
}

/** What the register says to a message. `mine`: go on; everything else is answered at once. */
export type HqBegun =
  | { readonly kind: 'mine' }
  | { readonly kind: 'running' }
  | { readonly kind: 'answered'; readonly answer: HqAnswer }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'different' };

/** Kinds of totals. @source iso8583-1993.md §14.2 */
export type TotalKind = 'debit' | 'credit' | 'authorization';

/** What an answer adds to the line's totals. */
export interface HqCount {
  readonly kind: TotalKind;
  readonly amountMinor: number;
}

/** An end of a message. `undo`: whatever became of its payment is taken back; the register does not rest before that is ordered. */
export interface HqEnding {
  readonly answer: HqAnswer;
  readonly count: HqCount | null;
  readonly undo: boolean;
}

/** Totals of a line for one business date and currency. */
export interface HqTotal {
  readonly kind: TotalKind;
  readonly isReversed: boolean;
  readonly count: bigint;
  readonly amountMinor: bigint;
}

export interface HqReconciliation {
  /** YYMMDD. */
  readonly businessDate: string;
  readonly currency: string;
  readonly functionCode: string;
  readonly checkpoint: string | null;
  readonly actionCode: string;
  readonly theirs: Readonly<Record<string, string>>;
  readonly ours: Readonly<Record<string, string>>;
}

/** A comparison as it was kept. */
export interface KeptReconciliation extends HqReconciliation {
  readonly at: Date;
}

/**
 * What came by the lines, durable: every message once, what it was answered, what must be undone, and the totals of each line.
 * Every method is one transaction.
 */
export abstract class HqRegister {
  abstract begin(line: HqLine, entry: HqEntry, claim: HqClaim): Promise<HqBegun>;
  /** Store the answer before it is told. @returns what to tell: another answer when somebody was first, or when it was reversed meanwhile */
  abstract end(line: HqLine, entry: HqEntry, ending: HqEnding, at: Date): Promise<HqAnswer>;
  /** Not answered for good: a repeat takes it up again. */
  abstract release(line: HqLine, entry: HqEntry): Promise<void>;
  /**
   * A reversal in one go: its own entry, and its original undone, or blocked when it was never seen.
   * @param isUnseen the server never saw an answer to the original, so neither side counts it
   */
  abstract reverse(
    line: HqLine,
    entry: HqEntry,
    order: {
      readonly original: HqIdentity;
      readonly answer: HqAnswer;
      readonly refused: HqAnswer;
      readonly isUnseen: boolean;
    },
    at: Date,
  ): Promise<HqBegun>;
  /** References whose undoing is not ordered yet, oldest first. */
  abstract toUndo(line: HqLine, at: Date, limit: number): Promise<readonly string[]>;
  abstract noteUndo(line: HqLine, reference: string, how: 'done' | 'refused' | 'later', at: Date): Promise<void>;
  /** Requests that a former life of some process took and never answered: answered 911 and undone. @returns how many */
  abstract abandon(line: HqLine, at: Date, answer: HqAnswer): Promise<number>;
  abstract totals(line: HqLine, businessDate: string, currency: string): Promise<readonly HqTotal[]>;
  abstract noteReconciliation(line: HqLine, reconciliation: HqReconciliation, at: Date): Promise<void>;
  /** What was compared on the line, newest first. */
  abstract reconciliations(line: HqLine, limit: number): Promise<readonly KeptReconciliation[]>;
  /** The date that a cut-over has set, YYMMDD, or null. */
  abstract cutOver(line: HqLine): Promise<string | null>;
  abstract setCutOver(line: HqLine, businessDate: string): Promise<void>;
  /** Entries that nobody will ask for any more. @returns how many were deleted */
  abstract forget(line: HqLine, before: Date, limit: number): Promise<number>;
}
