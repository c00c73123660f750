import type { CurrencyCode } from '@tsunagu/kernel';
import type { Totals } from '@tsunagu/links';
import type { LeaseRef } from '../journal/journal.js';

/** What is reconciled: everything of one link that field 15 puts on one date, in one currency. */
export interface ReconciliationKey {
  readonly link: string;
  /** YYYY-MM-DD. */
  readonly businessDate: string;
  readonly currency: CurrencyCode;
}

/** `final` closes a date · `checkpoint` compares while it is open · `peer` the counterpart began it. */
export type RunKind = 'final' | 'checkpoint' | 'peer';
/**
 * `sending` owed to the peer: repeated under the same names until it is answered · `asking` its totals were not ready: they are asked for ·
 * `balanced` · `differs` a case is open · `refused` the peer will not take it, a person must look.
 */
export type RunState = 'sending' | 'asking' | 'balanced' | 'differs' | 'refused';

/** One exchange of counters. `ours` is what we held when it was opened: a repeat says the same. */
export interface Run extends ReconciliationKey {
  readonly id: string;
  readonly kind: RunKind;
  /** Counts the exchanges of a kind on one date; field 29 of a checkpoint. */
  readonly number: number;
  readonly state: RunState;
  readonly stan: string | null;
  readonly localTime: string | null;
  /** Copies sent so far, the one that is being claimed included. */
  readonly tries: number;
  readonly actionCode: string | null;
  readonly ours: Totals;
  readonly theirs: Totals | null;
  readonly openedAt: Date;
}

export interface RunDraft {
  readonly kind: RunKind;
  readonly ours: Totals;
  readonly stan: string;
  readonly localTime: string;
  readonly at: Date;
  /** Set for an exchange that the peer began and that ends with our answer. */
  readonly ended?: {
    readonly state: 'balanced' | 'differs';
    readonly theirs: Totals;
    readonly actionCode: string;
    /** The difference becomes a case: the peer closes its date with it. */
    readonly differing?: CaseDraft | undefined;
  };
}

export interface RunEnd {
  readonly state: Exclude<RunState, 'sending'>;
  readonly actionCode: string | null;
  readonly theirs: Totals | null;
  readonly at: Date;
  /** When an `asking` run asks again, and under which names. */
  readonly next?: { readonly at: Date; readonly stan: string; readonly localTime: string };
}

/** Who looks at a difference, and until when. */
export interface CaseDraft {
  readonly owner: string;
  readonly deadline: Date;
}

/**
 * Totals, dates and exchanges of links. Every method is one transaction; asking again is safe.
 * Each may throw DatabaseUnavailableError.
 */
export abstract class ReconciliationBooks {
  /** A date opens on the link; an earlier word about the same date stands. */
  abstract openDay(link: string, businessDate: string, facts: { toldBy: DayTeller; at: Date }): Promise<void>;
  /** The latest date that was opened. */
  abstract currentDay(link: string): Promise<string | undefined>;
  abstract totals(key: ReconciliationKey): Promise<Totals>;
  /** Currencies that have totals on the date. */
  abstract currencies(link: string, businessDate: string): Promise<CurrencyCode[]>;
  /** Dates whose final can be sent: cut over long enough ago, never sent, and nothing of them is owed to the peer any more. */
  abstract dueFinals(
    link: string,
    facts: { at: Date; afterCutoverMs: number },
  ): Promise<Omit<ReconciliationKey, 'link'>[]>;
  /** Write the intent before the wire. @returns undefined when the fence is old, or somebody else has just opened the same one */
  abstract open(key: ReconciliationKey, lease: LeaseRef, draft: RunDraft): Promise<Run | undefined>;
  /** Runs that are owed a message now, each put off to its next repeat. */
  abstract claimDue(lease: LeaseRef, facts: { at: Date; repeatMs: number }): Promise<Run[]>;
  /** Close or go on with a run; `differs` opens a case in the same transaction, unless the date has one. @returns whether the run was open */
  abstract end(run: Run, end: RunEnd, draft: CaseDraft): Promise<boolean>;
  /** A transaction that somebody must look at: remembered once. */
  abstract watch(link: string, facts: WatchFacts): Promise<void>;
}

export type DayTeller = 'answer' | 'cutover';

export interface WatchFacts {
  readonly rrn: string;
  readonly localTime: string;
  readonly reason: 'late_approval' | 'unmatched';
  readonly amountMinor: number | null;
  readonly businessDate: string;
  readonly at: Date;
}
