import type { PublicPayment } from './books-comparison.js';

/** How many of each kind a run tried, by name. */
export type Mix = Readonly<Record<string, number>>;

/** Kinds without which a run proves less than it says. @source docs/requirements.md; the seven operations: payment-features.md §4.1 */
export const NAMED_KINDS: readonly string[] = [
  'capture_approved',
  'refund_approved',
  'increase_approved',
  'release',
  'dcc_accepted',
  'dcc_refused',
  'unionpay_purchase',
  'unionpay_purchase_cancel',
  'unionpay_refund',
  'unionpay_preauthorization',
  'unionpay_preauthorization_cancel',
  'unionpay_completion',
  'unionpay_completion_cancel',
  'enter_pin',
  'insert_chip',
  'choose_currency',
  'expired_unanswered',
];
/** From here on chance is no excuse. */
export const NAMED_FROM_PAYMENTS = 300;

/** Kinds that a run must have had and did not. @param payments how many were asked for; few may lack some by chance */
export function missingKinds(mix: Mix, payments: number): string[] {
  return payments < NAMED_FROM_PAYMENTS ? [] : NAMED_KINDS.filter((kind) => (mix[kind] ?? 0) === 0);
}

/**
 * Count what was tried.
 * @param taken what tills were answered, by kind; all else is read from the payments
 * @param left references of payments whose customers walked away
 */
export function countKinds(
  payments: readonly PublicPayment[],
  taken: ReadonlyMap<string, number>,
  left: ReadonlySet<string>,
): Mix {
  const mix: Record<string, number> = Object.fromEntries(taken);
  const count = (what: string) => (mix[what] = (mix[what] ?? 0) + 1);
  for (const payment of payments) {
    const { method, status, dcc, attempts, client_reference: reference } = payment;
    count(method ?? 'unknown');
    if (status === 'expired') count(left.has(reference) ? 'expired_unanswered' : 'expired');
    if (dcc !== null && dcc !== undefined) count(`dcc_${dcc.status}`);
    for (const attempt of attempts) {
      if (attempt.status === 'approved') count(`${attempt.kind}_approved`);
      if (attempt.reason === 'pin_required') count('pin_asked');
    }
    if (method === 'unionpay') unionPayOperations(payment).forEach(count);
  }
  return mix;
}

/** Which of the seven operations of UnionPay were done with this payment; each counts once. */
function unionPayOperations({ kind, status, authorized, captured, refunds }: PublicPayment): string[] {
  if (authorized.amount === 0) return [];
  const isSale = kind === 'sale';
  const isCancelled = refunds.some((refund) => refund.status === 'approved' && refund.kind === 'torikeshi');
  const isRefunded = refunds.some((refund) => refund.status === 'approved' && refund.kind === 'henpin');
  const done: Readonly<Record<string, boolean>> = {
    purchase: isSale,
    purchase_cancel: isSale && isCancelled,
    refund: isRefunded,
    preauthorization: !isSale,
    preauthorization_cancel: !isSale && status === 'voided' && captured.amount === 0,
    completion: !isSale && captured.amount > 0,
    completion_cancel: !isSale && isCancelled,
  };
  return Object.keys(done)
    .filter((operation) => done[operation])
    .map((operation) => `unionpay_${operation}`);
}

/** Nobody answered for these payments: each must have been ended by the clock, uncharged. @returns those that were not, in words */
export function notEndedByTheClock(payments: readonly PublicPayment[], left: ReadonlySet<string>): string[] {
  const known = new Map(payments.map((payment) => [payment.client_reference, payment]));
  return [...left].flatMap((reference) => {
    const payment = known.get(reference);
    if (payment?.status === 'expired' && payment.customer_charged === 'no' && payment.final) return [];
    return [`unanswered: ${payment?.id ?? reference} is ${payment?.status ?? 'gone'}`];
  });
}
