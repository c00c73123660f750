import type { Till } from '../till/till.js';
import type { Payment } from '@tsunagu/sdk';
import { cardOf, type Scenario } from './scenario.js';

/** The holder is shown both currencies and says one. */
async function choose(
  till: Till,
  amountMinor: number,
  choice: 'local' | 'foreign',
  card = 'visa-usd',
): Promise<Payment> {
  const asked = await till.pay({ kind: 'sale', method: 'dcc', card: cardOf(card), entry: 'chip', amountMinor });
  if (asked.status !== 'requires_action') throw new Error(`no currency was offered: the payment is ${asked.status}`);
  const offer = await till.client.dccOffer(asked.id);
  if (offer === null || offer.id === null) throw new Error('there is no rate at this moment');
  return till.chooseCurrency(asked.id, offer.id, choice);
}

/** What was taken and what of it went back, in the holder's own currency. */
function foreign({ dcc }: Payment): string {
  if (dcc === null) return '';
  const back = dcc.refunded_amount > 0 ? `, back ${dcc.refunded_amount}` : '';
  return `${dcc.status}: ${dcc.amount_display ?? 'in yen'}${back}`;
}

export const ACCEPTED = 'DCC accepted';

/** @source payment-features.md §5 */
export const CURRENCY_SCENARIOS: readonly Scenario[] = [
  {
    name: ACCEPTED,
    run: (till) => choose(till, 12_000, 'foreign'),
    expected: { status: 'captured', charged: 'yes', captured: 12_000, method: 'dcc', conversion: 'accepted' },
    note: foreign,
  },
  {
    name: 'DCC refused: in yen',
    run: (till) => choose(till, 12_300, 'local'),
    expected: { status: 'captured', charged: 'yes', captured: 12_300, method: 'credit', conversion: 'refused' },
    note: foreign,
  },
  {
    name: 'DCC refund in parts at the rate of the sale',
    run: async (till) => {
      const { id } = await choose(till, 12_600, 'foreign', 'visa-kwd');
      await till.move(id, 'refunds', 5_000);
      await till.move(id, 'refunds', 3_000);
      return till.move(id, 'refunds');
    },
    expected: { status: 'refunded', charged: 'no', refunded: 12_600, conversion: 'accepted' },
    note: foreign,
  },
  {
    name: 'DCC not for this card: in yen, silently',
    run: (till) => till.pay({ kind: 'sale', method: 'dcc', card: cardOf('jcb'), entry: 'chip', amountMinor: 1_300 }),
    expected: { status: 'captured', charged: 'yes', method: 'credit', conversion: 'not_eligible' },
    note: foreign,
  },
];
