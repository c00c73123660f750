import { describe, expect, it } from 'vitest';
import { RateHost } from './rate-host.js';

const NOW = Date.parse('2026-11-23T01:00:00Z');
const sale = (amount: string, currency: string, brand = 'visa') => ({
  reference: 'payment', store: 'store', original_amount: amount, original_currency: 'JPY', card: { brand, bin: '424242', currency },
}); // prettier-ignore

async function quoted(host: RateHost, amount: string, currency: string) {
  const { body } = await host.quote(sale(amount, currency));
  return (body as { quote: Record<string, string> }).quote;
}

describe('the simulated provider of rates', () => {
  it.each([
    ['15000', 'USD', '100.68'],
    ['15000', 'KWD', '30.953'],
    ['15000', 'KRW', '136851'],
  ])('sells %s yen in %s for %s', async (amount, currency, expected) => {
    const quote = await quoted(new RateHost(() => NOW), amount, currency);
    expect(quote).toMatchObject({
      amount: expected,
      currency,
      margin_rate: '3.75',
      rate_expires_utc: '2026-11-23T01:02:00.000Z',
    });
  });

  it('moves its rates, and forgets that', async () => {
    const host = new RateHost(() => NOW);
    expect(host.move({ rates: { USD: '0.01' }, markup_bps: 100 })).toBeUndefined();
    expect(await quoted(host, '1000', 'USD')).toMatchObject({ amount: '10.00', margin_rate: '1.00' });
    expect(host.state.rates['EUR']).toBe('0.0057912');
    host.reset();
    expect(await quoted(host, '1000', 'USD')).toMatchObject({ amount: '6.71' });
  });

  it('has bad days', async () => {
    const host = new RateHost(() => NOW);
    host.move({ mode: 'off_by_one' });
    expect(await quoted(host, '15000', 'USD')).toMatchObject({ amount: '100.69' });
    host.move({ mode: 'down' });
    expect(await host.quote(sale('1', 'USD'))).toMatchObject({ status: 503 });
    host.move({ mode: 'normal', status: 'ERROR' });
    expect(await host.quote(sale('1', 'USD'))).toEqual({ status: 200, body: { status: 'ERROR' } });
  });

  it.each([
    [sale('1000', 'USD', 'jcb'), 'UNSUPPORTED_CARD_BRAND'],
    [sale('1000', 'JPY'), 'NOT_ELIGIBLE'],
    [sale('1000', 'XXX'), 'NOT_ELIGIBLE'],
    [{ ...sale('1000', 'USD'), original_currency: 'EUR' }, 'NOT_ELIGIBLE'],
    [{}, 'INSUFFICIENT_INFORMATION'],
    [sale('10.50', 'USD'), 'INSUFFICIENT_INFORMATION'],
    [null, 'INSUFFICIENT_INFORMATION'],
  ])('says of %j: %s', async (question, status) => {
    expect((await new RateHost().quote(question)).body).toEqual({ status });
  });

  it('lets the first offer of a sale that ends with 915 be over at once, and the next one not', async () => {
    const host = new RateHost(() => NOW);
    expect((await quoted(host, '1915', 'USD'))['rate_expires_utc']).toBe('2026-11-23T01:00:00.000Z');
    expect((await quoted(host, '1915', 'USD'))['rate_expires_utc']).toBe('2026-11-23T01:02:00.000Z');
  });

  it.each([
    [null],
    [{ rate: 1 }],
    [{ mode: 'odd' }],
    [{ rates: { USD: 1 } }],
    [{ rates: { XXX: '1' } }],
    [{ offer_seconds: -1 }],
  ])('takes no setting %j', (change) => expect(new RateHost().move(change)).toEqual(expect.any(String)));
});
