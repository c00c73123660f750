import type { ConversionAsk } from '@tsunagu/contracts';
import { Metrics } from '@tsunagu/platform';
import { describe, expect, it } from 'vitest';
import { QuoteDesk } from './quote-desk.service.js';
import { NoRates, RateProvider, type ProviderAnswer, type ProviderQuote } from './rate-provider.js';

const ASK: ConversionAsk = {
  storeId: 'store', reference: 'payment', brand: 'visa', bin6: '424242', cardCurrency: 'USD', amountMinor: 15_000, currency: 'JPY',
}; // prettier-ignore
const QUOTE: ProviderQuote = {
  reference: 'rec-1', currency: 'USD', foreignMinor: 10_068, rate: '0.0067123', markupBps: 375, source: 'A BANK',
  quotedAt: new Date('2026-11-23T01:00:00Z'), expiresAt: new Date('2026-11-23T01:10:00Z'), disclaimer: 'As the provider says it.',
}; // prettier-ignore

class Says extends RateProvider {
  constructor(private readonly say: () => ProviderAnswer | Promise<ProviderAnswer>) {
    super();
  }

  override async quote(): Promise<ProviderAnswer> {
    return this.say();
  }
}

const quoted = (change: Partial<ProviderQuote> = {}) =>
  new Says(() => ({ status: 'QUOTE_PROVIDED', quote: { ...QUOTE, ...change } }));

async function ended(provider: RateProvider, ask: ConversionAsk = ASK) {
  const metrics = new Metrics();
  const answer = await new QuoteDesk(provider, metrics).quote(ask);
  const [counter] = await metrics.registry.getMetricsAsJSON();
  return { answer, ending: counter?.values[0]?.labels['ending'], count: counter?.values[0]?.value };
}

describe('the quote desk', () => {
  it('passes a quote on when its figure is ours', async () => {
    const { answer, ending } = await ended(quoted());
    expect(ending).toBe('QUOTE_PROVIDED');
    expect(answer).toMatchObject({
      kind: 'quoted',
      quote: { currency: 'USD', foreignMinor: 10_068, rate: '0.0067123', markupBps: 375, providerReference: 'rec-1', rateSource: 'A BANK' },
    }); // prettier-ignore
  });

  it.each([
    ['NOT_ELIGIBLE', 'not_eligible'],
    ['UNSUPPORTED_CARD_BRAND', 'not_eligible'],
    ['INSUFFICIENT_INFORMATION', 'unavailable'],
    ['ERROR', 'unavailable'],
  ] as const)('goes on in yen when the provider says %s', async (status, why) => {
    expect(await ended(new Says(() => ({ status })))).toEqual({
      answer: { kind: 'none', why },
      ending: status,
      count: 1,
    });
  });

  it('goes on in yen when the provider is down or late, or there is none', async () => {
    const down = new Says(() => Promise.reject(new TypeError('fetch failed')));
    expect(await ended(down)).toMatchObject({ answer: { why: 'unavailable' }, ending: 'LATE_OR_DOWN' });
    expect(await ended(new NoRates())).toMatchObject({ answer: { why: 'not_eligible' } });
  });

  it.each([
    ['a unit more', { foreignMinor: 10_069 }, 'FIGURE_DIFFERS'],
    ['a unit less', { foreignMinor: 10_067 }, 'FIGURE_DIFFERS'],
    ['the same figure by another rate', { rate: '0.0067' }, 'FIGURE_DIFFERS'],
    ['another currency than the card', { currency: 'EUR' as const }, 'OTHER_CURRENCY'],
    ['a rate of more digits than the wire has', { rate: '0.00671234567' }, 'RATE_UNUSABLE'],
    ['a reference that the wire cannot say', { reference: 'é' }, 'RATE_UNUSABLE'],
    ['a mark-up beyond belief', { markupBps: 2_001 }, 'RATE_UNUSABLE'],
  ] as const)('refuses %s, and counts it', async (_, change, ending) => {
    expect(await ended(quoted(change))).toEqual({ answer: { kind: 'none', why: 'unavailable' }, ending, count: 1 });
  });

  it('refuses nothing of a currency, and too much of one', async () => {
    const tiny = { ...ASK, amountMinor: 1 };
    expect(await ended(quoted({ foreignMinor: 0, rate: '0.0009' }), tiny)).toMatchObject({ ending: 'RATE_UNUSABLE' });
    const won = { ...ASK, amountMinor: 999_999_999_999, cardCurrency: 'KRW' as const };
    const many = { currency: 'KRW' as const, foreignMinor: 9_999_998_999_990, rate: '9.999999' };
    expect(await ended(quoted(many), won)).toMatchObject({ ending: 'RATE_UNUSABLE' });
  });
});

describe('the disclosure', () => {
  it('says both totals alike, the rate, and the mark-up directly under it, in five languages', async () => {
    const { answer } = await ended(quoted());
    const { disclosure } = (answer as { quote: { disclosure: Record<string, string> } }).quote;
    expect(Object.keys(disclosure)).toEqual(['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko']);
    for (const text of Object.values(disclosure)) {
      const lines = text.split('\n');
      expect([lines[1], lines[2], lines[3], lines[4]].map((line) => line?.split(': ')[1])).toEqual([
        'JPY 15,000', 'USD 100.68', 'JPY 1 = USD 0.0067123', '3.75%',
      ]); // prettier-ignore
      expect(lines[5]).toMatch(/, 2026\/11\/23 10:00 JST$/); // as the clock of the shop reads
      expect(lines.at(-1)).toBe('As the provider says it.');
      expect(text).not.toMatch(/\b(yes|no|accept|decline|recommend|guarantee)\b|はい|いいえ|おすすめ|お得/i);
    }
  });
});
