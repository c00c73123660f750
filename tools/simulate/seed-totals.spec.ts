import { expect, it } from 'vitest';
import { addUp, emptyTotals, totalsOf } from './seed-totals.js';

const history = (seed: number, rules: readonly ('stuck' | 'orphan')[] = []) =>
  totalsOf({
    seed, payments: 2, crashes: 1, virtualMs: 500, trace: [], reached: new Set(),
    violations: rules.map((rule) => ({ rule, where: 'x' })),
  }); // prettier-ignore

it('adds up what threads report in any order, and shows the lowest broken seeds', () => {
  const totals = emptyTotals();
  for (let seed = 40; seed > 0; seed -= 1) addUp(totals, history(seed, seed % 2 === 0 ? ['stuck', 'stuck'] : []));
  expect(totals).toMatchObject({ seeds: 40, payments: 80, crashes: 40, virtualMs: 20_000, violations: 20 });
  expect(totals.failures.map(({ seed }) => seed)).toEqual([2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  expect(totals.failures[0]?.rules).toEqual(['stuck']);
});
