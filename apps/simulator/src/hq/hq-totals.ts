/** Counters of a payment server, by business date: what it was told, and nothing it guesses. @source iso8583-1993.md §14.2 */
export type HqTotals = Record<string, Record<string, number>>;

type Kind = 'debit' | 'credit' | 'authorization';

const PLAIN: Readonly<Record<Kind, readonly string[]>> = {
  credit: ['74', '86'],
  debit: ['76', '88'],
  authorization: ['81'],
};
const REVERSED: Readonly<Record<Kind, readonly string[]>> = {
  credit: ['75', '87'],
  debit: ['77', '89'],
  authorization: ['90'],
};
const NUMBERS = ['74', '75', '76', '77', '78', '79', '80', '81', '82', '83', '84', '85', '90'];
const AMOUNTS = ['86', '87', '88', '89'];

/** Add one transaction, or one that was reversed after it had been counted. */
export function count(
  totals: HqTotals,
  of: { date: string; kind: Kind; amountMinor: number; isReversal: boolean },
): void {
  const day = (totals[of.date] ??= {});
  const [number, amount] = (of.isReversal ? REVERSED : PLAIN)[of.kind];
  day[number!] = (day[number!] ?? 0) + 1;
  if (amount !== undefined) day[amount] = (day[amount] ?? 0) + of.amountMinor;
}

/** Fields 74 to 97 of a reconciliation. */
export function fieldsOf(totals: HqTotals, date: string): Record<number, string> {
  const day = totals[date] ?? {};
  const net = (day['88'] ?? 0) - (day['89'] ?? 0) - ((day['86'] ?? 0) - (day['87'] ?? 0));
  const fields: Record<number, string> = {};
  for (const field of NUMBERS) fields[Number(field)] = String(day[field] ?? 0).padStart(10, '0');
  for (const field of AMOUNTS) fields[Number(field)] = String(day[field] ?? 0).padStart(16, '0');
  fields[97] = `${net > 0 ? 'D' : 'C'}${String(Math.abs(net)).padStart(16, '0')}`;
  return fields;
}
