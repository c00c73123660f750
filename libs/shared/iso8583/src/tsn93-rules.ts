import type { IsoMessage } from './iso-message.js';
import { readPrivateTlv } from './private-tlv.js';
import type { MessageRule } from './validator.js';

/** Field 54: up to six sets of account type n2, amount type n2, currency n3, sign, amount n12. @source iso8583-1993.md §10.4 */
const amountSets: MessageRule = (message) => keeps(message, 54, /^(?:\d{7}[CD]\d{12}){1,6}$/, 'amount_sets');
/** Field 46: up to six sets of type n2, currency n3, sign + n8, rate n8, sign + n8, currency n3. @source iso8583-1993.md §10.5 */
const feeSets: MessageRule = (message) => keeps(message, 46, /^(?:\d{5}[CD]\d{16}[CD]\d{11}){1,6}$/, 'fee_sets');
/** Field 22: positions 1 to 12 as of the table; letters are private. @source iso8583-1993.md §7 */
const posData: MessageRule = (message) =>
  keeps(message, 22, /^[0-9A-Z]{2}[01][0-9A-Z]{2}[01][0-9A-Z]{5}[01456789ABC]$/, 'pos_data_code');
/** Fields 9 and 10: number of decimals, then seven digits. @source iso8583-1993.md §10.7 */
const rate: MessageRule = (message) => keeps(message, 10, /^[0-7]\d{7}$/, 'conversion_rate');

/** Field 53: scheme, PIN block format, then the KSN or key id; with scheme 04 the PIN block is here and 52 is absent. @source iso8583-1993.md §10.8 */
const securityData: MessageRule = (message) => {
  const bytes = message.bytes(53);
  if (bytes === undefined || message.mti.startsWith('18')) return undefined;
  const widths: Readonly<Record<number, number>> = { 1: 12, 2: 14, 3: 10, 4: 26 };
  const isSound = [0, 3, 4].includes(bytes[1] ?? -1) && bytes.length === widths[bytes[0] ?? -1];
  if (!isSound) return { field: 53, rule: 'security_data' };
  return bytes[0] === 4 && message.has(52) ? { field: 52, rule: 'pin_twice' } : undefined;
};

interface PlanRule {
  readonly counts: readonly [number, number];
  readonly bonuses: readonly [number, number];
}
const LUMP: PlanRule = { counts: [0, 0], bonuses: [0, 0] };
const ONE_BONUS: PlanRule = { counts: [0, 0], bonuses: [0, 1] };
const TWO_BONUSES: PlanRule = { counts: [0, 0], bonuses: [0, 2] };
const COMBINED: PlanRule = { counts: [2, 99], bonuses: [1, 6] };
const INSTALMENTS: PlanRule = { counts: [2, 99], bonuses: [0, 0] };

/** By plan: how many payments and how many bonus months it may name. @source iso8583-1993.md §12 */
const PLANS: Readonly<Record<string, PlanRule>> = {
  '10': LUMP,
  '80': LUMP,
  '61': INSTALMENTS,
  '21': ONE_BONUS,
  '22': ONE_BONUS,
  '23': TWO_BONUSES,
  '24': TWO_BONUSES,
  '31': COMBINED,
  '32': COMBINED,
  '33': COMBINED,
  '34': COMBINED,
};

/** Tag JP01 of field 48: a plan that the table allows, whose bonus amounts stay below field 4. */
const paymentPlan: MessageRule = (message) => {
  const plan = privateTag(message, 'JP01');
  return plan === undefined || isPlan(plan, message.text(4)) ? undefined : { field: 48, rule: 'payment_plan' };
};

function isPlan(plan: string, amount: string | undefined): boolean {
  const parts = /^(?<kind>\d\d)(?<count>\d\d)(?<month>\d\d)(?<times>\d)(?<bonuses>(?:\d{14})*)$/.exec(plan)?.groups;
  if (parts === undefined) return false;
  const { kind, count, month, times, bonuses } = parts as Record<
    'kind' | 'count' | 'month' | 'times' | 'bonuses',
    string
  >;
  const rule = PLANS[kind];
  if (rule === undefined || Number(month) > 12 || bonuses.length !== Number(times) * 14) return false;
  return (
    within(Number(count), rule.counts) && within(Number(times), rule.bonuses) && areBonuses(bonuses, Number(amount))
  );
}

/** Each month and amount; the amounts together stay below the whole. @param amount NaN when the message has none */
function areBonuses(bonuses: string, amount: number): boolean {
  const each = bonuses.match(/\d{14}/g) ?? [];
  const sum = each.reduce((total, one) => total + Number(one.slice(2)), 0);
  const areMonths = each.every((one) => within(Number(one.slice(0, 2)), [1, 12]));
  return areMonths && (each.length === 0 || !(sum >= amount));
}

function within(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= from && value <= to;
}

/** Tag DC01 of field 48 repeats 51, 6 and 10; a quote that was taken and disagrees with them, or stands without them, is no quote. @source iso8583-1993.md §12 */
const dccQuote: MessageRule = (message) => {
  const quote = privateTag(message, 'DC01');
  if (quote === undefined) return undefined;
  const parts = /^(\d{3})(\d{12})(\d{8})\d{4}\d{10}([YN])$/.exec(quote);
  const [, currency, amount, conversion, choice] = parts ?? [];
  if (parts === null) return { field: 48, rule: 'dcc_quote' };
  if (choice === 'N') return undefined;
  const agrees = [currency, amount, conversion].every(
    (part, index) => message.text([51, 6, 10][index] as number) === part,
  );
  return agrees ? undefined : { field: 48, rule: 'dcc_quote' };
};

/** What TSN-93 asks beyond presence and well-formed content. */
export const TSN93_RULES: readonly MessageRule[] = [
  amountSets,
  feeSets,
  posData,
  rate,
  securityData,
  paymentPlan,
  dccQuote,
];

function keeps(message: IsoMessage, field: number, pattern: RegExp, rule: string): ReturnType<MessageRule> {
  const value = message.text(field);
  return value === undefined || pattern.test(value) ? undefined : { field, rule };
}

function privateTag(message: IsoMessage, tag: string): string | undefined {
  const text = message.text(48);
  if (text === undefined) return undefined;
  try {
    return readPrivateTlv(text).get(tag);
  } catch {
    return undefined; // the content rule of field 48 says so
  }
}
