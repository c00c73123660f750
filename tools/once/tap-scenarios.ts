import type { Payment } from '@tsunagu/sdk';
import type { Till } from '../till/till.js';
import { buy, cardOf, type Scenario } from './scenario.js';

const how = ({ presentment, attempts }: Payment): string =>
  `verified by ${presentment?.cvm ?? 'nothing'}, ${attempts.length} message${attempts.length === 1 ? '' : 's'}`;

/** The wallet on a phone has verified its holder, and the reader says so. */
async function tapPhone(till: Till, amountMinor: number): Promise<Payment> {
  const card = till.readCard({ card: cardOf('visa'), entry: 'contactless', amountMinor });
  const money = { amount: amountMinor, currency: 'JPY' } as const;
  const { payment } = await till.client.pay({ kind: 'sale', money, card_present: { ...card, cvm: 'device' } });
  if (payment === null) throw new Error('nobody answered');
  return payment;
}

function waitsFor(payment: Payment, type: NonNullable<Payment['required_action']>['type']): string {
  if (payment.required_action?.type !== type) throw new Error(`the payment is ${payment.status}, it must ask: ${type}`);
  return payment.id;
}

/** @source payment-features.md §6.3, §6.4 */
export const TAP_SCENARIOS: readonly Scenario[] = [
  {
    name: 'contactless without verification, at the limit',
    run: (till) => buy(till, 15_000, { card: cardOf('visa'), entry: 'contactless' }),
    expected: { status: 'captured', charged: 'yes', captured: 15_000, method: 'nfc' },
    note: how,
  },
  {
    name: 'contactless, verified by the phone (CDCVM)',
    run: (till) => tapPhone(till, 22_000),
    expected: { status: 'captured', charged: 'yes', captured: 22_000, method: 'nfc' },
    note: how,
  },
  {
    name: 'tap, the issuer asks for a PIN, same payment goes on',
    run: async (till) => {
      const card = cardOf('visa');
      const asked = await buy(till, 1_908, { card, entry: 'contactless' });
      return till.continueWithPin(waitsFor(asked, 'enter_pin'), card, card.pin);
    },
    expected: { status: 'captured', charged: 'yes', captured: 1_908 },
    note: how,
  },
  {
    name: 'tap above the limit, chip inserted, same payment goes on',
    run: async (till) => {
      const card = cardOf('jcb');
      const amountMinor = 15_001;
      const asked = await buy(till, amountMinor, { card, entry: 'contactless' });
      const chip = { card, entry: 'chip', amountMinor, pin: card.pin } as const;
      return till.continueWithCard(waitsFor(asked, 'insert_chip'), chip);
    },
    expected: { status: 'captured', charged: 'yes', captured: 15_001 },
    note: how,
  },
];
