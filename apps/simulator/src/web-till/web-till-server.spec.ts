import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import { WebTillServer } from './web-till-server.js';

const KEY = 'tsk_test_of_a_terminal';
const TERMINAL = {
  id: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE',
  api_key: KEY,
  profile: 'aes128-cbc-cmac-tlv',
  scheme: 'AES-DUKPT',
  initial_key: '1273671EA26AC29AFA4D1084127652A1',
  initial_key_id: '1234567890123456',
  next_counter: 1,
};

describe('the server of the web till', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsunagu-web-till-'));
  const heard: { url: string; headers: IncomingHttpHeaders }[] = [];
  let api: Server;
  let till: WebTillServer;
  let url = '';

  beforeAll(async () => {
    api = createServer((request, response) => {
      heard.push({ url: request.url ?? '', headers: request.headers });
      response.writeHead(201, { 'content-type': 'text/event-stream', 'request-id': 'req_1' });
      response.write('id: 1\n\n'); // and stays open, as a stream does
    });
    await new Promise<void>((done) => api.listen(0, '127.0.0.1', done));
    const sandboxFile = join(folder, 'sandbox.json');
    writeFileSync(sandboxFile, JSON.stringify({ tenants: [{ stores: [{ id: 'str_1', terminals: [TERMINAL] }] }] }));
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    const apiUrl = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
    till = new WebTillServer({ apiUrl, sandboxFile, pageDir: folder });
    url = await till.listen(0);
  });
  afterAll(async () => {
    await till.close();
    api.closeAllConnections();
    api.close();
    rmSync(folder, { recursive: true });
  });

  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

  it('serves a page that runs no script but its own and that nobody frames', async () => {
    const page = await fetch(url);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(page.headers.get('content-security-policy')).not.toContain('unsafe');
  });

  it('lets no card number, track or PIN out of the reader', async () => {
    const session = await (await fetch(`${url}/session`)).text();
    const presented = await post('/reader/present', { card: 'unionpay', entry: 'chip', amount: 1_500, pin: '246802' });
    const read = await presented.text();
    expect(presented.status).toBe(200);
    expect(JSON.parse(read)).toMatchObject({
      card_present: { format: 'dukpt_aes', entry_mode: 'chip', pin_block: { format: 'iso4' } },
      shown: { brand: 'unionpay', bin6: '620000', last4: '0005' },
    });
    for (const { pan, track2 } of Object.values(TEST_CARDS))
      for (const secret of [pan, track2, '246802']) expect(session + read).not.toContain(secret);
  });

  it('reads the application that the holder chose on a card of two brands', async () => {
    const read = async (brand?: string): Promise<string> => {
      const answer = await post('/reader/present', { card: 'unionpay-visa', entry: 'chip', amount: 1, brand });
      return ((await answer.json()) as { card_present: { emv: string } }).card_present.emv;
    };
    expect(await read()).toContain('A000000333');
    expect(await read('visa')).toContain('A000000003');
  });

  it('encrypts a later PIN under a key serial number of its own', async () => {
    const answers = await Promise.all(
      [1, 2].map(async () => (await post('/reader/pin', { card: 'visa', pin: '1234' })).json()),
    );
    const ksns = (answers as { pin_block: { ksn: string } }[]).map(({ pin_block: { ksn } }) => ksn);
    expect(new Set(ksns).size).toBe(2);
  });

  it.each([
    [{ card: 'nobody', entry: 'chip', amount: 1 }, 'card'],
    [{ card: 'constructor', entry: 'chip', amount: 1 }, 'card'],
    [{ card: 'jcb', entry: 'keyed', amount: 1 }, 'entry'],
    [{ card: 'jcb', entry: 'chip', amount: 1.5 }, 'amount'],
    [{ card: 'jcb', entry: 'chip', amount: 1, pin: '12a4' }, 'pin'],
    [{ card: 'jcb', entry: 'chip', amount: 1, brand: 'visa' }, 'brand'],
    [[], 'JSON'],
  ])('names the wrong field and never its value: %j', async (body, field) => {
    const answer = await post('/reader/present', body);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { message: string }).message).toContain(field);
  });

  it('hands requests on to the api with the key of the page, and streams the answer', async () => {
    const stop = new AbortController();
    const authorization = `Bearer ${KEY}`;
    const answer = await fetch(`${url}/v1/payments/x/stream`, { headers: { authorization }, signal: stop.signal });
    const first = await answer.body?.getReader().read();
    stop.abort();
    expect(new TextDecoder().decode(first?.value)).toBe('id: 1\n\n');
    expect(answer.status).toBe(201);
    expect(heard.at(-1)).toMatchObject({ url: '/v1/payments/x/stream', headers: { authorization } });
  });

  it('talks to its own page alone', async () => {
    const status = (headers: Record<string, string>): Promise<number | undefined> =>
      new Promise((done, fail) => {
        ask(`${url}/session`, { headers }, (answer) => {
          answer.resume();
          done(answer.statusCode);
        })
          .on('error', fail)
          .end();
      });
    expect(await status({ host: 'evil.example' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await status({ 'sec-fetch-site': 'same-origin' })).toBe(200);
  });
});
