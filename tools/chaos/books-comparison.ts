/** What an issuer's own books hold of one message of ours. */
export interface IssuerEntry {
  readonly link: string;
  readonly rrn: string;
  readonly localTime: string;
  readonly kind: 'charge' | 'refund' | 'capture';
  readonly amountMinor: number;
  /** Taken back by a reversal: it moves no money. */
  readonly isReversed: boolean;
}

/** The parts of a payment of the public API that are compared. */
export interface PublicPayment {
  readonly id: string;
  readonly client_reference: string;
  readonly kind: string;
  readonly status: string;
  readonly final: boolean;
  readonly customer_charged: string;
  readonly authorized: { readonly amount: number };
  readonly captured: { readonly amount: number };
  readonly refunds: readonly {
    readonly status: string;
    readonly kind: string;
    readonly money: { readonly amount: number };
  }[];
  readonly attempts: readonly {
    readonly kind: string;
    readonly status: string;
    readonly network_reference: { readonly link: string; readonly rrn: string; readonly local_time: string } | null;
  }[];
  readonly pending_unknown: readonly string[];
}

/** Counts of broken promises; all must be zero. */
export interface Comparison {
  double: number;
  orphan: number;
  phantom: number;
  stuck: number;
  difference_yen: number;
  /** Ids of payments, or network references of entries, that differ. */
  readonly places: string[];
}

const CHARGED = new Set(['authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded']);
const SETTLED = new Set([...CHARGED, 'voided', 'declined', 'expired']);
const OPEN_ATTEMPTS = new Set(['created', 'sending', 'sent_unknown', 'in_doubt']);

/**
 * Hold our books against the issuers', to the yen.
 *
 * double: more than one charge stands at the issuer for one payment. orphan: a charge stands and our payment says it does not,
 * or there is no payment. phantom: we say charged (or refunded) and the issuer holds nothing. stuck: still open after the quiet.
 */
export function compareBooks(payments: readonly PublicPayment[], entries: readonly IssuerEntry[]): Comparison {
  const result: Comparison = { double: 0, orphan: 0, phantom: 0, stuck: 0, difference_yen: 0, places: [] };
  const byReference = groupByReference(entries.filter((entry) => !entry.isReversed));
  for (const payment of payments) comparePayment(result, payment, takeEntries(payment, byReference));
  for (const [reference, left] of byReference) compareUnclaimed(result, reference, left);
  result.double += duplicates(payments.map((payment) => payment.client_reference));
  return result;
}

/** Whether nothing about this payment can still change by itself. */
export function isSettled(payment: PublicPayment): boolean {
  return (
    payment.final &&
    SETTLED.has(payment.status) &&
    payment.customer_charged !== 'unknown' &&
    payment.pending_unknown.length === 0 &&
    payment.refunds.every((refund) => refund.status === 'approved' || refund.status === 'declined') &&
    payment.attempts.every((attempt) => !OPEN_ATTEMPTS.has(attempt.status))
  );
}

function comparePayment(result: Comparison, payment: PublicPayment, held: readonly IssuerEntry[]): void {
  const expected = expectedOf(payment);
  const charges = held.filter((entry) => entry.kind === 'charge');
  const differences = [
    expected.chargeMinor - sum(charges),
    expected.captureMinor - sum(held.filter((entry) => entry.kind === 'capture')),
    expected.refundMinor - sum(held.filter((entry) => entry.kind === 'refund')),
  ];
  const before = result.double + result.orphan + result.phantom + result.stuck + result.difference_yen;
  if (!isSettled(payment)) result.stuck += 1;
  if (charges.length > 1) result.double += 1;
  if (expected.chargeMinor === 0 && charges.length > 0) result.orphan += 1;
  if (expected.chargeMinor > 0 && charges.length === 0) result.phantom += 1;
  if (differences[2]! > 0) result.phantom += 1;
  for (const difference of differences) result.difference_yen += Math.abs(difference);
  const after = result.double + result.orphan + result.phantom + result.stuck + result.difference_yen;
  if (after > before) result.places.push(`${payment.id} ${payment.kind} ${payment.status} ${differences.join('/')}`);
}

/** A charge that stands stays the issuer's claim whatever was refunded later: a return is a credit of its own. */
function expectedOf(payment: PublicPayment): { chargeMinor: number; captureMinor: number; refundMinor: number } {
  const approved = payment.refunds.filter((refund) => refund.status === 'approved');
  const isCharged = CHARGED.has(payment.status) && !approved.some((refund) => refund.kind === 'torikeshi');
  if (!isCharged) return { chargeMinor: 0, captureMinor: 0, refundMinor: 0 };
  return {
    chargeMinor: payment.authorized.amount,
    captureMinor: payment.kind === 'auth' ? payment.captured.amount : 0,
    refundMinor: approved.reduce((total, refund) => total + refund.money.amount, 0),
  };
}

function compareUnclaimed(result: Comparison, reference: string, entries: readonly IssuerEntry[]): void {
  result.orphan += entries.length;
  result.difference_yen += sum(entries);
  result.places.push(`unclaimed ${reference}`);
}

function takeEntries(payment: PublicPayment, byReference: Map<string, IssuerEntry[]>): IssuerEntry[] {
  return payment.attempts.flatMap((attempt) => {
    if (attempt.network_reference === null) return [];
    const { link, rrn, local_time: localTime } = attempt.network_reference;
    const reference = referenceOf({ link, rrn, localTime });
    const entries = byReference.get(reference) ?? [];
    byReference.delete(reference);
    return entries;
  });
}

function groupByReference(entries: readonly IssuerEntry[]): Map<string, IssuerEntry[]> {
  const groups = new Map<string, IssuerEntry[]>();
  for (const entry of entries) {
    const reference = referenceOf(entry);
    const group = groups.get(reference);
    if (group === undefined) groups.set(reference, [entry]);
    else group.push(entry);
  }
  return groups;
}

function referenceOf(entry: { link: string; rrn: string; localTime: string }): string {
  return `${entry.link}|${entry.rrn}|${entry.localTime}`;
}

function sum(entries: readonly IssuerEntry[]): number {
  return entries.reduce((total, entry) => total + entry.amountMinor, 0);
}

function duplicates(values: readonly string[]): number {
  return values.length - new Set(values).size;
}
