import type { CardBrand } from '@tsunagu/contracts';
import type { LinkConfig } from '@tsunagu/links';
import { AppError } from '@tsunagu/kernel';
import type { RetryRule, RouteRule, RoutingTable } from './routing.js';

/** The routing file is wrong. Names the row and the entry, never a value. */
export class RoutingTableError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(row: string, entry: string, rule: string) {
    super(`routing file: ${entry} of ${row} ${rule}`, { row, entry });
  }
}

const HOUR_DAY = 24;
const HOUR_MONTH = 30 * HOUR_DAY;

/** Codes of an issuer that will never say yes to this card. */
const FOR_GOOD = ['2', '111', '118'];
const DENIED = ['1'];

/**
 * Limits of the networks on sending a declined card again, as they publish them in their fee programmes, in our action codes. A
 * contract with other figures says so in the routing file, whose rows then replace these.
 */
export const NETWORK_RETRIES: readonly RetryRule[] = [
  retry(
    'never_again',
    ['visa', 'mastercard', 'jcb', 'amex', 'diners', 'discover', 'unionpay'],
    FOR_GOOD,
    1,
    HOUR_MONTH,
  ),
  retry('visa_month', ['visa'], DENIED, 15, HOUR_MONTH),
  retry('mastercard_day', ['mastercard'], DENIED, 10, HOUR_DAY),
  retry('mastercard_month', ['mastercard'], DENIED, 35, HOUR_MONTH),
  retry('house_day', ['jcb', 'amex', 'diners', 'discover', 'unionpay'], DENIED, 10, HOUR_DAY),
];

function retry(
  id: string,
  brands: readonly CardBrand[],
  actionCodes: readonly string[],
  ...[declinesMax, withinHours]: [number, number]
): RetryRule {
  const source = 'fee programmes of the networks, from memory [U]: check against the contract of the acquirer';
  return { id, brands, actionCodes, declinesMax, withinHours, source };
}

/** The table of a house without a routing file: the links that name a brand take it, in the order of the links file. */
export function tableOfLinks(links: readonly LinkConfig[], retries: readonly RetryRule[]): RoutingTable {
  const brands = [...new Set(links.flatMap((link) => link.brands))];
  const rules = brands.map((brand): RouteRule => {
    const named = links.filter((link) => link.brands.includes(brand)).map(({ name }) => name);
    return { id: `brand:${brand}`, brands: [brand], links: named };
  });
  return { version: 'links-file', validFrom: new Date(0), source: 'links file', rules, retries };
}

/**
 * Read the routing file: several tables, of which the newest that is valid holds.
 * @param links names that a row may use
 * @throws RoutingTableError naming the first entry that is wrong, or a stand-in that is switched on: this house has none
 */
export function parseRoutingFile(content: unknown, links: readonly LinkConfig[]): readonly RoutingTable[] {
  const tables = listOf(fieldsOf(content, '*')['tables'], '*', 'tables');
  const parsed = tables.map((table) => parseTable(table, new Set(links.map(({ name }) => name))));
  if (parsed.length === 0) throw new RoutingTableError('*', 'tables', 'must not be empty');
  return parsed;
}

/** The table that holds at an instant. @throws RoutingTableError none is valid yet */
export function tableAt(tables: readonly RoutingTable[], at: Date): RoutingTable {
  const valid = tables.filter(({ validFrom }) => validFrom <= at);
  const newest = valid.sort((left, right) => right.validFrom.getTime() - left.validFrom.getTime())[0];
  if (newest === undefined) throw new RoutingTableError('*', 'valid_from', 'lies ahead in every table');
  return newest;
}

type Fields = Readonly<Record<string, unknown>>;

function parseTable(content: unknown, links: ReadonlySet<string>): RoutingTable {
  const fields = fieldsOf(content, 'table');
  const version = textOf(fields, 'version', 'table');
  if (fields['stand_in'] !== undefined && fields['stand_in'] !== 'off')
    throw new RoutingTableError(version, 'stand_in', 'must be off: nobody but an issuer approves here');
  const validFrom = new Date(textOf(fields, 'valid_from', version));
  if (Number.isNaN(validFrom.getTime())) throw new RoutingTableError(version, 'valid_from', 'must be an instant');
  const rules = listOf(fields['rules'], version, 'rules').map((rule) => parseRule(rule, links));
  if (new Set(rules.map(({ id }) => id)).size !== rules.length)
    throw new RoutingTableError(version, 'id', 'must be unique');
  const retries =
    fields['retries'] === undefined ? NETWORK_RETRIES : listOf(fields['retries'], version, 'retries').map(parseRetry);
  return { version, validFrom, source: textOf(fields, 'source', version), rules, retries };
}

const LISTS = ['brands', 'methods', 'operations', 'currencies', 'tenants'] as const;
const KNOWN = new Set<string>([...LISTS, 'id', 'bins', 'links', 'amount_min_minor', 'amount_max_minor']);

function parseRule(content: unknown, links: ReadonlySet<string>): RouteRule {
  const fields = fieldsOf(content, 'rule');
  const id = textOf(fields, 'id', 'rule');
  const unknown = Object.keys(fields).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw new RoutingTableError(id, unknown, 'is not known');
  const named = textsOf(fields['links'], id, 'links');
  if (named.length === 0 || named.some((link) => !links.has(link)))
    throw new RoutingTableError(id, 'links', 'must name links of the links file');
  const lists = LISTS.filter((name) => fields[name] !== undefined).map((name) => [
    name,
    textsOf(fields[name], id, name),
  ]);
  return {
    ...(Object.fromEntries(lists) as Partial<RouteRule>),
    id,
    bins:
      fields['bins'] === undefined ? undefined : listOf(fields['bins'], id, 'bins').map((range) => binRange(range, id)),
    amountMinMinor: amountOf(fields['amount_min_minor'], id, 'amount_min_minor'),
    amountMaxMinor: amountOf(fields['amount_max_minor'], id, 'amount_max_minor'),
    links: named,
  };
}

function binRange(content: unknown, row: string): readonly [string, string] {
  const [from = '', to = ''] = textsOf(content, row, 'bins');
  const isRange = /^[0-9]{1,8}$/.test(from) && /^[0-9]{1,8}$/.test(to) && from.length === to.length && from <= to;
  if (!isRange) throw new RoutingTableError(row, 'bins', 'must hold ranges of first digits, of one length each');
  return [from, to];
}

function parseRetry(content: unknown): RetryRule {
  const fields = fieldsOf(content, 'retry');
  const id = textOf(fields, 'id', 'retry');
  const [declinesMax, withinHours] = [
    amountOf(fields['declines_max'], id, 'declines_max'),
    amountOf(fields['within_hours'], id, 'within_hours'),
  ];
  if (declinesMax === undefined || withinHours === undefined)
    throw new RoutingTableError(id, 'declines_max', 'must be given, and within_hours too');
  const actionCodes = textsOf(fields['action_codes'], id, 'action_codes');
  const brands = textsOf(fields['brands'], id, 'brands') as CardBrand[];
  return { id, brands, actionCodes, declinesMax, withinHours, source: textOf(fields, 'source', id) };
}

function fieldsOf(value: unknown, row: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new RoutingTableError(row, 'entry', 'must be an object');
}

function listOf(value: unknown, row: string, entry: string): readonly unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  throw new RoutingTableError(row, entry, 'must be a list');
}

function textsOf(value: unknown, row: string, entry: string): readonly string[] {
  const list = listOf(value, row, entry);
  if (list.every((one): one is string => typeof one === 'string')) return list;
  throw new RoutingTableError(row, entry, 'must hold text');
}

function textOf(fields: Fields, entry: string, row: string): string {
  const value = fields[entry];
  if (typeof value === 'string' && /^[\x20-\x7e]{1,120}$/.test(value)) return value;
  throw new RoutingTableError(row, entry, 'is missing or malformed');
}

function amountOf(value: unknown, row: string, entry: string): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new RoutingTableError(row, entry, 'must be a whole number');
}
