import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  LANES,
  SWITCH_ROUTES,
  VaultPort,
  type Lane,
  type OpenCardAnswer,
  type SubmitRequest,
} from '@tsunagu/contracts';
import { SystemClock, newId } from '@tsunagu/kernel';
import {
  AttemptBell,
  IntakeService,
  MerchantDirectory,
  PaymentOrigin,
  PaymentStore,
  type MerchantTerminal,
} from '@tsunagu/payments';
import { LaneWorkers, Tx } from '@tsunagu/platform';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { WorkerAppModule } from './app.module.js';

const CTX = { tenantId: newId(new Date()), requestId: 'req-spec' };
const TERMINAL: MerchantTerminal = {
  id: newId(new Date()), storeId: newId(new Date()), blocked: false, wireTerminal: 'T0000001', wireMerchant: '000000000000001',
  mcc: '5411', storeName: 'TSUNAGU TEST STORE', cutOffMinutes: 0, methods: [...LANES],
}; // prettier-ignore

let db: TestDatabase;
let app: INestApplicationContext;
let wire: Server;
const submitted: SubmitRequest[] = [];
/** Which connections carried the payments of a lane. */
const sockets = new Map<Lane, Set<Socket>>();
/** Lanes whose network says nothing, and who waits for it. */
const silent = new Set<Lane>();
let hanging: (() => void)[] = [];
const former = { ...process.env };

/** A switch that approves: what is proved here is the way to it and back. */
async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.url !== SWITCH_ROUTES.submit) return [];
  const order = JSON.parse(Buffer.concat(chunks).toString()) as SubmitRequest;
  submitted.push(order);
  sockets.set(order.method, (sockets.get(order.method) ?? new Set()).add(request.socket));
  if (silent.has(order.method)) await new Promise<void>((resolve) => hanging.push(resolve));
  return {
    attemptId: order.attemptId, state: 'approved', actionCode: '000', approvalCode: '012345', approvedMinor: order.amountMinor,
    emvResponse: null, network: null, reason: null, lateApproval: false,
  }; // prettier-ignore
}

beforeAll(async () => {
  db = await testDatabase();
  wire = createServer((request, response) => {
    void answer(request).then((body) =>
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  Object.assign(process.env, {
    DATABASE_URL: db.url('gateway'),
    SWITCH_URL: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
    INTERNAL_SECRET: '00'.repeat(32),
    WEBHOOK_KEY: '00'.repeat(32),
    LOG_LEVEL: 'silent',
  });
  delete process.env['REDIS_URL'];
  app = await NestFactory.createApplicationContext(WorkerAppModule, { logger: false, abortOnError: false });
}, 60_000);

afterAll(async () => {
  silent.clear();
  for (const release of hanging) release();
  await app?.close();
  for (const name of Object.keys(process.env)) if (!(name in former)) delete process.env[name];
  Object.assign(process.env, former);
  wire.closeAllConnections();
  await new Promise((resolve) => wire.close(resolve));
  await db.drop();
}, 30_000);

class SilentBell extends AttemptBell {
  override ring(): Promise<void> {
    return Promise.resolve();
  }
}

class OneTerminal extends MerchantDirectory {
  override terminal(): Promise<MerchantTerminal> {
    return Promise.resolve(TERMINAL);
  }
}

class OpenVault extends VaultPort {
  override open(): Promise<OpenCardAnswer> {
    return Promise.resolve({
      tokenId: newId(new Date()),
      card: { brand: 'unionpay', bin6: '621094', last4: '0005', expMonth: 12, expYear: 2030, funding: 'credit', country: 'CN', issuerName: null },
      envelope: { sad: 'sad.sealed', account: 'account.sealed' },
    }); // prettier-ignore
  }
  override addPin(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
  override sealAccount(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
  override enrolDevice(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
}

/** Lanes that a till can name; into `dcc` a payment comes by the choice of its holder alone. */
const ASKED = LANES.filter((lane) => lane !== 'dcc');

let orders = 0;

async function accept(ctx: typeof CTX, method: Lane, bell = app.get(AttemptBell)): Promise<string> {
  const origin = new PaymentOrigin(new SystemClock(), 'api-spec');
  const intake = new IntakeService(app.get(PaymentStore), new OpenVault(), new OneTerminal(), bell, origin);
  const clientReference = `order-${(orders += 1)}`;
  const { resource } = await intake.accept(ctx, {
    idempotency: { key: clientReference, fingerprint: '0'.repeat(64) }, clientReference, terminalId: TERMINAL.id, kind: 'sale', method,
    amountMinor: 1500, currency: 'JPY', card: { format: 'dukpt_aes', ksn: '00', ciphertext: '00', entryMode: 'chip' },
  }); // prettier-ignore
  return resource.id;
}

it('consumes every lane', () => {
  expect(app.get(LaneWorkers).covers(LANES)).toBe(true);
});

it('finishes payments of every lane whose bell was lost [A1, A15]', async () => {
  const store = app.get(PaymentStore);
  const ids: string[] = [];
  for (const method of ASKED) ids.push(await accept(CTX, method, new SilentBell()));
  const statuses = () => Promise.all(ids.map(async (id) => (await store.load(CTX, id))?.payment.status));
  await expect.poll(statuses, { timeout: 20_000, interval: 200 }).toEqual(ids.map(() => 'captured'));
  expect(submitted.map(({ method }) => method).sort()).toEqual([...ASKED].sort());
}, 30_000);

describe('a lane whose network is silent and which is flooded', () => {
  const SICK: Lane = 'nfc';
  const FLOOD = 130;
  const SLOTS = 50;
  const EACH = 5;
  const sickCtx = { tenantId: newId(new Date()), requestId: 'req-sick' };
  const healthy = ASKED.filter((lane) => lane !== SICK);
  let admin: pg.Client;

  beforeAll(async () => {
    admin = new pg.Client({ connectionString: db.ownerUrl });
    await admin.connect();
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await admin.end();
  });

  const statusOf = async (id: string) =>
    (await admin.query<{ status: string }>('SELECT status FROM gateway.payment WHERE id = $1', [id])).rows[0]?.status;
  const capturedOf = async (ctx: typeof CTX) =>
    (await admin.query(`SELECT 1 FROM gateway.payment WHERE tenant_id = $1 AND status = 'captured'`, [ctx.tenantId]))
      .rowCount;

  /** What a payment of a lane costs, from intake to books: of its own tenant and its own queue, whatever else goes on. */
  async function costsOf(lane: Lane): Promise<object> {
    const costs: { statements: number; rings: number; heard: number }[] = [];
    for (let nr = 0; nr < EACH; nr += 1) {
      const counted = count(lane);
      const id = await accept(CTX, lane);
      await expect.poll(() => statusOf(id), { timeout: 10_000, interval: 20 }).toBe('captured');
      costs.push(counted());
    }
    return costs.sort((a, b) => a.statements + a.rings - b.statements - b.rings)[Math.floor(EACH / 2)]!; // a slow machine rings twice now and then
  }

  function count(lane: Lane): () => { statements: number; rings: number; heard: number } {
    const counts = { statements: 0, rings: 0, heard: 0 };
    // oxlint-disable-next-line typescript/unbound-method -- called with its own `this` below
    const { query: ask } = Tx.prototype;
    const money = vi.spyOn(Tx.prototype, 'query').mockImplementation(function (this: Tx, ...given) {
      if (this.tenantId === CTX.tenantId) counts.statements += 1;
      return ask.apply(this, given) as Promise<never>;
    });
    const { query } = pg.Pool.prototype as unknown as { query: (...given: unknown[]) => Promise<pg.QueryResult> };
    const bells = vi
      .spyOn(pg.Pool.prototype as unknown as { query: typeof query }, 'query')
      .mockImplementation(function (this: unknown, ...given) {
        const { text = '', values } = (given[0] ?? {}) as { text?: string; values?: unknown[] };
        const answer = query.apply(this, given);
        if (values?.[0] !== lane) return answer;
        if (text.includes('insert into bullmq.job')) counts.rings += 1;
        return answer.then((result) => {
          if (text.startsWith('delete from bullmq.job') && (result.rowCount ?? 0) > 0) counts.heard += 1;
          return result;
        });
      });
    return () => {
      money.mockRestore();
      bells.mockRestore();
      return counts;
    };
  }

  it('costs no payment of another lane a statement, a ring or a look at the queue more, and lets none wait behind its own', async () => {
    const alone = {};
    for (const lane of healthy) Object.assign(alone, { [lane]: await costsOf(lane) });
    silent.add(SICK);
    await Promise.all(Array.from({ length: FLOOD }, () => accept(sickCtx, SICK)));
    await expect.poll(() => hanging.length, { timeout: 10_000 }).toBe(SLOTS);
    const before = await capturedOf(CTX);

    const beside = {};
    for (const lane of healthy) Object.assign(beside, { [lane]: await costsOf(lane) });
    expect(beside).toEqual(alone);
    const { statements } = (alone as Record<Lane, { statements: number }>).credit;
    expect(statements).toBeGreaterThan(0);
    expect(Object.values(alone)).toEqual(healthy.map(() => ({ statements, rings: 1, heard: 1 })));
    expect(await capturedOf(CTX)).toBe(before! + healthy.length * EACH);
    // all the while the sick lane held its own places and not one more, and none of its payments ended
    expect([hanging.length, await capturedOf(sickCtx)]).toEqual([SLOTS, 0]);
  }, 60_000);

  it('holds connections of its own to the switch, and none to the database', async () => {
    const others = new Set(healthy.flatMap((lane) => [...(sockets.get(lane) ?? [])]));
    const own = [...(sockets.get(SICK) ?? [])];
    expect(own.length).toBeGreaterThanOrEqual(SLOTS);
    expect(own.filter((socket) => others.has(socket))).toEqual([]);
    const held = async () =>
      (await admin.query(`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`))
        .rowCount;
    await expect.poll(held).toBe(0);
  });

  it('finishes its own payments when its network speaks again, those that never had a place included', async () => {
    silent.delete(SICK);
    for (const release of hanging) release();
    hanging = [];
    await expect.poll(() => capturedOf(sickCtx), { timeout: 20_000, interval: 100 }).toBe(FLOOD);
  }, 30_000);
});
