import type { ChosenPlan, PlanPayment, PlanTable } from './plan-rules.js';
import { PLAN_TABLES } from './plan-tables.js';
import { splitAmount } from './schedule.js';

/**
 * The same plan over another amount than the one that was asked for: the issuer approved a part of it or more was added, or a part was captured.
 * Days and number of payments stay, and so does what each bonus of a combined plan pays, because the issuer was told it. In minor units.
 * @returns the plan with a schedule that sums exactly to `amountMinor`; with an empty one where such an amount cannot be paid so:
 *   then only the issuer knows
 * @source payment-features.md §3.3
 */
export function planOfAmount(
  plan: ChosenPlan,
  amountMinor: number,
  tables: readonly PlanTable[] = PLAN_TABLES,
): ChosenPlan {
  const { schedule } = plan;
  if (schedule.length === 0 || sumOf(schedule) === amountMinor) return plan;
  const isTold = plan.type === 'bonus_combined';
  const fixed = isTold ? schedule.filter(({ isBonus }) => isBonus) : [];
  const restMinor = amountMinor - sumOf(fixed);
  const parts = splitAmount(restMinor, schedule.length - fixed.length, unitOf(plan, tables));
  if (parts.some((part) => part <= 0)) return { ...plan, schedule: [] };
  const amounts = parts.values();
  return {
    ...plan,
    schedule: schedule.map((due) =>
      isTold && due.isBonus ? due : { ...due, amountMinor: amounts.next().value ?? due.amountMinor },
    ),
  };
}

function sumOf(schedule: readonly PlanPayment[]): number {
  return schedule.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/** Of the row that allowed the plan, in the version it was allowed by. One time has no row, and one part. */
function unitOf({ rule, tableVersion }: ChosenPlan, tables: readonly PlanTable[]): number {
  const table = tables.find(({ version }) => version === tableVersion);
  return table?.rows.find(({ id }) => id === rule)?.unitMinor ?? 1;
}
