import type { ScenarioResult } from '../../test/simulation/scenario.js';

/** What many histories came to; parts of it travel between threads. */
export interface SeedTotals {
  seeds: number;
  payments: number;
  crashes: number;
  /** Histories with a broken rule. */
  violations: number;
  virtualMs: number;
  /** The lowest seeds of them, to be replayed by `--seed`. */
  failures: { readonly seed: number; readonly rules: readonly string[] }[];
}

const FAILURES_SHOWN_MAX = 10;

export function emptyTotals(): SeedTotals {
  return { seeds: 0, payments: 0, crashes: 0, violations: 0, virtualMs: 0, failures: [] };
}

export function totalsOf({ seed, payments, crashes, virtualMs, violations }: ScenarioResult): SeedTotals {
  const rules = [...new Set(violations.map(({ rule }) => rule))];
  const isBroken = rules.length > 0;
  const failures = isBroken ? [{ seed, rules }] : [];
  return { seeds: 1, payments, crashes, virtualMs, violations: isBroken ? 1 : 0, failures };
}

export function addUp(totals: SeedTotals, part: SeedTotals): void {
  totals.seeds += part.seeds;
  totals.payments += part.payments;
  totals.crashes += part.crashes;
  totals.violations += part.violations;
  totals.virtualMs += part.virtualMs;
  totals.failures = [...totals.failures, ...part.failures].sort((a, b) => a.seed - b.seed).slice(0, FAILURES_SHOWN_MAX);
}
