import type { IsoMessage } from '@tsunagu/iso8583';
import type { LedgerEntry } from '../ledger/ledger-record.js';

/** How a transaction is counted. @source iso8583-1993.md §14.2 */
export type CounterClass = 'credit' | 'debit' | 'transfer' | 'inquiry' | 'authorization';

export interface Counter {
  readonly number: number;
  readonly amountMinor: bigint;
}

/** Gross counters of one business date and currency: what was reversed stays in its class and is counted as reversed besides. */
export type HostCounters = Readonly<Record<CounterClass, { readonly gross: Counter; readonly reversed: Counter }>>;

interface Place {
  readonly number: number;
  readonly amount?: number;
}

/** Fields 74 to 90 by class; this host counts payments (type 50) with its debits, as the reference lets it. @source iso8583-1993.md §14.2 */
const PLACES: Readonly<Record<CounterClass, { readonly gross: Place; readonly reversed: Place }>> = {
  credit: { gross: { number: 74, amount: 86 }, reversed: { number: 75, amount: 87 } },
  debit: { gross: { number: 76, amount: 88 }, reversed: { number: 77, amount: 89 } },
  transfer: { gross: { number: 78 }, reversed: { number: 79 } },
  inquiry: { gross: { number: 80 }, reversed: { number: 82 } },
  authorization: { gross: { number: 81 }, reversed: { number: 90 } },
};
const CLASSES = Object.keys(PLACES) as CounterClass[];
const UNUSED_NUMBERS = [83, 84, 85];
const NET = 97;
const NUMBER_DIGITS = 10;
const AMOUNT_DIGITS = 16;
/** Types by the first digit of field 3, in class 2; what is not listed is a debit. @source iso8583-1993.md §6 */
const CLASS_OF_TYPE: Readonly<Record<string, CounterClass>> = { '2': 'credit', '3': 'inquiry', '4': 'transfer' };

/** Which counter an approved entry belongs to. */
export function classOf({ mti, processingCode }: LedgerEntry): CounterClass {
  if (mti[1] === '1') return 'authorization';
  return CLASS_OF_TYPE[processingCode[0] ?? ''] ?? 'debit';
}

/** Count a book. @param businessDate YYMMDD @param currency ISO 4217 letters */
export function countersOf(entries: readonly LedgerEntry[], businessDate: string, currency: string): HostCounters {
  const sums = Object.fromEntries(CLASSES.map((one) => [one, { gross: nothing(), reversed: nothing() }])) as Record<
    CounterClass,
    { gross: Sum; reversed: Sum }
  >;
  for (const entry of entries) {
    if (entry.currency !== currency || entry.state === 'declined') continue;
    const { gross, reversed } = sums[classOf(entry)];
    if (entry.businessDate === businessDate) add(gross, entry.approvedMinor);
    if (entry.reversedDate === businessDate) add(reversed, entry.reversedMinor);
  }
  return sums;
}

/** The counters as a reconciliation message carries them, net included. */
export function writeCounters(message: IsoMessage, counters: HostCounters): IsoMessage {
  for (const [place, counter] of places(counters)) {
    message.set(place.number, String(counter.number).padStart(NUMBER_DIGITS, '0'));
    if (place.amount !== undefined) message.set(place.amount, String(counter.amountMinor).padStart(AMOUNT_DIGITS, '0'));
  }
  for (const field of UNUSED_NUMBERS) message.set(field, ''.padStart(NUMBER_DIGITS, '0'));
  return message.set(NET, netOf(counters));
}

/** Fields in which a peer's message says something else than these counters. A counter that it leaves out is zero. */
export function differingFields(message: IsoMessage, counters: HostCounters): number[] {
  const wrong = (field: number, expected: bigint) => BigInt(message.text(field) ?? 0) !== expected;
  const fields = places(counters).flatMap(([{ number, amount }, counter]) => [
    ...(wrong(number, BigInt(counter.number)) ? [number] : []),
    ...(amount !== undefined && wrong(amount, counter.amountMinor) ? [amount] : []),
  ]);
  const net = message.text(NET);
  const isZero = /^[CD]0+$/;
  const isNetRight = net === undefined || net === netOf(counters) || (isZero.test(net) && isZero.test(netOf(counters)));
  return isNetRight ? fields : [...fields, NET];
}

interface Sum {
  number: number;
  amountMinor: bigint;
}

const nothing = (): Sum => ({ number: 0, amountMinor: 0n });

function add(sum: Sum, amountMinor: number): void {
  sum.number += 1;
  sum.amountMinor += BigInt(amountMinor);
}

function places(counters: HostCounters): [Place, Counter][] {
  return CLASSES.flatMap((one): [Place, Counter][] => [
    [PLACES[one].gross, counters[one].gross],
    [PLACES[one].reversed, counters[one].reversed],
  ]);
}

function netOf({ debit, credit }: HostCounters): string {
  const net =
    debit.gross.amountMinor - debit.reversed.amountMinor - (credit.gross.amountMinor - credit.reversed.amountMinor);
  return `${net > 0n ? 'D' : 'C'}${String(net < 0n ? -net : net).padStart(AMOUNT_DIGITS, '0')}`;
}
