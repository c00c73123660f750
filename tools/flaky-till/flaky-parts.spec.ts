import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryJournal, TillClient, type Purchase } from '@tsunagu/sdk';
import { ScriptedGateway } from '../../libs/web/sdk/src/testing/scripted-gateway.js';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import type { IssuerEntry } from '../chaos/books-comparison.js';
import { isClean, judge, type OrderPayment, type Told } from './judge.js';
import { LossyProxy } from './lossy-proxy.js';
import { planSale, takenAnew } from './sale.js';

const ORDERS = 20;
const DELAY_MAX_MS = 3;
const NO_ENTRIES: readonly IssuerEntry[] = [];

/** Real connections, on a machine that may be busy. */
const TEST_MS = 60_000;

describe('a bad line of real TCP', { timeout: TEST_MS }, () => {
  const gateway = { current: new ScriptedGateway() };
  let server: Server;
  let proxy: LossyProxy;

  beforeEach(async () => {
    gateway.current = new ScriptedGateway();
    server = createServer((request, response) => {
      void answer(request, gateway.current).then(async (given) => {
        response.writeHead(given.status, { 'content-type': 'application/json' }).end(await given.text());
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    proxy = await LossyProxy.start(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      new SeededRandom(5),
      DELAY_MAX_MS,
    );
  });
  afterEach(async () => {
    await proxy.stop();
    server.closeAllConnections();
    await new Promise<void>((done) => server.close(() => done()));
  });

  const client = (totalMs: number) =>
    new TillClient({
      baseUrl: proxy.url,
      apiKey: 'k',
      terminalId: 'trm_1',
      journal: new MemoryJournal(),
      patience: { totalMs, backOffMs: 1, backOffMaxMs: 2 },
    });

  const paid = () =>
    gateway.current.payments.map(({ payment }) => ({
      ...payment,
      authorized: { amount: 1_500 },
      captured: { amount: 1_500 },
      metadata: { order: payment.client_reference.split('/')[0]! },
    })) as unknown as OrderPayment[];

  /** How many orders were charged twice, whatever the issuers hold. */
  const doubles = () => judge([], [], paid(), NO_ENTRIES).places.filter((place) => place.startsWith('charged twice'));

  it('charges every order of a till with the SDK once, and the clerk knows it', async () => {
    proxy.loss = 0.4;
    for (let order = 0; order < ORDERS; order += 1)
      expect(await client(60_000).pay({ ...SALE, client_reference: `order-${order}` })).toMatchObject({
        result: 'charged',
      });
    expect(proxy.counts.before + proxy.counts.after + proxy.counts.half).toBeGreaterThan(0);
    expect(gateway.current.payments).toHaveLength(ORDERS);
    expect(doubles()).toEqual([]);
  });

  it('catches a till that makes a new key and a new reference for every try', async () => {
    proxy.loss = 0.4;
    for (let order = 0; order < ORDERS; order += 1) {
      let isPaid = false;
      for (let tries = 1; !isPaid; tries += 1) {
        const outcome = await client(1).pay({ ...SALE, client_reference: `order-${order}/${tries}` });
        isPaid = outcome.result === 'charged';
      }
    }
    expect(doubles().length).toBeGreaterThan(0);
  });

  it('lets nothing through while the network is away', async () => {
    proxy.goDown();
    expect(await client(20).pay(SALE)).toMatchObject({ result: 'unknown', why: 'no_answer' });
    proxy.comeBack();
    expect(gateway.current.seen).toEqual([]);
    expect(proxy.counts.refused + proxy.counts.swallowed).toBeGreaterThan(0);
  });
});

describe('the verdict', () => {
  const payment = (change: Partial<OrderPayment> = {}) =>
    ({
      id: 'pay_1',
      client_reference: 'flaky-1-1',
      kind: 'sale',
      status: 'captured',
      final: true,
      customer_charged: 'yes',
      authorized: { amount: 100 },
      captured: { amount: 100 },
      refunds: [],
      attempts: [{ kind: 'sale', status: 'approved', network_reference: { link: 'jcb', rrn: '1', local_time: '1' } }],
      pending_unknown: [],
      metadata: { order: 'order-1' },
      ...change,
    }) as OrderPayment;
  const entry: IssuerEntry = {
    link: 'jcb',
    rrn: '1',
    localTime: '1',
    kind: 'charge',
    amountMinor: 100,
    isReversed: false,
  };
  const told = (result: Told['result']): Told => ({ order: 'order-1', reference: 'flaky-1-1', result });
  const declined = payment({ status: 'declined', customer_charged: 'no', attempts: [] });

  it.each([
    { name: 'all agree', verdict: judge(['order-1'], [told('charged')], [payment()], [entry]), broken: {} },
    { name: 'declined and told so', verdict: judge(['order-1'], [told('not_charged')], [declined], []), broken: {} },
    { name: 'told charged, and it is not', verdict: judge(['order-1'], [told('charged')], [declined], []), broken: { lies: 1 } },
    { name: 'told not charged, and it is', verdict: judge(['order-1'], [told('not_charged')], [payment()], [entry]), broken: { lies: 1 } },
    { name: 'never told', verdict: judge(['order-1'], [], [payment()], [entry]), broken: { untold: 1 } },
    { name: 'two payments of one order', verdict: judge(['order-1'], [told('charged')], [payment(), payment({ id: 'pay_2', client_reference: 'flaky-1-2', attempts: [{ kind: 'sale', status: 'approved', network_reference: { link: 'jcb', rrn: '2', local_time: '2' } }] })], [entry, { ...entry, rrn: '2', localTime: '2' }]), broken: { double: 1 } },
    { name: 'charged in a currency that nobody chose', verdict: judge(['order-1'], [told('charged')], [payment()], [{ ...entry, foreignMinor: 67 }]), broken: { difference_foreign: 67 } },
    { name: 'a charge that nobody knows', verdict: judge(['order-1'], [told('charged')], [payment()], [entry, { ...entry, rrn: '9' }]), broken: { orphan: 1, difference_yen: 100 } },
  ])('$name', ({ verdict, broken }) => {
    const clean = { double: 0, orphan: 0, phantom: 0, stuck: 0, difference_yen: 0, difference_foreign: 0, lies: 0, untold: 0 };
    expect(verdict).toMatchObject({ ...clean, ...broken });
    expect(isClean(verdict)).toBe(Object.keys(broken).length === 0);
  }); // prettier-ignore
});

describe('a customer', () => {
  it('is the same for the same seed, and brings a stripe to a reader without a PIN pad', () => {
    const plan = () => planSale(new SeededRandom(3), 1, true);
    expect(plan()).toEqual(plan());
    expect(planSale(new SeededRandom(3), 1, false).manner.entry).toBe('stripe');
  });

  it('comes again with a new reference for the same order', () => {
    const sale = planSale(new SeededRandom(3), 7, true);
    expect(takenAnew(takenAnew(sale))).toMatchObject({ order: sale.order, reference: 'flaky-7-3' });
  });
});

const SALE: Purchase = {
  kind: 'sale',
  money: { amount: 1_500, currency: 'JPY' },
  card_present: { format: 'dukpt_aes', ksn: '0'.repeat(24), ciphertext: '9C'.repeat(48), entry_mode: 'chip' },
};

async function answer(request: IncomingMessage, gateway: ScriptedGateway): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  const headers = { 'idempotency-key': String(request.headers['idempotency-key'] ?? '') };
  const { method = 'GET', url = '/' } = request;
  const init = body.length === 0 ? { method, headers } : { method, headers, body };
  return gateway.fetch(new Request(`http://gateway.test${url}`, init));
}
