/** Decimals of the currencies that this host sells. @source ISO 4217:2015 */
const EXPONENTS: Readonly<Record<string, number>> = { JPY: 0, KRW: 0, USD: 2, EUR: 2, GBP: 2, KWD: 3 };
const BRANDS: readonly string[] = ['visa', 'mastercard'];

/** How the host behaves: as it should, or as one bad day has it. */
const MODES = ['normal', 'down', 'late', 'off_by_one', 'garbage'] as const;
type Mode = (typeof MODES)[number];

/** What the panel shows and moves. */
interface Settings {
  /** One yen in units of each currency, mark-up included; decimal text. */
  readonly rates: Readonly<Record<string, string>>;
  readonly markup_bps: number;
  readonly offer_seconds: number;
  readonly mode: Mode;
  /** Said to everybody instead of a quote. */
  readonly status: string | null;
}

const START: Settings = {
  rates: { USD: '0.0067123', EUR: '0.0057912', KRW: '9.1234', KWD: '0.0020635' },
  markup_bps: 375,
  offer_seconds: 120,
  mode: 'normal',
  status: null,
};
/** Longer than any till waits for a rate. */
const LATE_MS = 6_000;
/** Sales whose last digits are 915 get a first offer that is over at once. @source api-conventions.md §11 */
const SHORT_LIVED = /915$/;
const REFERENCES_KEPT = 10_000;

export interface RateReply {
  readonly status: number;
  readonly body: unknown;
}

/** A provider of rates with a panel: rates move, and the host can be down, late or wrong. It knows no card number. */
export class RateHost {
  #settings: Settings = START;
  #quotes = 0;
  readonly #seen = new Set<string>();

  constructor(private readonly now: () => number = Date.now) {}

  get state(): Settings & { readonly quotes: number } {
    return { ...this.#settings, quotes: this.#quotes };
  }

  reset(): void {
    this.#settings = START;
  }

  /** Change what is named, leave the rest. @returns why not, or undefined */
  move(change: unknown): string | undefined {
    if (typeof change !== 'object' || change === null || Array.isArray(change)) return 'the body is an object';
    const next = { ...this.#settings, ...(change as Partial<Settings>) };
    const fault = faultOf(next, Object.keys(change));
    if (fault === undefined) this.#settings = { ...next, rates: { ...this.#settings.rates, ...next.rates } };
    return fault;
  }

  /** @returns after its time when the host is late; 503 when it is down */
  async quote(question: unknown): Promise<RateReply> {
    const { mode, status } = this.#settings;
    if (mode === 'down') return { status: 503, body: { message: 'down' } };
    if (mode === 'late') await new Promise((resolve) => setTimeout(resolve, LATE_MS).unref());
    if (mode === 'garbage') return { status: 200, body: 'rates are fine today' };
    if (status !== null) return { status: 200, body: { status } };
    return { status: 200, body: this.#answer(fieldsOf(question)) };
  }

  #answer(asked: Readonly<Record<string, unknown>>): object {
    const card = fieldsOf(asked['card']);
    const { reference, original_amount: amount, original_currency: from } = asked;
    if (typeof reference !== 'string' || typeof amount !== 'string' || !/^[1-9][0-9]{0,11}$/.test(amount))
      return { status: 'INSUFFICIENT_INFORMATION' };
    if (!BRANDS.includes(String(card['brand']))) return { status: 'UNSUPPORTED_CARD_BRAND' };
    const to = String(card['currency']);
    const rate = this.#settings.rates[to];
    if (from !== 'JPY' || rate === undefined || EXPONENTS[to] === undefined) return { status: 'NOT_ELIGIBLE' };
    return { status: 'QUOTE_PROVIDED', quote: this.#quote(reference, { amount, from, to, rate }) };
  }

  #quote(reference: string, sale: { amount: string; from: string; to: string; rate: string }): object {
    this.#quotes += 1;
    const { offer_seconds: seconds, markup_bps: markup, mode } = this.#settings;
    const minor = convert(BigInt(sale.amount), sale.rate, EXPONENTS[sale.to] ?? 0) + (mode === 'off_by_one' ? 1n : 0n);
    const isShort = SHORT_LIVED.test(sale.amount) && this.#isFirst(reference);
    const now = this.now();
    return {
      reconciliation_id: `SIM-${String(this.#quotes).padStart(8, '0')}`,
      original_amount: sale.amount,
      original_currency: sale.from,
      amount: decimal(minor, EXPONENTS[sale.to] ?? 0),
      currency: sale.to,
      exchange_rate: sale.rate,
      exchange_rate_inverted: false,
      margin_rate: decimal(BigInt(markup), 2),
      rate_source: 'TSUNAGU SIMULATED RATES',
      rate_time_utc: new Date(now).toISOString(),
      rate_expires_utc: new Date(now + (isShort ? 0 : seconds * 1_000)).toISOString(),
      commission: null,
      disclaimer:
        'This currency conversion service is offered by the merchant. I have been offered a choice of currencies and my choice is final.',
    };
  }

  #isFirst(reference: string): boolean {
    if (this.#seen.has(reference)) return false;
    if (this.#seen.size >= REFERENCES_KEPT) this.#seen.clear();
    this.#seen.add(reference);
    return true;
  }
}

/** Half a unit goes up. */
function convert(amount: bigint, rate: string, exponent: number): bigint {
  const [whole = '', rest = ''] = rate.split('.');
  const scale = 10n ** BigInt(rest.length);
  return (2n * amount * BigInt(whole + rest) * 10n ** BigInt(exponent) + scale) / (2n * scale);
}

function decimal(minor: bigint, exponent: number): string {
  const digits = minor.toString().padStart(exponent + 1, '0');
  return exponent === 0 ? digits : `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function faultOf(next: Settings, named: readonly string[]): string | undefined {
  const unknown = named.find((name) => !(name in START));
  if (unknown !== undefined) return `there is no ${unknown}; there are ${Object.keys(START).join(', ')}`;
  if (!MODES.includes(next.mode)) return `mode is one of ${MODES.join(', ')}`;
  if (typeof next.rates !== 'object' || next.rates === null) return 'rates are decimal texts by currency';
  if (!Object.entries(next.rates).every(isRate)) return 'rates are decimal texts by currency';
  if (!isWhole(next.markup_bps, 10_000) || !isWhole(next.offer_seconds, 86_400)) return 'a number is out of range';
  return next.status === null || typeof next.status === 'string' ? undefined : 'status is a text or null';
}

function isRate([currency, rate]: [string, unknown]): boolean {
  return currency in EXPONENTS && typeof rate === 'string' && /^[0-9]{1,6}(\.[0-9]{1,9})?$/.test(rate);
}

function isWhole(value: unknown, max: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
