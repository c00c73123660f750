import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversionAsk } from '@tsunagu/contracts';
import { SystemClock } from '@tsunagu/kernel';
import { AppConfig } from '@tsunagu/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rateProvider } from '../dcc.module.js';
import { FileRates } from './file-rates.js';
import { HttpRates } from './http-rates.js';
import { NoRates } from './rate-provider.js';

const ASK: ConversionAsk = {
  storeId: 'store', reference: 'payment', brand: 'visa', bin6: '401288', cardCurrency: 'KWD', amountMinor: 15_000, currency: 'JPY',
}; // prettier-ignore
const QUOTE = {
  reconciliation_id: 'rec-1', original_amount: '15000', original_currency: 'JPY', amount: '30.953', currency: 'KWD',
  exchange_rate: '0.0020635', exchange_rate_inverted: false, margin_rate: '3.75', rate_source: 'A BANK', commission: null,
  rate_time_utc: '2026-11-23T01:00:00Z', rate_expires_utc: '2026-11-23T01:10:00Z', disclaimer: 'As it is.',
}; // prettier-ignore

let server: Server;
let said: { status: number; body: string };
let asked: unknown;

beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked = JSON.parse(Buffer.concat(chunks).toString());
      response.writeHead(said.status, { 'content-type': 'application/json' }).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const overHttp = (answer: unknown, status = 200) => {
  said = { status, body: typeof answer === 'string' ? answer : JSON.stringify(answer) };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new HttpRates(url).quote(ASK, AbortSignal.timeout(5_000));
};

describe('a provider over HTTP', () => {
  it('is asked with the range of the card and nothing more of it', async () => {
    await overHttp({ status: 'NOT_ELIGIBLE' });
    expect(asked).toEqual({
      reference: 'payment', store: 'store', original_amount: '15000', original_currency: 'JPY',
      card: { brand: 'visa', bin: '401288', currency: 'KWD' },
    }); // prettier-ignore
  });

  it('gives a quote of three decimals', async () => {
    expect(await overHttp({ status: 'QUOTE_PROVIDED', quote: QUOTE })).toMatchObject({
      status: 'QUOTE_PROVIDED',
      quote: { reference: 'rec-1', currency: 'KWD', foreignMinor: 30_953, markupBps: 375, rate: '0.0020635' },
    });
  });

  it.each([
    ['an inverted rate', { exchange_rate_inverted: true }],
    ['a fee of its own', { commission: '1.00' }],
    ['an amount of too many decimals', { amount: '30.9531' }],
    ['a currency we do not know', { currency: 'XXX' }],
    ['no reference', { reconciliation_id: '' }],
    ['no end', { rate_expires_utc: 'soon' }],
    ['no disclaimer', { disclaimer: undefined }],
  ])('with %s gives an ERROR', async (_, change) => {
    expect(await overHttp({ status: 'QUOTE_PROVIDED', quote: { ...QUOTE, ...change } })).toEqual({ status: 'ERROR' });
  });

  it('that answers something else gives an ERROR, or throws', async () => {
    expect(await overHttp({ status: 'MAYBE' })).toEqual({ status: 'ERROR' });
    expect(await overHttp({ status: 'NOT_ELIGIBLE' }, 503)).toEqual({ status: 'ERROR' });
    await expect(overHttp('<html>')).rejects.toThrow(SyntaxError);
  });
});

describe('a file of rates', () => {
  const folder = mkdtempSync(join(tmpdir(), 'rates-'));
  const path = join(folder, 'rates.json');
  afterAll(() => rmSync(folder, { recursive: true }));
  let written = 0;
  const put = (rates: Record<string, string>, change: object = {}) => {
    const table = {
      version: 'v1', source: 'A BANK', rate_time: '2026-11-23T01:00:00Z', valid_until: '2999-01-01T00:00:00Z', offer_seconds: 300,
      markup_bps: 300, disclaimer: 'As it is.', base: 'JPY', rates, ...change,
    }; // prettier-ignore
    writeFileSync(path, JSON.stringify(table));
    written += 1;
    utimesSync(path, written, written); // two writes of one millisecond are two files
  };
  const file = new FileRates(path, new SystemClock());

  it('is read again when it changes', async () => {
    put({ KWD: '0.0020635' });
    expect(await file.quote(ASK)).toMatchObject({ quote: { foreignMinor: 30_953, rate: '0.0020635', markupBps: 300 } });
    put({ KWD: '0.0021' });
    expect(await file.quote(ASK)).toMatchObject({ quote: { foreignMinor: 31_500 } });
  });

  it('gives nothing for a currency or a base that it does not have, and nothing after its time', async () => {
    put({ USD: '0.0067' });
    expect(await file.quote(ASK)).toEqual({ status: 'NOT_ELIGIBLE' });
    put({ KWD: '0.0021' }, { base: 'EUR' });
    expect(await file.quote(ASK)).toEqual({ status: 'NOT_ELIGIBLE' });
    put({ KWD: '0.0021' }, { valid_until: '2026-01-01T00:00:00Z' });
    expect(await file.quote(ASK)).toEqual({ status: 'ERROR' });
    put({ KWD: 'free' });
    expect(await file.quote(ASK)).toEqual({ status: 'ERROR' });
  });

  it('that is no table, or is not there, throws', async () => {
    put({}, { base: 'gold' });
    await expect(file.quote(ASK)).rejects.toThrow('no table of rates');
    await expect(new FileRates(join(folder, 'absent'), new SystemClock()).quote(ASK)).rejects.toThrow('ENOENT');
  });
});

describe('the choice of a provider', () => {
  const from = (env: Record<string, string>) => rateProvider(AppConfig.fromEnv('api', env), new SystemClock());

  it('is one of the environment, and none is no error', () => {
    expect(from({})).toBeInstanceOf(NoRates);
    expect(from({ DCC_RATES_URL: 'http://127.0.0.1:1/dcc/' })).toBeInstanceOf(HttpRates);
    expect(from({ DCC_RATES_FILE: '/rates.json' })).toBeInstanceOf(FileRates);
    expect(() => from({ DCC_RATES_URL: 'ftp://rates' })).toThrow('DCC_RATES_URL');
    expect(() => from({ DCC_RATES_URL: 'http://a', DCC_RATES_FILE: '/b' })).toThrow('exclude each other');
  });
});
