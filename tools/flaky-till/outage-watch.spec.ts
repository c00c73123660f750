import { expect, it } from 'vitest';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import type { Told } from './judge.js';
import { describeWaits, OutageWatch } from './outage-watch.js';
import { planSale, takenAnew, type Sale } from './sale.js';
import { StepLog } from './step-log.js';

function shop() {
  const clock = { ms: 0 };
  const sale = (number: number): Sale => planSale(new SeededRandom(number), number, true);
  const told: Told[] = [];
  const fleet = { serving: new Map<number, Sale>(), told, steps: new StepLog(() => clock.ms) };
  const serve = (till: number, one: Sale) => {
    fleet.serving.set(till, one);
    fleet.steps.begin(till, one.reference);
  };
  const tell = ({ order, reference }: Sale) => told.push({ order, reference, result: 'charged' });
  return { clock, fleet, sale, serve, tell };
}

it('tells how long each purchase stayed unknown, and what the slowest waited for', () => {
  const { clock, fleet, sale, serve, tell } = shop();
  [1, 2, 3].forEach((till) => serve(till, sale(till)));
  tell(sale(3));
  clock.ms = 500;
  fleet.steps.note(2, 'pay');
  clock.ms = 1_000;
  const watch = new OutageWatch(fleet);
  expect(watch.open).toBe(2); // the third was known before
  clock.ms = 2_000;
  tell(sale(1));
  fleet.steps.note(2, 'retry 1 in 900 ms (lost)');
  expect(watch.look()).toBe(1);
  clock.ms = 31_000;
  tell(sale(2));
  serve(2, sale(4)); // the next customer is there already
  fleet.steps.note(2, 'pay');
  expect(watch.look()).toBe(0);
  expect(describeWaits([watch])).toEqual({
    purchases: 2, p50_s: 30, p95_s: 30, max_s: 30,
    slowest: {
      reference: 'flaky-2-1', manner: sale(2).manner.name, amount: sale(2).amountMinor,
      waited_for: ['-0.5 s pay', '+1.0 s retry 1 in 900 ms (lost)'],
    },
  }); // prettier-ignore
});

it('does not take the end of a first try for the end of the second, nor of another order', () => {
  const { fleet, sale, serve, tell } = shop();
  tell(sale(1));
  serve(1, takenAnew(sale(1)));
  tell(sale(2));
  serve(2, sale(22));
  const watch = new OutageWatch(fleet);
  expect(watch.open).toBe(2);
  fleet.told.push({ order: 'order-22', reference: 'flaky-22-1-4', result: 'charged' }); // a naive till's fourth try
  fleet.serving.delete(1); // given up: its trouble is counted elsewhere
  expect(watch.look()).toBe(0);
});

it('says so when nothing was under way', () => {
  expect(describeWaits([])).toEqual({ purchases: 0, p50_s: 0, p95_s: 0, max_s: 0, slowest: null });
});
