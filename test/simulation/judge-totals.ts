import type { TotalClass } from '@tsunagu/links';
import type { MemoryJournal } from './memory-journal.js';
import type { IssuerBooking, SimulatedIssuer } from './simulated-issuer.js';

interface Movement {
  readonly date: string;
  readonly counter: `${TotalClass}.${'original' | 'reversal'}`;
  readonly amountMinor: number;
}

/**
 * Both sides' counters, as they would stand in a 1520. A presumed approval has the date that was open when it was sent, which the issuer may
 * have left by then: while there is one, the two sides are held against each other over all dates.
 * @returns counters that differ, in words
 */
export function differingTotals(journal: MemoryJournal, issuer: SimulatedIssuer): string[] {
  const isPresumed = [...journal.rows.values()].some((row) => row.isPresumed);
  const ours = totalsOf(ourMovements(journal), !isPresumed);
  const theirs = totalsOf([...issuer.bookings.values()].flatMap(theirMovements), !isPresumed);
  const counters = new Set([...ours.keys(), ...theirs.keys()]);
  return [...counters]
    .filter((counter) => ours.get(counter) !== theirs.get(counter))
    .map((counter) => `${counter} ours ${ours.get(counter) ?? '-'} theirs ${theirs.get(counter) ?? '-'}`);
}

function ourMovements(journal: MemoryJournal): Movement[] {
  return [...journal.rows.values()].flatMap((row) => {
    const one = classOf(row.order?.operation);
    const amountMinor = row.approvedMinor ?? row.order?.amountMinor ?? 0;
    return [
      ...(row.businessDate === null
        ? []
        : [{ date: row.businessDate, counter: `${one}.original` as const, amountMinor }]),
      ...(row.reversalDate === null
        ? []
        : [{ date: row.reversalDate, counter: `${one}.reversal` as const, amountMinor }]),
    ];
  });
}

function classOf(operation: string | undefined): TotalClass {
  if (operation === 'authorize' || operation === 'increase') return 'authorization';
  return operation === 'refund' ? 'credit' : 'debit';
}

function theirMovements({ mti, kind, amountMinor, businessDate, reversedOn }: IssuerBooking): Movement[] {
  const one: TotalClass = mti.startsWith('11') ? 'authorization' : kind === 'refund' ? 'credit' : 'debit';
  const dateOf = (digits: string) => `20${digits.slice(0, 2)}-${digits.slice(2, 4)}-${digits.slice(4, 6)}`;
  return [
    { date: dateOf(businessDate), counter: `${one}.original`, amountMinor },
    ...(reversedOn === null ? [] : [{ date: dateOf(reversedOn), counter: `${one}.reversal` as const, amountMinor }]),
  ];
}

function totalsOf(movements: readonly Movement[], isByDate: boolean): Map<string, string> {
  const sums = new Map<string, { number: number; amountMinor: number }>();
  for (const { date, counter, amountMinor } of movements) {
    const name = isByDate ? `${date} ${counter}` : counter;
    const sum = sums.get(name) ?? { number: 0, amountMinor: 0 };
    sums.set(name, { number: sum.number + 1, amountMinor: sum.amountMinor + amountMinor });
  }
  return new Map([...sums].map(([name, { number, amountMinor }]) => [name, `${number} for ¥${amountMinor}`]));
}
