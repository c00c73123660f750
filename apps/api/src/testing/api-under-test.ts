import { Global, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { TokenFilePort, TokenPort } from '@tsunagu/contracts';
import { Clock, fromWireId, newId, SystemClock, toWireId } from '@tsunagu/kernel';
import { ApiKeyDesk, ApiKeys, LastUses, RateLimiter } from '@tsunagu/merchants';
import { AuditTrail, DeliveryLog, EventLog, TestEvents, WebhookEndpoints } from '@tsunagu/notify';
import {
  ConversionMargins,
  CurrencyChoices,
  MerchantDirectory,
  PaymentActions,
  PaymentIntake,
  PaymentQueries,
  PaymentSignatures,
  PlanQuotes,
  VoiceApprovals,
  PaymentContinuations,
  TerminalRules,
  TestClocks,
} from '@tsunagu/payments';
import { AppConfig, AppLogger, Metrics } from '@tsunagu/platform';
import { ReceiptPrints } from '@tsunagu/receipts';
import { PERMISSIONS } from '../access/permission.decorator.js';
import { ApiRoutesModule } from '../api-routes.module.js';
import { configureApi } from '../configure-api.js';
import { FakeChoices } from './fake-choices.js';
import { FakeKeyDesk } from './fake-key-desk.js';
import { FakeDeliveryLog } from './fake-delivery-log.js';
import { SimulatorDoor } from '../sandbox/simulator-door.js';
import { FakeReceiptPrints } from './fake-receipt-prints.js';
import { FakeEndpoints } from './fake-endpoints.js';
import { FakeSimulatorDoor } from './fake-simulator-door.js';
import { FakeTestClocks } from './fake-test-clocks.js';
import { FakeTokenFiles } from './fake-token-files.js';
import { FakeTokens } from './fake-tokens.js';
import { AT, FakePayments, FakeRefusal } from './fake-payments.js';

export const TENANT = newId(AT);
export const OTHER_TENANT = newId(AT);
/** The terminal that the document's examples name. */
export const TERMINAL = fromWireId('trm', 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE') ?? newId(AT);
const CREDENTIAL = newId(AT);

/** Keys as text → what they may do. */
const KEYS: Readonly<Record<string, { tenantId: string; scopes: readonly string[]; storeId?: string; mode?: string }>> =
  {
    all: { tenantId: TENANT, scopes: PERMISSIONS },
    none: { tenantId: TENANT, scopes: [] },
    /** All permissions, but of one store only. */
    store: { tenantId: TENANT, scopes: PERMISSIONS, storeId: newId(AT) },
    other: { tenantId: OTHER_TENANT, scopes: PERMISSIONS },
    limited: { tenantId: newId(AT), scopes: PERMISSIONS },
    crowded: { tenantId: newId(AT), scopes: PERMISSIONS },
    busy: { tenantId: newId(AT), scopes: PERMISSIONS },
    live: { tenantId: TENANT, scopes: PERMISSIONS, mode: 'live' },
  };

const SECRETS = { INTERNAL_SECRET: '00'.repeat(32), API_KEY_PEPPER: '22'.repeat(32) };

class FakeKeys {
  authenticate(bearer: string, requestId: string): Promise<unknown> {
    const known = Object.hasOwn(KEYS, bearer) ? KEYS[bearer] : undefined;
    if (known === undefined) return Promise.reject(new FakeRefusal('api_key_invalid', 'unauthenticated'));
    return Promise.resolve({
      ctx: { tenantId: known.tenantId, requestId, storeId: known.storeId, credentialId: CREDENTIAL },
      scopes: known.scopes,
      mode: known.mode ?? 'test',
      rateLimits: {},
      apiVersion: '2026-11-01',
      allowedIps: null,
      expiresAt: null,
    });
  }
}

/** A bucket is never refilled: what a limit refuses does not hang on how busy the machine is. */
class StoppedClock extends SystemClock {
  override monotonicMs(): number {
    return 0;
  }
}

class FakeEvents {
  list(): Promise<unknown> {
    return Promise.resolve({ data: [], hasMore: false });
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

export interface ApiUnderTest {
  readonly app: NestFastifyApplication;
  readonly payments: FakePayments;
  readonly door: FakeSimulatorDoor;
  /** Everything the api wrote to its log. */
  readonly logged: string[];
}

const TERMINALS: FakePayments['terminals'] = [
  { id: TERMINAL, storeId: newId(AT), blocked: false, wireTerminal: 'T0000001', wireMerchant: 'M00000000000001', mcc: '5411', storeName: 'Test', cutOffMinutes: 0, methods: ['credit'] },
]; // prettier-ignore

/** The whole HTTP face of the api on in-memory ports. @param env settings beyond those that it cannot do without */
export async function apiUnderTest(env: Record<string, string> = {}): Promise<ApiUnderTest> {
  const logged: string[] = [];
  const payments = new FakePayments();
  payments.terminals = TERMINALS;
  const config = AppConfig.fromEnv('api', { ...SECRETS, ...env });
  const door = new FakeSimulatorDoor();
  const limiter = new RateLimiter(new StoppedClock());
  for (const tenantId of [TENANT, OTHER_TENANT])
    limiter.learn(tenantId, { pay: null, read: null, terminal: null, keyConcurrency: null });
  const providers = [
    { provide: AppConfig, useValue: config },
    { provide: AppLogger, useValue: new AppLogger(config, (line) => void logged.push(line)) },
    { provide: Clock, useClass: SystemClock },
    { provide: Metrics, useValue: new Metrics() },
    { provide: ApiKeys, useClass: FakeKeys },
    { provide: RateLimiter, useValue: limiter },
    { provide: EventLog, useClass: FakeEvents },
    { provide: AuditTrail, useClass: FakeEvents },
    { provide: LastUses, useValue: { note: () => undefined } },
    { provide: ApiKeyDesk, useClass: FakeKeyDesk },
    { provide: DeliveryLog, useClass: FakeDeliveryLog },
    { provide: TestEvents, useValue: { trigger: () => Promise.resolve(undefined) } },
    { provide: TestClocks, useClass: FakeTestClocks },
    { provide: TokenPort, useClass: FakeTokens },
    { provide: TokenFilePort, useClass: FakeTokenFiles },
    { provide: WebhookEndpoints, useClass: FakeEndpoints },
    { provide: SimulatorDoor, useValue: door },
    { provide: ReceiptPrints, useClass: FakeReceiptPrints },
    { provide: CurrencyChoices, useValue: new FakeChoices(payments) },
    { provide: ConversionMargins, useValue: new FakeChoices(payments) },
    ...[
      PaymentIntake,
      PaymentActions,
      PaymentQueries,
      PaymentSignatures,
      MerchantDirectory,
      PlanQuotes,
      VoiceApprovals,
      PaymentContinuations,
      TerminalRules,
    ].map((provide) => ({
      provide,
      useValue: payments,
    })),
  ];
  @Global()
  @Module({ providers, exports: providers.map(({ provide }) => provide) })
  class FakesModule {}
  @Module({ imports: [FakesModule, ApiRoutesModule] })
  class TestModule {}
  return { app: await listening(TestModule), payments, door, logged };
}

async function listening(module: Type): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ bodyLimit: 65_536, routerOptions: { maxParamLength: 300 } });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  configureApi(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

/** A body of `POST /v1/payments` that passes. */
export function anOrder(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    client_reference: 'order-1',
    terminal_id: toWireId('trm', TERMINAL),
    kind: 'sale',
    money: { amount: 1500, currency: 'JPY' },
    card_present: {
      format: 'dukpt_aes',
      ksn: '123456789012345600000001',
      ciphertext: 'AB'.repeat(48),
      entry_mode: 'chip',
    },
    ...change,
  };
}
