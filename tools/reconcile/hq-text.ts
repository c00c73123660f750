/** One comparison of a merchant's payment server with us, as the switch shows it. */
export interface HqLineText {
  readonly link: string;
  readonly tenantId: string;
  /** YYMMDD. */
  readonly businessDate: string;
  readonly currency: string;
  readonly functionCode: string;
  readonly checkpoint: string | null;
  readonly actionCode: string;
  readonly theirs: Readonly<Record<string, string>>;
  readonly ours: Readonly<Record<string, string>>;
  readonly different: readonly string[];
  readonly at: string;
}

/** @source iso8583-1993.md §14.2 */
const FIELDS: Readonly<Record<string, string>> = {
  74: 'number of credits',
  75: 'number of credits reversed',
  76: 'number of debits',
  77: 'number of debits reversed',
  81: 'number of authorizations',
  86: 'amount of credits',
  87: 'amount of credits reversed',
  88: 'amount of debits',
  89: 'amount of debits reversed',
  90: 'number of authorizations reversed',
  97: 'net',
};
const CHECKPOINTS = ['501', '503'];

/** The last comparison of each line, date and currency: earlier ones are superseded. @param exchanges newest first */
export function latestOfHq(exchanges: readonly HqLineText[]): HqLineText[] {
  const latest = new Map<string, HqLineText>();
  for (const one of exchanges) {
    const key = [one.tenantId, one.link, one.businessDate, one.currency].join(' ');
    if (!latest.has(key)) latest.set(key, one);
  }
  return [...latest.values()];
}

/** Comparisons in words, and the fields in which a date differs. */
export function hqText(exchanges: readonly HqLineText[]): string {
  if (exchanges.length === 0) return 'no payment server has compared its totals with ours yet';
  return exchanges.flatMap((one) => [headOf(one), ...one.different.map((field) => fieldOf(one, field))]).join('\n');
}

function headOf(one: HqLineText): string {
  const kind = CHECKPOINTS.includes(one.functionCode) ? 'checkpoint' : 'final';
  const result = one.different.length === 0 ? 'in balance' : 'OUT OF BALANCE';
  return `${one.link} 20${one.businessDate.replace(/(..)(..)(..)/, '$1-$2-$3')} ${one.currency} ${kind}: ${result}, answered ${one.actionCode} at ${one.at} (merchant ${one.tenantId})`;
}

function fieldOf({ theirs, ours }: HqLineText, field: string): string {
  return `  ${(FIELDS[field] ?? `field ${field}`).padEnd(34)} theirs ${plain(theirs[field])} ours ${plain(ours[field])}`;
}

/** Without the zeros in front; a net keeps its C or D. */
function plain(value = '-'): string {
  return value.replace(/^([CD]?)0+(?=\d)/, '$1');
}
