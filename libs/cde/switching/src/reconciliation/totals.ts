import { TOTAL_CLASSES, type Tally, type TotalClass, type Totals } from '@tsunagu/links';

/** One counter of one class, as the database keeps it. */
export interface TotalRow {
  readonly class: TotalClass;
  readonly sign: 'original' | 'reversal';
  readonly number: number;
  readonly amountMinor: bigint;
}

const NOTHING: Tally = { number: 0, amountMinor: 0n };
/** Only these have amounts on the wire. @source reference/iso8583-1993.md §14.2 */
const WITH_AMOUNTS: readonly TotalClass[] = ['credit', 'debit'];

export function totalsOf(rows: readonly TotalRow[]): Totals {
  const tally = (one: TotalClass, sign: TotalRow['sign']) =>
    rows
      .filter((row) => row.class === one && row.sign === sign)
      .reduce(
        (sum, row) => ({ number: sum.number + row.number, amountMinor: sum.amountMinor + row.amountMinor }),
        NOTHING,
      );
  const entries = TOTAL_CLASSES.map((one) => [
    one,
    { original: tally(one, 'original'), reversal: tally(one, 'reversal') },
  ]);
  return Object.fromEntries(entries) as Totals;
}

/** One counter that the two sides hold differently. */
export interface TotalDifference {
  readonly counter: `${TotalClass}.${TotalRow['sign']}`;
  readonly ours: Tally;
  readonly theirs: Tally;
}

/** What differs between two sides, as far as the wire carries it. */
export function differencesOf(ours: Totals, theirs: Totals): TotalDifference[] {
  return TOTAL_CLASSES.flatMap((one) =>
    (['original', 'reversal'] as const).flatMap((sign): TotalDifference[] => {
      const [here, there] = [ours[one][sign], theirs[one][sign]];
      const isSameAmount = !WITH_AMOUNTS.includes(one) || here.amountMinor === there.amountMinor;
      if (here.number === there.number && isSameAmount) return [];
      return [{ counter: `${one}.${sign}`, ours: here, theirs: there }];
    }),
  );
}

/** JSON of totals: amounts as text, counters of zero left out. */
export type TotalsJson = Partial<Record<string, { readonly number: number; readonly amount_minor: string }>>;

export function totalsToJson(totals: Totals): TotalsJson {
  const entries = rowsOf(totals)
    .filter(({ number, amountMinor }) => number !== 0 || amountMinor !== 0n)
    .map((row) => [`${row.class}.${row.sign}`, { number: row.number, amount_minor: String(row.amountMinor) }]);
  return Object.fromEntries(entries) as TotalsJson;
}

export function totalsFromJson(json: TotalsJson): Totals {
  return totalsOf(
    Object.entries(json).flatMap(([name, tally]): TotalRow[] => {
      const [one, sign] = name.split('.') as [TotalClass, TotalRow['sign']];
      return tally === undefined
        ? []
        : [{ class: one, sign, number: tally.number, amountMinor: BigInt(tally.amount_minor) }];
    }),
  );
}

function rowsOf(totals: Totals): TotalRow[] {
  return TOTAL_CLASSES.flatMap((one) =>
    (['original', 'reversal'] as const).map((sign) => ({ class: one, sign, ...totals[one][sign] })),
  );
}
