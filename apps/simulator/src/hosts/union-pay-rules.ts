import { readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';
import type { LedgerEntry } from '../ledger/ledger-record.js';

/** What a request wants done, whoever the issuer is. */
export type RequestedOperation = 'debit' | 'increase' | 'refund' | 'completion' | 'cancel';

/**
 * How far a completion may go beyond what was authorised, and how long an authorisation can be completed.
 * @source payment-features.md §4.1: 115 % and 30 days at UnionPay; elsewhere no more than was authorised, and no limit here
 */
export interface CompletionRules {
  readonly capPercent: number;
  readonly validDays: number;
  /** A second completion of the same authorisation is refused. */
  readonly isOnce: boolean;
}

export const PLAIN_COMPLETION: CompletionRules = { capPercent: 100, validDays: Infinity, isOnce: false };
export const UNION_PAY_COMPLETION: CompletionRules = { capPercent: 115, validDays: 30, isOnce: true };

const OPERATION_TAG = 'UP01';
/** Cancels by UP01, and the kind of entry that each of them takes back. @source payment-features.md §4.1 */
const CANCELS: Readonly<Record<string, LedgerEntry['kind']>> = { '31': 'sale', '32': 'auth', '33': 'capture' };
const COMPLETIONS = ['02', '03'];
const REFUND_TYPE = '20';
const DAY_MS = 86_400_000;
/** Field 24 of supplementary authorisations. @source iso8583-1993.md §8 */
const SUPPLEMENTARY = ['106', '107'];
/** What is cancelled on its own business date or not at all. */
const DAILY: readonly LedgerEntry['kind'][] = ['sale', 'capture'];

/** Read from UP01 where there is one, else from the processing code. */
export function requestedOperation(message: IsoMessage): RequestedOperation {
  const word = operationWord(message);
  if (CANCELS[word] !== undefined) return 'cancel';
  if (message.mti[1] === '2' && message.has(56) && COMPLETIONS.includes(word)) return 'completion';
  if (message.mti[1] === '1' && SUPPLEMENTARY.includes(message.text(24) ?? '')) return 'increase';
  return message.text(3)?.startsWith(REFUND_TYPE) === true ? 'refund' : 'debit';
}

/** Whether a message asks for a cancel by UnionPay's words, be it a request or a reversal that the customer wanted. */
export function isCancelWord(message: IsoMessage): boolean {
  return CANCELS[operationWord(message)] !== undefined;
}

/** Whether a cancel may take this entry back: of the right kind, whole, live; a purchase or completion only on its own business date. */
export function isCancellable(message: IsoMessage, original: LedgerEntry, businessDate: string): boolean {
  const isKind = original.kind === CANCELS[operationWord(message)];
  const isWhole = [original.amountMinor, original.requestedMinor].includes(Number(message.text(4)));
  const isUntouched = original.state === 'approved' && original.refundedMinor === 0;
  const isInTime = !DAILY.includes(original.kind) || original.businessDate === businessDate;
  return isKind && isWhole && isUntouched && isInTime;
}

/** Whether a completion of this amount may be taken from an authorisation now. */
export function isCompletable(
  original: LedgerEntry,
  amountMinor: number,
  rules: CompletionRules,
  now: number,
): boolean {
  const isOpen = original.state === 'approved' || (original.state === 'captured' && !rules.isOnce);
  const heldMinor = original.amountMinor + (original.increasedMinor ?? 0);
  const capMinor = Math.floor((heldMinor * rules.capPercent) / 100);
  const isYoung = now - Date.parse(original.bookedAt) <= rules.validDays * DAY_MS;
  return original.kind === 'auth' && isOpen && isYoung && amountMinor <= capMinor - original.capturedMinor;
}

function operationWord(message: IsoMessage): string {
  const tags = message.text(48);
  if (tags === undefined) return '';
  return readPrivateTlv(tags).get(OPERATION_TAG) ?? '';
}
