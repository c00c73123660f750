import type { LedgerEntry } from './ledger-record.js';

/** Filters of `GET /ledger`; all may be left out. */
export interface LedgerQuery {
  readonly link?: string;
  /** Only entries changed at or after this instant, in milliseconds. */
  readonly sinceMs?: number;
  readonly limit?: number;
  /** Entries to skip: the `next_cursor` of the page before. */
  readonly cursor?: number;
}

export interface LedgerTotal {
  readonly link: string;
  readonly currency: string;
  readonly kind: string;
  readonly state: string;
  readonly count: number;
  readonly sumMinor: number;
}

export interface LedgerPage {
  readonly authorizations: readonly LedgerEntry[];
  /** Over everything that the filters let through, not only over this page. */
  readonly totals: readonly LedgerTotal[];
  readonly next_cursor: number | null;
}

/** The books of all hosts as an outside program sees them. */
export function ledgerPage(books: readonly (readonly LedgerEntry[])[], query: LedgerQuery): LedgerPage {
  const all = books.flat().filter((entry) => isWanted(entry, query));
  const from = query.cursor ?? 0;
  const to = query.limit === undefined ? all.length : Math.min(all.length, from + query.limit);
  return { authorizations: all.slice(from, to), totals: totalsOf(all), next_cursor: to < all.length ? to : null };
}

/** Read the filters from a query string. @returns a sentence when one of them is wrong */
export function parseLedgerQuery(search: URLSearchParams): LedgerQuery | string {
  for (const name of search.keys()) {
    if (!['link', 'since', 'limit', 'cursor'].includes(name))
      return `unknown filter; known are link, since, limit, cursor`;
  }
  const since = search.get('since');
  const sinceMs = since === null ? undefined : Date.parse(since);
  if (Number.isNaN(sinceMs)) return 'since is an ISO 8601 instant';
  const [limit, cursor] = ['limit', 'cursor'].map((name) => count(search.get(name)));
  if (Number.isNaN(limit) || Number.isNaN(cursor)) return 'limit and cursor are whole numbers';
  return { link: search.get('link') ?? undefined, sinceMs, limit, cursor };
}

function count(text: string | null): number | undefined {
  if (text === null) return undefined;
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
}

function isWanted(entry: LedgerEntry, { link, sinceMs }: LedgerQuery): boolean {
  if (link !== undefined && entry.link !== link) return false;
  return sinceMs === undefined || Date.parse(entry.updatedAt) >= sinceMs;
}

function totalsOf(entries: readonly LedgerEntry[]): LedgerTotal[] {
  const totals = new Map<string, LedgerTotal>();
  for (const { link, currency, kind, state, amountMinor } of entries) {
    const key = [link, currency, kind, state].join('|');
    const { count: before, sumMinor } = totals.get(key) ?? { count: 0, sumMinor: 0 };
    totals.set(key, { link, currency, kind, state, count: before + 1, sumMinor: sumMinor + amountMinor });
  }
  return [...totals.values()];
}
