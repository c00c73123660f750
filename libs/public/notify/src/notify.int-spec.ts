import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { newId, Secret, SystemClock, toWireId } from '@tsunagu/kernel';
import {
  AppConfig,
  AppLogger,
  Centre,
  Metrics,
  MoneyPool,
  sql,
  Transactions,
  type DomainEvent,
} from '@tsunagu/platform';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { AuditWriter } from './audit/audit-writer.service.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { WebhookDeliverer } from './delivery/webhook-deliverer.service.js';
import { WebhookEndpoints } from './endpoints/webhook-endpoints.service.js';
import { EventLog } from './events/event-log.service.js';
import { EventWriter } from './events/event-writer.service.js';

const DELIVERIES = sql(
  'spec_deliveries',
  'select state, attempts, next_at, last_status, last_error from gateway.webhook_delivery order by event_id',
);
/** Asked in the transaction that wrote it: `now()` stands still there. */
const LATENESS = sql(
  'spec_lateness',
  'select extract(epoch from next_at - now())::int as late from gateway.webhook_delivery',
);
const DUE_NOW = sql('spec_due_now', `update gateway.webhook_delivery set next_at = now() where state = 'pending'`);

const FAILING_FOR = sql('spec_failing_for', 'update gateway.webhook_endpoint set failing_since = now() - $1::interval');
const FORMER_IS_OVER = sql(
  'spec_former_is_over',
  `update gateway.webhook_endpoint set former_until = now() - interval '1 second'`,
);

interface Heard {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A merchant's receiver that answers as it is told. */
class Receiver {
  readonly heard: Heard[] = [];
  /** Answers wait for it. */
  hold: Promise<void> = Promise.resolve();
  answer: { status: number; headers?: Record<string, string>; body?: string } = { status: 204 };
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      this.heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      void this.hold.then(() => response.writeHead(this.answer.status, this.answer.headers).end(this.answer.body));
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('webhooks on PostgreSQL', () => {
  const config = AppConfig.fromEnv('worker', {
    WEBHOOK_KEY: randomBytes(32).toString('hex'),
    WEBHOOK_ALLOW_LOOPBACK: 'true',
  });
  const clock = new SystemClock();
  const logger = new AppLogger(config, () => undefined);
  let db: TestDatabase;
  let pool: MoneyPool;
  let transactions: Transactions;
  let endpoints: WebhookEndpoints;
  const deliverers: WebhookDeliverer[] = [];
  const receivers: Receiver[] = [];
  const tenants: { tenantId: string }[] = [];

  const newDeliverer = () => {
    const deliverer = new WebhookDeliverer(
      new DeliveryRepository(new Centre(pool), transactions),
      clock,
      logger,
      config,
      new Metrics(),
    );
    deliverers.push(deliverer);
    return deliverer;
  };
  const openReceiver = async () => {
    const receiver = new Receiver();
    receivers.push(receiver);
    return { receiver, url: await receiver.open() };
  };
  /** A tenant of its own for each test, with an endpoint. */
  const aTenant = async () => {
    const ctx = { tenantId: newId(new Date()), requestId: 'req_spec' };
    tenants.push(ctx);
    const { receiver, url } = await openReceiver();
    const { secret } = await endpoints.update(ctx, { url });
    return { ctx, receiver, secret };
  };
  const anEvent = (tenantId: string, change: Partial<DomainEvent> = {}): DomainEvent => {
    const occurredAt = change.occurredAt ?? new Date();
    return {
      id: newId(occurredAt),
      type: 'payment.captured',
      tenantId,
      storeId: newId(occurredAt),
      paymentId: newId(occurredAt),
      sequence: 1,
      requestId: 'req_spec',
      occurredAt,
      object: { id: 'pay_x', status: 'captured', 名: '繋ぐ' },
      previous: { status: 'processing' },
      ...change,
    };
  };
  const record = async (event: DomainEvent) => {
    await transactions.run(event, async (tx) => new EventWriter(config).record(tx, event));
    return event;
  };
  const rowsOf = (ctx: { tenantId: string }) => transactions.run(ctx, (tx) => tx.query(DELIVERIES, []));
  const send = async (deliverer = newDeliverer()) => {
    const taken = await deliverer.pass();
    await deliverer.idle();
    return taken;
  };

  beforeAll(async () => {
    db = await testDatabase();
    pool = new MoneyPool(new Secret(db.url('gateway')), logger, { max: 8 });
    transactions = new Transactions(pool);
    endpoints = new WebhookEndpoints(transactions, clock, new AuditWriter(), config);
  }, 60_000);
  afterEach(async () => {
    for (const deliverer of deliverers.splice(0)) await deliverer.beforeApplicationShutdown();
    for (const receiver of receivers.splice(0)) await receiver.close();
    for (const ctx of tenants.splice(0)) await endpoints.update(ctx, { url: null }); // what is left over belongs to no other test
  });
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await db.drop();
  });

  it('sends an event that the standard library verifies over the raw body', async () => {
    const { ctx, receiver, secret } = await aTenant();
    const event = await record(anEvent(ctx.tenantId));
    expect(await send()).toBe(1);
    const [heard] = receiver.heard;
    const verified = new Webhook(secret).verify(heard?.body ?? '', heard?.headers as Record<string, string>);
    expect(verified).toMatchObject({
      id: toWireId('evt', event.id),
      type: 'payment.captured',
      livemode: false,
      tenant_id: toWireId('ten', ctx.tenantId),
      sequence: 1,
      data: { object: { 名: '繋ぐ' }, previous: { status: 'processing' } },
    });
    expect(heard?.headers['webhook-id']).toBe(toWireId('evt', event.id));
    expect(() => new Webhook(secret).verify(`${heard?.body} `, heard?.headers as Record<string, string>)).toThrow();
    expect(await rowsOf(ctx)).toMatchObject([{ state: 'delivered', attempts: 1, last_status: 204 }]);
    expect(await send()).toBe(0);
  });

  it('owes nothing for a transaction that did not happen [A2]', async () => {
    const { ctx } = await aTenant();
    const event = anEvent(ctx.tenantId);
    const failed = transactions.run(event, async (tx) => {
      new EventWriter(config).record(tx, event);
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await rowsOf(ctx)).toEqual([]);
    expect(await new EventLog(transactions, clock).list(ctx, {}, { limit: 10 })).toEqual({ data: [], hasMore: false });
  });

  it('is a minute late for a sale of the sandbox that ends with 916, and for no other, nor where money is real', async () => {
    const production = AppConfig.fromEnv('worker', { TSUNAGU_MODE: 'production' });
    for (const [house, amount, seconds] of [[config, 1_916, 60], [config, 9_160, 0], [production, 1_916, 0]] as const) {
      const { ctx } = await aTenant();
      const event = anEvent(ctx.tenantId, { object: { money: { amount, currency: 'JPY' } } });
      const rows = await transactions.run(event, (tx) => {
        new EventWriter(house).record(tx, event);
        return tx.query(LATENESS, []);
      });
      expect(rows).toEqual([{ late: seconds }]);
    }
  }); // prettier-ignore

  it('costs the business transaction one statement', async () => {
    const { ctx } = await aTenant();
    const before = pool.counts.statements;
    await record(anEvent(ctx.tenantId));
    expect(pool.counts.statements - before).toBe(1);
  });

  it('sends again under the same id after a deliverer died between send and mark [A15]', async () => {
    const { ctx, receiver } = await aTenant();
    const event = await record(anEvent(ctx.tenantId));
    const dying = new DeliveryRepository(new Centre(pool), transactions);
    dying.mark = () => Promise.reject(new Error('killed'));
    const victim = new WebhookDeliverer(dying, clock, logger, config, new Metrics());
    deliverers.push(victim);
    expect(await victim.pass(300)).toBe(1);
    await victim.idle();
    expect(receiver.heard).toHaveLength(1);
    await expect.poll(() => send(), { timeout: 5_000 }).toBe(1); // the lease of the dead one has run out
    expect(receiver.heard.map(({ headers }) => headers['webhook-id'])).toEqual([
      toWireId('evt', event.id),
      toWireId('evt', event.id),
    ]);
    expect(await rowsOf(ctx)).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  it('never lets two deliverers hold the same delivery [A15]', async () => {
    const { ctx, receiver } = await aTenant();
    for (let sequence = 1; sequence <= 4; sequence += 1) await record(anEvent(ctx.tenantId, { sequence }));
    const [a, b] = [newDeliverer(), newDeliverer()];
    const taken = await Promise.all([a.pass(), b.pass()]);
    await Promise.all([a.idle(), b.idle()]);
    expect(taken[0] + taken[1]).toBe(4);
    expect(new Set(receiver.heard.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
  });

  it('tries again after a refusal, waits as long as it was asked to, and heals', async () => {
    const { ctx, receiver } = await aTenant();
    await record(anEvent(ctx.tenantId));
    receiver.answer = { status: 503, headers: { 'retry-after': '120' } };
    await send();
    const [row] = await rowsOf(ctx);
    expect(row).toMatchObject({ state: 'pending', attempts: 1, last_status: 503 });
    expect(Number(row?.['next_at'])).toBeGreaterThan(Date.now() + 100_000);
    expect(await send()).toBe(0);
    await transactions.run(ctx, (tx) => tx.query(DUE_NOW, []));
    receiver.answer = { status: 200, body: 'x'.repeat(100_000) };
    await send();
    expect(await rowsOf(ctx)).toMatchObject([{ state: 'delivered', attempts: 2, last_status: 200 }]);
  });

  it('does not follow a redirect, and counts it as a failure [G14]', async () => {
    const { ctx, receiver } = await aTenant();
    const elsewhere = await openReceiver();
    receiver.answer = { status: 302, headers: { location: elsewhere.url } };
    await record(anEvent(ctx.tenantId));
    await send();
    expect(elsewhere.receiver.heard).toEqual([]);
    expect(await rowsOf(ctx)).toMatchObject([{ state: 'pending', last_status: 302 }]);
  });

  it('disables an endpoint that says it is gone', async () => {
    const { ctx, receiver } = await aTenant();
    receiver.answer = { status: 410 };
    await record(anEvent(ctx.tenantId));
    await send();
    expect((await endpoints.ensure(ctx)).state).toBe('disabled');
    await record(anEvent(ctx.tenantId, { sequence: 2 }));
    await transactions.run(ctx, (tx) => tx.query(DUE_NOW, []));
    expect(await send()).toBe(0);
  });

  it('switches an endpoint off after five days of nothing but failures, and writes one event of it [H4]', async () => {
    const { ctx, receiver } = await aTenant();
    receiver.answer = { status: 500 };
    for (const days of [4, 6]) {
      await record(anEvent(ctx.tenantId));
      await transactions.run(ctx, (tx) => tx.query(FAILING_FOR, [`${days} days`]));
      await transactions.run(ctx, (tx) => tx.query(DUE_NOW, []));
      await send();
      expect([days, (await endpoints.ensure(ctx)).state]).toEqual([days, days < 5 ? 'enabled' : 'disabled']);
    }
    const { data } = await new EventLog(transactions, clock).list(
      ctx,
      { types: ['webhook_endpoint.disabled'] },
      { limit: 9 },
    );
    expect(data.map(({ wire }) => wire)).toEqual([
      expect.objectContaining({
        sequence: null,
        store_id: null,
        data: { object: expect.objectContaining({ reason: 'only_failures' }), previous: { enabled: true } },
      }),
    ]);
  });

  it('signs with the former secret too, until its day is over [H2]', async () => {
    const { ctx, receiver, secret } = await aTenant();
    const { id } = await endpoints.ensure(ctx);
    const rotated = await endpoints.rotate(ctx, id);
    const heardBy = async (sequence: number) => {
      await record(anEvent(ctx.tenantId, { sequence }));
      await send();
      const last = receiver.heard.at(-1);
      return (key: string) => new Webhook(key).verify(last?.body ?? '', last?.headers as Record<string, string>);
    };
    const during = await heardBy(1);
    for (const key of [secret, rotated?.secret ?? '']) expect(during(key)).toMatchObject({ sequence: 1 });
    await transactions.run(ctx, (tx) => tx.query(FORMER_IS_OVER, []));
    const after = await heardBy(2);
    expect(after(rotated?.secret ?? '')).toMatchObject({ sequence: 2 });
    expect(() => after(secret)).toThrow();
    expect(await endpoints.rotate(ctx, newId(new Date()))).toBeUndefined();
  });

  it('gives up after the last attempt of the schedule', async () => {
    const { ctx, receiver } = await aTenant();
    receiver.answer = { status: 500 };
    await record(anEvent(ctx.tenantId));
    for (let attempt = 1; attempt <= 10; attempt += 1) {
      await transactions.run(ctx, (tx) => tx.query(DUE_NOW, []));
      expect(await send()).toBe(1);
    }
    expect(await rowsOf(ctx)).toMatchObject([{ state: 'failed', attempts: 10 }]);
    expect(receiver.heard).toHaveLength(10);
  });

  it('delays nobody for an endpoint that hangs with a long backlog', async () => {
    const slow = await aTenant();
    const quick = await aTenant();
    let release: () => void = () => undefined;
    slow.receiver.hold = new Promise((resolve) => {
      release = resolve;
    });
    for (let sequence = 1; sequence <= 20; sequence += 1) await record(anEvent(slow.ctx.tenantId, { sequence }));
    await record(anEvent(quick.ctx.tenantId));
    const deliverer = newDeliverer();
    expect(await deliverer.pass()).toBe(5); // four of the backlog, one of the other
    await expect.poll(() => quick.receiver.heard.length).toBe(1);
    await expect.poll(() => slow.receiver.heard.length).toBe(4);
    expect(await deliverer.pass()).toBe(0); // the one that hangs has enough on its hands
    release();
    await deliverer.idle();
    expect(await deliverer.pass()).toBe(4);
    await deliverer.idle();
  });

  it('stores the signing secret sealed to its row, and keeps it when the URL changes', async () => {
    const { ctx, secret } = await aTenant();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const rows = await transactions.run(ctx, (tx) =>
      tx.query<{ row: string }>(sql('spec_endpoint', 'select w::text as row from gateway.webhook_endpoint w'), []),
    );
    const stored = rows[0]?.row ?? '';
    expect(stored).not.toContain(Buffer.from(secret.slice(6), 'base64').toString('hex'));
    expect((await endpoints.update(ctx, { url: null })).secret).toBe(secret);
    const elsewhere = new WebhookEndpoints(
      transactions,
      clock,
      new AuditWriter(),
      AppConfig.fromEnv('worker', { WEBHOOK_KEY: randomBytes(32).toString('hex') }),
    );
    await expect(elsewhere.ensure(ctx)).rejects.toThrow();
  });

  it('makes one endpoint however many ask at once', async () => {
    const ctx = { tenantId: newId(new Date()) };
    const made = await Promise.all(Array.from({ length: 8 }, () => endpoints.ensure(ctx)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it('lists events newest first, page by page in both directions, within tenant and node [E3]', async () => {
    const { ctx } = await aTenant();
    const log = new EventLog(transactions, clock);
    const start = Date.now() - 10_000;
    const events: DomainEvent[] = [];
    for (let i = 0; i < 5; i += 1)
      events.push(await record(anEvent(ctx.tenantId, { occurredAt: new Date(start + i * 1_000), sequence: i + 1 })));
    const ids = events.map(({ id }) => id).reverse();
    const first = await log.list(ctx, {}, { limit: 2 });
    expect(first).toMatchObject({ hasMore: true });
    expect(first.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await log.list(ctx, {}, { limit: 3, beforeId: ids[1] });
    expect(second.data.map(({ id }) => id)).toEqual(ids.slice(2));
    expect(second.hasMore).toBe(false);
    expect((await log.list(ctx, {}, { limit: 2, afterId: ids[3] })).data.map(({ id }) => id)).toEqual(ids.slice(1, 3));
    expect(
      (await log.list({ ...ctx, storeId: events[0]?.storeId }, {}, { limit: 9 })).data.map(({ id }) => id),
    ).toEqual([events[0]?.id]);
    expect((await log.list({ ...ctx, terminalId: newId(new Date()) }, {}, { limit: 9 })).data).toEqual([]);
    expect((await log.list({ ...ctx, tenantId: newId(new Date()) }, {}, { limit: 9 })).data).toEqual([]);
    expect(await log.find(ctx, ids[0] ?? '')).toMatchObject({ wire: { sequence: 5 } });
    expect(await log.find({ ...ctx, tenantId: newId(new Date()) }, ids[0] ?? '')).toBeUndefined();
  });

  it('keeps a partition closed to everybody who does not come through its table [E2]', async () => {
    const { ctx } = await aTenant();
    await record(anEvent(ctx.tenantId));
    const [{ part } = { part: '' }] = await transactions.run(ctx, (tx) =>
      tx.query<{ part: string }>(sql('spec_part', 'select tableoid::regclass::text as part from gateway.event'), []),
    );
    expect(part).toMatch(/^(gateway\.)?event_20[0-9]{4}$/);
    const direct = await transactions.run(ctx, (tx) => tx.query(sql('spec_part_direct', `select id from ${part}`), []));
    expect(direct).toEqual([]);
  });
});
