import type { IsoMessage } from '@tsunagu/iso8583';
import type { CurrencyCode } from '@tsunagu/kernel';

/** Classes of totals; gross: a reversed original stays in its class and is counted as a reversal besides. @source reference/iso8583-1993.md §14.2 */
export const TOTAL_CLASSES = ['credit', 'debit', 'transfer', 'inquiry', 'authorization', 'payment'] as const;
export type TotalClass = (typeof TOTAL_CLASSES)[number];

export interface Tally {
  readonly number: number;
  /** Minor units; up to 16 digits. The wire carries none for inquiries, authorizations, transfers and payments. */
  readonly amountMinor: bigint;
}

/** One side's counters of one link, business date and currency. */
export type Totals = Readonly<Record<TotalClass, { readonly original: Tally; readonly reversal: Tally }>>;

/** What a reconciliation message is built from. */
export interface ReconciliationFacts {
  readonly stan: string;
  /** Field 12, YYMMDDhhmmss. */
  readonly localTime: string;
  readonly acquirerId: string;
  readonly forwardingId: string;
  readonly sentAt: Date;
  /** YYYY-MM-DD. */
  readonly businessDate: string;
  readonly currency: CurrencyCode;
  readonly totals: Totals;
}

/**
 * What a 1530 or 1510 says: `balanced` · `differs`, with the peer's totals when it gave them · `later` its totals are not available yet ·
 * `retry` not now · `refused` it will never take this message.
 */
export interface ReconciliationReading {
  readonly kind: 'balanced' | 'differs' | 'later' | 'retry' | 'refused';
  readonly actionCode: string | null;
  readonly totals: Totals | null;
}

/** A peer's own reconciliation advice (1522). */
export interface PeerSheet {
  readonly businessDate: string;
  readonly currency: CurrencyCode;
  readonly totals: Totals;
}

/** How a counterpart exchanges counters. Pure, like the rest of a connector. */
export interface ReconciliationSpeech {
  /** 1520, or 1521 as a repeat. */
  buildFinal(facts: ReconciliationFacts, isRepeat: boolean): IsoMessage;
  /** 1500. @param checkpoint its number inside the date (001 …); null asks for the peer's totals */
  buildInquiry(facts: ReconciliationFacts, checkpoint: number | null): IsoMessage;
  readAnswer(answer: IsoMessage): ReconciliationReading;
  /** @returns undefined when the message is no reconciliation advice, or lacks what one needs */
  readSheet(message: IsoMessage): PeerSheet | undefined;
  /** 1532. @param totals ours, when they differ */
  answerSheet(request: IsoMessage, facts: { actionCode: string; totals: Totals | null; sentAt: Date }): IsoMessage;
}
