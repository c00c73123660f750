import type { IsoMessage } from '@tsunagu/iso8583';
import { TOTAL_CLASSES, type Tally, type TotalClass, type Totals } from '@tsunagu/links';

interface Place {
  readonly number: number;
  /** Only credits and debits have amounts on the wire. */
  readonly amount?: number;
}

/** Fields 74 to 90. @source reference/iso8583-1993.md §14.2 */
const PLACES: Readonly<Record<TotalClass, { readonly original: Place; readonly reversal: Place }>> = {
  credit: { original: { number: 74, amount: 86 }, reversal: { number: 75, amount: 87 } },
  debit: { original: { number: 76, amount: 88 }, reversal: { number: 77, amount: 89 } },
  transfer: { original: { number: 78 }, reversal: { number: 79 } },
  inquiry: { original: { number: 80 }, reversal: { number: 82 } },
  authorization: { original: { number: 81 }, reversal: { number: 90 } },
  payment: { original: { number: 83 }, reversal: { number: 84 } },
};
/** Fee collections: none between the two sides, and mandatory all the same. */
const FEE_COLLECTIONS = 85;
const NET = 97;
const NEEDED = [74, 75, 76, 77, 86, 87, 88, 89];
const NUMBER_DIGITS = 10;
const AMOUNT_DIGITS = 16;

/** Write the counters of one side: numbers n10, amounts n16, net x+n16 with D when debits are larger, else C. */
export function writeTotals(message: IsoMessage, totals: Totals): IsoMessage {
  for (const [place, tally] of placesOf(totals)) {
    message.set(place.number, String(tally.number).padStart(NUMBER_DIGITS, '0'));
    if (place.amount !== undefined) message.set(place.amount, String(tally.amountMinor).padStart(AMOUNT_DIGITS, '0'));
  }
  return message.set(FEE_COLLECTIONS, ''.padStart(NUMBER_DIGITS, '0')).set(NET, netOf(totals));
}

/**
 * Counters that a link does not keep may be left out: they are zero.
 * @returns undefined when credits or debits are missing, or the net does not follow from them
 */
export function readTotals(message: IsoMessage): Totals | undefined {
  if (NEEDED.some((field) => !message.has(field))) return undefined;
  const tally = ({ number, amount }: Place): Tally => ({
    number: Number(message.text(number) ?? 0),
    amountMinor: amount === undefined ? 0n : BigInt(message.text(amount) ?? 0),
  });
  const entries = TOTAL_CLASSES.map((one) => [
    one,
    { original: tally(PLACES[one].original), reversal: tally(PLACES[one].reversal) },
  ]);
  const totals = Object.fromEntries(entries) as Totals;
  const [net, expected] = [message.text(NET), netOf(totals)];
  return net === undefined || net === expected || isZero(net, expected) ? totals : undefined;
}

function placesOf(totals: Totals): [Place, Tally][] {
  return TOTAL_CLASSES.flatMap((one): [Place, Tally][] => [
    [PLACES[one].original, totals[one].original],
    [PLACES[one].reversal, totals[one].reversal],
  ]);
}

function netOf({ credit, debit }: Totals): string {
  const net =
    debit.original.amountMinor -
    debit.reversal.amountMinor -
    (credit.original.amountMinor - credit.reversal.amountMinor);
  return `${net > 0n ? 'D' : 'C'}${String(net < 0n ? -net : net).padStart(AMOUNT_DIGITS, '0')}`;
}

/** Nothing has no sign: a peer may write D or C. */
function isZero(...nets: string[]): boolean {
  return nets.every((net) => /^[CD]0+$/.test(net));
}
