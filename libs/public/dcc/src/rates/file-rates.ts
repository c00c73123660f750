import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ConversionAsk } from '@tsunagu/contracts';
import { isCurrency, type Clock } from '@tsunagu/kernel';
import { convertMinor, readRate } from './convert.js';
import { RateProvider, type ProviderAnswer } from './rate-provider.js';

/** Rates of one table, as the file writes them. */
interface RateTable {
  /** Names this version of the table: part of every reference. */
  readonly version: string;
  readonly source: string;
  /** RFC 3339. */
  readonly rate_time: string;
  /** The rates hold until then; after it there are none. */
  readonly valid_until: string;
  /** A quote lives so long at most. */
  readonly offer_seconds: number;
  readonly markup_bps: number;
  readonly disclaimer: string;
  /** Local currency. */
  readonly base: string;
  /** One unit of the base in units of each currency, mark-up included; decimal text. */
  readonly rates: Readonly<Record<string, string>>;
}

/**
 * Rates from a JSON file that somebody else puts there whole (write, then rename). Read again as soon as it changes; a file that
 * cannot be read, or whose time is over, gives no rates.
 */
export class FileRates extends RateProvider {
  #known: { readonly at: string; readonly table: RateTable } | undefined;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
  ) {
    super();
  }

  /** @throws Error the file is absent or no table; the caller counts it as ERROR */
  override async quote(ask: ConversionAsk): Promise<ProviderAnswer> {
    const table = await this.#table();
    const now = this.clock.now();
    const rate = table.rates[ask.cardCurrency];
    if (rate === undefined || table.base !== ask.currency) return { status: 'NOT_ELIGIBLE' };
    const validUntil = Date.parse(table.valid_until);
    if (!(validUntil > now.getTime()) || readRate(rate) === undefined) return { status: 'ERROR' };
    const { source, disclaimer, markup_bps: markupBps } = table;
    const foreignMinor = Number(convertMinor(ask, rate, ask.cardCurrency));
    const expiresAt = new Date(Math.min(validUntil, now.getTime() + table.offer_seconds * 1_000));
    const quotedAt = new Date(table.rate_time);
    const reference = `${table.version}-${ask.reference}`.slice(0, 64);
    const quote = { reference, source, disclaimer, markupBps, rate, foreignMinor, quotedAt, expiresAt };
    return { status: 'QUOTE_PROVIDED', quote: { ...quote, currency: ask.cardCurrency } };
  }

  async #table(): Promise<RateTable> {
    const { mtimeMs, size, ino } = await stat(this.path);
    const at = `${mtimeMs}/${size}/${ino}`;
    if (this.#known?.at === at) return this.#known.table;
    const table = tableOf(await readFile(this.path, 'utf8'));
    this.#known = { at, table };
    return table;
  }
}

function tableOf(text: string): RateTable {
  const table = JSON.parse(text) as Partial<RateTable>;
  const texts = [table.source, table.disclaimer, table.base, table.rate_time, table.valid_until];
  const isTable =
    texts.every((one) => typeof one === 'string' && one !== '') &&
    isCurrency(table.base ?? '') &&
    [table.rate_time, table.valid_until].every((one) => !Number.isNaN(Date.parse(one ?? ''))) &&
    isWhole(table.offer_seconds, 86_400) &&
    isWhole(table.markup_bps, 10_000) &&
    typeof table.rates === 'object' &&
    table.rates !== null;
  if (!isTable) throw new Error('the file of rates is no table of rates');
  const version = table.version ?? createHash('sha256').update(text).digest('hex').slice(0, 12);
  return { ...(table as RateTable), version };
}

function isWhole(value: unknown, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
