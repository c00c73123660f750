import { compareBooks, type IssuerEntry, type PublicPayment } from '../chaos/books-comparison.js';

/** A payment with the order that it was taken for. */
export interface OrderPayment extends PublicPayment {
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a clerk was told about one purchase, when it was certain. */
export interface Told {
  readonly order: string;
  readonly reference: string;
  readonly result: 'charged' | 'not_charged';
}

/** Counts of broken promises; all must be zero. */
export interface Verdict {
  /** Orders that two payments were charged for, and payments that two charges stand for at the issuer. */
  readonly double: number;
  readonly orphan: number;
  readonly phantom: number;
  readonly stuck: number;
  readonly difference_yen: number;
  /** Minor units of the holders' currencies. */
  readonly difference_foreign: number;
  /** Purchases that a clerk was told the contrary of. */
  readonly lies: number;
  /** Orders whose clerk was never told how they ended. */
  readonly untold: number;
  readonly places: readonly string[];
}

const NEVER_CHARGED = new Set(['declined', 'expired']);

/** Hold what clerks were told, our books and the issuers' books against each other. */
export function judge(
  orders: readonly string[],
  told: readonly Told[],
  payments: readonly OrderPayment[],
  entries: readonly IssuerEntry[],
): Verdict {
  const books = compareBooks(payments, entries);
  const doubles = doubleOrders(payments);
  const lies = told.filter((one) => isLie(one, payments));
  const known = new Set(told.map(({ order }) => order));
  const untold = orders.filter((order) => !known.has(order));
  return {
    double: books.double + doubles.length,
    orphan: books.orphan,
    phantom: books.phantom,
    stuck: books.stuck,
    difference_yen: books.difference_yen,
    difference_foreign: books.difference_foreign,
    lies: lies.length,
    untold: untold.length,
    places: [
      ...books.places,
      ...doubles.map((order) => `charged twice: ${order}`),
      ...lies.map(({ reference, result }) => `told ${result}: ${reference}`),
      ...untold.map((order) => `never told: ${order}`),
    ],
  };
}

export function isClean(verdict: Verdict): boolean {
  const { double, orphan, phantom, stuck, difference_yen: yen, difference_foreign: foreign, lies, untold } = verdict;
  return double + orphan + phantom + stuck + yen + foreign + lies + untold === 0;
}

/** The customer pays, or paid until the shop took it back: a refund is no excuse for a second charge. */
function wasCharged({ status, authorized }: PublicPayment): boolean {
  return authorized.amount > 0 && !NEVER_CHARGED.has(status);
}

function doubleOrders(payments: readonly OrderPayment[]): string[] {
  const counts = new Map<string, number>();
  for (const payment of payments.filter(wasCharged)) {
    const order = payment.metadata['order'] ?? payment.client_reference;
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 1).map(([order]) => order);
}

function isLie({ reference, result }: Told, payments: readonly OrderPayment[]): boolean {
  const payment = payments.find(({ client_reference: known }) => known === reference);
  if (result === 'charged') return payment === undefined || !wasCharged(payment);
  return payment !== undefined && payment.customer_charged !== 'no'; // also after the shop has given it back
}
