import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, expect, it } from 'vitest';
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
import { LaneWorkers } from '@tsunagu/platform';
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
const former = { ...process.env };

/** A switch that approves: what is proved here is the way to it and back. */
async function answer(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (request.url !== SWITCH_ROUTES.submit) return [];
  const order = JSON.parse(Buffer.concat(chunks).toString()) as SubmitRequest;
  submitted.push(order);
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
  override sealAccount(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
  override enrolDevice(): Promise<never> {
    return Promise.reject(new Error('not asked here'));
  }
}

it('consumes every lane', () => {
  expect(app.get(LaneWorkers).covers(LANES)).toBe(true);
});

it('finishes payments of every lane whose bell was lost [A1, A15]', async () => {
  const store = app.get(PaymentStore);
  const origin = new PaymentOrigin(new SystemClock(), 'api-spec');
  const intake = new IntakeService(store, new OpenVault(), new OneTerminal(), new SilentBell(), origin);
  const ids: string[] = [];
  for (const method of LANES satisfies readonly Lane[]) {
    const clientReference = `order-${method}`;
    const { resource } = await intake.accept(CTX, {
      idempotency: { key: clientReference, fingerprint: '0'.repeat(64) }, clientReference, terminalId: TERMINAL.id, kind: 'sale', method,
      amountMinor: 1500, currency: 'JPY', card: { format: 'dukpt_aes', ksn: '00', ciphertext: '00', entryMode: 'chip' },
    }); // prettier-ignore
    ids.push(resource.id);
  }
  const statuses = () => Promise.all(ids.map(async (id) => (await store.load(CTX, id))?.payment.status));
  await expect.poll(statuses, { timeout: 20_000, interval: 200 }).toEqual(ids.map(() => 'captured'));
  expect(submitted.map(({ method }) => method).sort()).toEqual([...LANES].sort());
}, 30_000);
