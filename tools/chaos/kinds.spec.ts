import { describe, expect, it } from 'vitest';
import type { PublicPayment } from './books-comparison.js';
import { countKinds, missingKinds, NAMED_KINDS, notEndedByTheClock } from './kinds.js';

const NOBODY: ReadonlySet<string> = new Set();
const NOTHING: ReadonlyMap<string, number> = new Map();
const money = (amount: number) => ({ amount });
const refund = (kind: string, status = 'approved') => ({ kind, status, money: money(50) });

function unionPay(change: Partial<PublicPayment>): PublicPayment {
  return {
    id: 'pay_1', client_reference: 'r1', method: 'unionpay', kind: 'sale', status: 'captured', final: true, customer_charged: 'yes',
    authorized: money(100), captured: money(100), dcc: null, refunds: [], attempts: [], pending_unknown: [], ...change,
  };
} // prettier-ignore

describe('the seven operations of UnionPay', () => {
  const auth = { kind: 'auth', captured: money(0), status: 'authorized' };
  const completed = { ...auth, captured: money(115), status: 'captured' };
  const ofOne = (change: Partial<PublicPayment>) =>
    Object.keys(countKinds([unionPay(change)], NOTHING, NOBODY)).filter((kind) => kind.startsWith('unionpay_'));

  it.each([
    ['a purchase', {}, ['purchase']],
    ['its cancel', { status: 'voided', refunds: [refund('torikeshi')] }, ['purchase', 'purchase_cancel']],
    ['its refund', { status: 'partially_refunded', refunds: [refund('henpin')] }, ['purchase', 'refund']],
    ['a pre-authorization', auth, ['preauthorization']],
    ['its cancel', { ...auth, status: 'voided' }, ['preauthorization', 'preauthorization_cancel']],
    ['a completion', completed, ['preauthorization', 'completion']],
    [
      'its cancel',
      { ...completed, status: 'voided', refunds: [refund('torikeshi')] },
      ['preauthorization', 'completion', 'completion_cancel'],
    ],
    ['a cancel that was refused', { refunds: [refund('torikeshi', 'declined')] }, ['purchase']],
    ['a purchase that was declined', { status: 'declined', authorized: money(0) }, []],
  ])('are each counted once: %s', (_name, change, operations) => {
    expect(ofOne(change).sort()).toEqual(operations.map((operation) => `unionpay_${operation}`).sort());
  });
});

describe('a run', () => {
  it('of 300 payments fails when it did not try a kind that it must', () => {
    const whole = Object.fromEntries(NAMED_KINDS.map((kind) => [kind, 1]));
    expect(missingKinds(whole, 300)).toEqual([]);
    expect(missingKinds({ ...whole, refund_approved: 0 }, 300)).toEqual(['refund_approved']);
    expect(missingKinds({}, 300)).toEqual(NAMED_KINDS);
    expect(missingKinds({}, 299)).toEqual([]);
  });

  it('counts what tills were answered beside what the books say', () => {
    const attempts = [
      { kind: 'capture', status: 'approved', network_reference: null },
      { kind: 'sale', status: 'declined', reason: 'pin_required', network_reference: null },
    ];
    const mix = countKinds([unionPay({ attempts })], new Map([['insert_chip', 3]]), NOBODY);
    expect(mix).toMatchObject({ insert_chip: 3, capture_approved: 1, pin_asked: 1, unionpay: 1 });
  });
});

describe('a customer who walks away', () => {
  const expired = { status: 'expired', customer_charged: 'no', authorized: money(0) };

  it('is counted when the clock has ended the payment uncharged', () => {
    const payments = [unionPay(expired), unionPay({ ...expired, client_reference: 'r2' })];
    expect(notEndedByTheClock(payments, new Set(['r1']))).toEqual([]);
    expect(countKinds(payments, NOTHING, new Set(['r1']))).toMatchObject({ expired_unanswered: 1, expired: 1 });
  });

  it.each([
    ['still waits', { status: 'requires_action', final: false, customer_charged: 'no' }],
    ['was charged', { status: 'captured' }],
    ['is expired and charged', { ...expired, customer_charged: 'yes' }],
  ])('is a complaint when the payment %s', (_name, change) => {
    expect(notEndedByTheClock([unionPay(change)], new Set(['r1']))).toHaveLength(1);
  });

  it('is a complaint when the payment is gone', () => {
    expect(notEndedByTheClock([], new Set(['r1']))).toEqual(['unanswered: r1 is gone']);
  });
});
