import type { ReconciliationKey } from './reconciliation-books.js';

/** What differs, for one transaction. `presumed`: our count of it rested on an accepted reversal only, and the peer never booked it. */
export type DifferenceClass = 'missing_here' | 'missing_there' | 'amount' | 'twice' | 'reversed' | 'date' | 'presumed';

export interface DifferenceItem {
  readonly class: DifferenceClass;
  readonly rrn: string;
  readonly localTime: string;
  readonly terminal: string | null;
  readonly oursMinor: number | null;
  readonly theirsMinor: number | null;
  readonly attemptId: string | null;
  readonly note: string;
}

export interface DifferenceCase extends ReconciliationKey {
  readonly id: string;
  readonly state: 'open' | 'closed';
  /** `wanted` the peer's transactions are not here yet · `compared` the items name what differs · `unavailable` they could not be had. */
  readonly details: 'wanted' | 'compared' | 'unavailable';
  readonly owner: string;
  readonly deadline: Date;
  readonly openedAt: Date;
  readonly comparedAt: Date | null;
  readonly closedAt: Date | null;
  readonly closedBy: string | null;
  readonly resolution: 'corrected' | 'explained' | 'recounted' | null;
  readonly reason: string | null;
}

/** One transaction as the peer's book holds it. No card number is part of it. */
export interface PeerTransaction {
  readonly rrn: string;
  readonly localTime: string;
  readonly class: 'credit' | 'debit' | 'authorization';
  readonly terminal: string | null;
  readonly amountMinor: number;
  /** YYYY-MM-DD. */
  readonly businessDate: string;
  readonly reversalDate: string | null;
}

/** How a case ends: by corrections that were booked, named by their attempts, or by the reason of an operator. */
export interface CaseClosing {
  readonly by: string;
  readonly resolution: 'corrected' | 'explained' | 'recounted';
  readonly reason: string;
  readonly corrections: readonly string[];
  readonly at: Date;
}

/** Difference cases of all links. Every method is one transaction. Each may throw DatabaseUnavailableError. */
export abstract class DifferenceCases {
  /** Open cases that still want the peer's transactions. */
  abstract wanting(link: string): Promise<DifferenceCase[]>;
  abstract list(filter: { link?: string; isOpen?: boolean }): Promise<DifferenceCase[]>;
  abstract find(id: string): Promise<DifferenceCase | undefined>;
  abstract items(id: string): Promise<DifferenceItem[]>;
  /** Keep a page of what the peer holds; the first page forgets an earlier delivery. */
  abstract keepDetails(id: string, page: readonly PeerTransaction[], facts: { from: number }): Promise<void>;
  /** Name what differs. @returns how many items */
  abstract compare(id: string, at: Date): Promise<number>;
  abstract giveUpDetails(id: string): Promise<void>;
  /** Count no more what was only presumed and the peer shows that it never booked. @returns how many */
  abstract recount(id: string): Promise<number>;
  /** @returns the corrections that are in no journal; none when it was closed */
  abstract close(id: string, closing: CaseClosing): Promise<string[]>;
}

/** Where the transactions of the other side come from: its detail file, its book, or a request on the line. */
export abstract class DetailSource {
  /**
   * Everything that the peer counts on the date: originals of the date, and originals that were reversed on it. Page by page.
   * @returns undefined when this link has no such source
   * @throws AppError the source cannot be read now
   */
  abstract pages(key: ReconciliationKey): AsyncIterable<readonly PeerTransaction[]> | undefined;
}
