import type { CardBrand, Lane, RouteWhy, WireOperation } from '@tsunagu/contracts';

/** What a routing decision is made from. */
export interface RouteQuestion {
  readonly tenantId: string;
  readonly operation: WireOperation;
  readonly brand: CardBrand;
  /** First digits of the card, 6 or 8. */
  readonly bin: string;
  readonly method: Lane;
  readonly amountMinor: number;
  readonly currency: string;
  /** Of a refund or a capture: the link of the original, which must be the link of everything that follows it. */
  readonly originalLink?: string;
}

/** One row of the table. What it leaves out it does not ask about; the first row that fits decides. */
export interface RouteRule {
  /** Name in decisions, unique in the table. */
  readonly id: string;
  readonly brands?: readonly CardBrand[];
  /** Ranges of first digits, both ends included; digits of one length. */
  readonly bins?: readonly (readonly [string, string])[];
  readonly methods?: readonly Lane[];
  readonly operations?: readonly WireOperation[];
  readonly currencies?: readonly string[];
  readonly amountMinMinor?: number;
  readonly amountMaxMinor?: number;
  /** Tenants whose contract says so. */
  readonly tenants?: readonly string[];
  /** Links in the order of preference: the first one that is up takes it. The second one is another acquirer's. */
  readonly links: readonly string[];
}

/** How often a declined card may be sent again, by what the issuer said. */
export interface RetryRule {
  readonly id: string;
  readonly brands: readonly CardBrand[];
  /** Action codes that count, or first digits of them. */
  readonly actionCodes: readonly string[];
  readonly declinesMax: number;
  readonly withinHours: number;
  readonly source: string;
}

/** Which link takes what. Data with a version, so that an attempt can say by which table it was routed. */
export interface RoutingTable {
  readonly version: string;
  readonly validFrom: Date;
  readonly source: string;
  readonly rules: readonly RouteRule[];
  readonly retries: readonly RetryRule[];
}

/** @param isUp whether a link takes new work at this moment */
export type LinkHealth = (link: string) => boolean;

/**
 * Decide the link of an attempt. Pure: the same table, question and health give the same answer.
 *
 * A later link of a row is taken only for a first message of its own (1100, 1200 of a sale) and only because the links in front of it are
 * down before anything was written: fall-over never follows a message that may have left.
 * @returns the link, which may be down when every link of the row is: then nothing is sent, and that is proved
 */
export function decideRoute(table: RoutingTable, question: RouteQuestion, isUp: LinkHealth): RouteWhy {
  const { originalLink, operation } = question;
  if (originalLink !== undefined) return { table: table.version, rule: 'original', link: originalLink, down: [] };
  const rule = table.rules.find((one) => fits(one, question));
  if (rule === undefined) return { table: table.version, rule: null, link: null, down: [] };
  const first = rule.links[0] ?? null;
  const mayFallOver = operation === 'sale' || operation === 'authorize';
  const taken = mayFallOver ? rule.links.find(isUp) : undefined;
  const down = taken === undefined ? [] : rule.links.slice(0, rule.links.indexOf(taken));
  return { table: table.version, rule: rule.id, link: taken ?? first, down };
}

function fits(rule: RouteRule, question: RouteQuestion): boolean {
  const { brand, bin, method, operation, currency, tenantId, amountMinor } = question;
  const isNamed =
    has(rule.brands, brand) &&
    has(rule.methods, method) &&
    has(rule.operations, operation) &&
    has(rule.currencies, currency) &&
    has(rule.tenants, tenantId);
  return isNamed && isWithin(rule, amountMinor) && (rule.bins ?? [['', '']]).some((range) => isInRange(bin, range));
}

function has<T>(allowed: readonly T[] | undefined, value: T): boolean {
  return allowed === undefined || allowed.includes(value);
}

function isWithin({ amountMinMinor = 0, amountMaxMinor = Infinity }: RouteRule, amountMinor: number): boolean {
  return amountMinor >= amountMinMinor && amountMinor <= amountMaxMinor;
}

/** A card of which fewer digits are known than the range has is in none. */
function isInRange(bin: string, [from, to]: readonly [string, string]): boolean {
  if (bin.length < from.length) return false;
  const head = bin.slice(0, from.length);
  return head >= from && head <= to;
}

/** An earlier decline of the same card. */
export interface EarlierDecline {
  readonly actionCode: string;
  readonly at: Date;
}

/**
 * Whether a card may be sent to its network once more.
 * @returns the rule that forbids it, or undefined
 */
export function forbiddingRetry(
  table: RoutingTable,
  brand: CardBrand,
  declines: readonly EarlierDecline[],
  at: Date,
): RetryRule | undefined {
  return table.retries.find((rule) => {
    if (!rule.brands.includes(brand)) return false;
    const since = at.getTime() - rule.withinHours * 3_600_000;
    const counted = declines.filter(
      (decline) => decline.at.getTime() > since && rule.actionCodes.some((code) => decline.actionCode.startsWith(code)),
    );
    return counted.length >= rule.declinesMax;
  });
}
