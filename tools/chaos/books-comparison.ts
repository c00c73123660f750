/** What an issuer's own books hold of one message of ours. */
export interface IssuerEntry {
  readonly link: string;
  readonly rrn: string;
  readonly localTime: string;
  readonly kind: 'charge' | 'increase' | 'refund' | 'capture';
  readonly amountMinor: number;
  /** In the currency of the card, where the message said it. */
  readonly foreignMinor?: number | null;
  /** Taken back by a reversal: it moves no money. */
  readonly isReversed: boolean;
}

/** The parts of a payment of the public API that are compared. */
export interface PublicPayment {
  readonly id: string;
  readonly client_reference: string;
  readonly method?: string;
  readonly kind: string;
  readonly status: string;
  readonly final: boolean;
  readonly customer_charged: string;
  readonly authorized: { readonly amount: number };
  readonly captured: { readonly amount: number };
  readonly dcc?: {
    readonly status: string;
    readonly amount: number | null;
    readonly refunded_amount: number;
  } | null;
  readonly refunds: readonly {
    readonly status: string;
    readonly kind: string;
    readonly money: { readonly amount: number };
  }[];
  readonly attempts: readonly {
    readonly kind: string;
    readonly status: string;
    readonly reason?: string | null;
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
  /** Minor units of the holders' currencies, of charges and of refunds. */
  difference_foreign: number;
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
  const result: Comparison = {
    double: 0,
    orphan: 0,
    phantom: 0,
    stuck: 0,
    difference_yen: 0,
    difference_foreign: 0,
    places: [],
  };
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
    expected.chargeMinor - sum(held.filter((entry) => entry.kind === 'charge' || entry.kind === 'increase')),
    expected.captureMinor - sum(held.filter((entry) => entry.kind === 'capture')),
    expected.refundMinor - sum(held.filter((entry) => entry.kind === 'refund')),
  ];
  const before = troubleOf(result);
  if (!isSettled(payment)) result.stuck += 1;
  if (charges.length > 1) result.double += 1;
  if (expected.chargeMinor === 0 && charges.length > 0) result.orphan += 1;
  if (expected.chargeMinor > 0 && charges.length === 0) result.phantom += 1;
  if (differences[2]! > 0) result.phantom += 1;
  for (const difference of differences) result.difference_yen += Math.abs(difference);
  result.difference_foreign += foreignDifference(payment, held);
  if (troubleOf(result) > before)
    result.places.push(`${payment.id} ${payment.kind} ${payment.status} ${differences.join('/')}`);
}

function troubleOf({ double, orphan, phantom, stuck, difference_yen, difference_foreign }: Comparison): number {
  return double + orphan + phantom + stuck + difference_yen + difference_foreign;
}

/** Nothing in another currency unless the holder chose it; then what was charged and what went back, each on its own. */
function foreignDifference(payment: PublicPayment, held: readonly IssuerEntry[]): number {
  const isAccepted = payment.dcc?.status === 'accepted';
  const isStanding = isAccepted && expectedOf(payment).chargeMinor > 0;
  const [charged, back] = isStanding ? [payment.dcc?.amount ?? 0, payment.dcc?.refunded_amount ?? 0] : [0, 0];
  const of = (kind: IssuerEntry['kind']) =>
    held.filter((entry) => entry.kind === kind).reduce((total, { foreignMinor }) => total + (foreignMinor ?? 0), 0);
  return Math.abs(charged - of('charge')) + Math.abs(back - of('refund'));
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
