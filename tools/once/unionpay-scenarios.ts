import type { Till } from '../till/till.js';
import type { Payment } from '@tsunagu/sdk';
import { cardOf, type Expectation, type Scenario } from './scenario.js';

const card = cardOf('unionpay');

function present(till: Till, kind: 'sale' | 'auth', amountMinor: number): Promise<Payment> {
  return till.pay({ kind, method: 'unionpay', card, entry: 'chip', amountMinor, pin: card.pin });
}

const method = 'unionpay';
const paid = (captured: number): Expectation => ({ status: 'captured', charged: 'yes', captured, method });

/** The seven operations of UnionPay, each with the PIN where the network wants one. @source payment-features.md §4.1 */
export const UNIONPAY_SCENARIOS: readonly Scenario[] = [
  { name: 'UnionPay purchase (消費) with PIN', run: (till) => present(till, 'sale', 2_600), expected: paid(2_600) },
  {
    name: 'UnionPay cancel (消費取消)',
    run: async (till) => till.move((await present(till, 'sale', 2_700)).id, 'refunds'),
    expected: { status: 'voided', charged: 'no', refunded: 2_700, method },
  },
  {
    name: 'UnionPay refund (退貨)',
    run: async (till) => till.move((await present(till, 'sale', 2_800)).id, 'refunds', 800, { kind: 'henpin' }),
    expected: { status: 'partially_refunded', charged: 'yes', refunded: 800, method },
  },
  {
    name: 'UnionPay pre-authorization (預授権)',
    run: (till) => present(till, 'auth', 10_000),
    expected: { status: 'authorized', charged: 'yes', authorized: 10_000, method },
  },
  {
    name: 'UnionPay pre-authorization cancel',
    run: async (till) => till.move((await present(till, 'auth', 10_400)).id, 'cancel'),
    expected: { status: 'voided', charged: 'no', method },
  },
  {
    name: 'UnionPay completion (預授権完了), up to 115 %',
    run: async (till) => till.move((await present(till, 'auth', 10_000)).id, 'captures', 11_500),
    expected: paid(11_500),
  },
  {
    name: 'UnionPay completion cancel',
    run: async (till) => {
      const { id } = await present(till, 'auth', 10_300);
      await till.move(id, 'captures');
      return till.move(id, 'refunds');
    },
    expected: { status: 'voided', charged: 'no', refunded: 10_300, method },
  },
];
