import type { IsoMessage } from '@tsunagu/iso8583';
import type { HqTotal, TotalKind } from './hq-register.js';

/** Fields of a kind: number and amount, and those of its reversals. Authorizations have no amount. @source iso8583-1993.md §14.2 */
const FIELDS: Readonly<Record<TotalKind, { plain: readonly number[]; reversed: readonly number[] }>> = {
  credit: { plain: [74, 86], reversed: [75, 87] },
  debit: { plain: [76, 88], reversed: [77, 89] },
  authorization: { plain: [81], reversed: [90] },
};
const NUMBERS = [74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 90];
const AMOUNTS = [86, 87, 88, 89];
const NET = 97;
const ALL = [...NUMBERS, ...AMOUNTS, NET].sort((left, right) => left - right);

/** Totals of a line as fields 74 to 97, in the width of the wire. */
export function totalFields(totals: readonly HqTotal[]): Record<string, string> {
  const values = new Map<number, bigint>([...NUMBERS, ...AMOUNTS].map((field) => [field, 0n]));
  for (const { kind, isReversed, count, amountMinor } of totals) {
    const [number, amount] = isReversed ? FIELDS[kind].reversed : FIELDS[kind].plain;
    values.set(number!, count);
    if (amount !== undefined) values.set(amount, amountMinor);
  }
  const of = (field: number): bigint => values.get(field) ?? 0n;
  const net = of(88) - of(89) - (of(86) - of(87));
  const fields = [...values].map(([field, value]): [string, string] => [String(field), digits(field, value)]);
  const sign = net > 0n ? 'D' : 'C';
  return { ...Object.fromEntries(fields), [NET]: `${sign}${digits(NET, net < 0n ? -net : net)}` };
}

/** What the other side says in the same fields. */
export function saidTotals(message: IsoMessage): Record<string, string> {
  return Object.fromEntries(ALL.map((field) => [String(field), message.text(field) ?? '']));
}

/** Fields in which both sides differ, ascending. A field that was not sent says nothing. */
export function differences(
  theirs: Readonly<Record<string, string>>,
  ours: Readonly<Record<string, string>>,
): readonly string[] {
  return ALL.map(String).filter((field) => theirs[field] !== '' && !isSame(theirs[field] ?? '', ours[field] ?? ''));
}

/** A net of nothing has no sign. */
function isSame(theirs: string, ours: string): boolean {
  return theirs === ours || (/^[CD]0*$/.test(theirs) && /^[CD]0*$/.test(ours));
}

function digits(field: number, value: bigint): string {
  return String(value).padStart(AMOUNTS.includes(field) || field === NET ? 16 : 10, '0');
}
