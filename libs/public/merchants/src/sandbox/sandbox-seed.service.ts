import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LANES } from '@tsunagu/contracts';
import { newId, type CurrencyCode } from '@tsunagu/kernel';
import { sql, Transactions, type Tx } from '@tsunagu/platform';
import { ApiKeys } from '../keys/api-keys.service.js';
import { DEFAULT_RATE_LIMITS, type RateLimits } from '../limits/rate-limiter.js';

const TENANT = sql(
  'sandbox_tenant',
  `insert into gateway.tenant (tenant_id, id, name, mode, limit_pay, limit_read, limit_terminal, limit_key_concurrency)
   values ($1, $1, $2, 'test', $3, $4, $5, $6)
   on conflict do nothing`,
);
const STORE = sql(
  'sandbox_store',
  `insert into gateway.store (tenant_id, id, name, wire_merchant, mcc, methods, plan_contract, dcc_currencies, verification_contract, phone)
   values ($1, $2, $3, $4, '5411', $5, $6, $7, $8, '03-0000-0000')
   on conflict (tenant_id, id) do update
     set plan_contract = excluded.plan_contract, dcc_currencies = excluded.dcc_currencies, phone = excluded.phone,
       verification_contract = excluded.verification_contract`,
);
const TERMINAL = sql(
  'sandbox_terminal',
  'insert into gateway.terminal (tenant_id, id, store_id, wire_terminal) values ($1, $2, $3, $4) on conflict do nothing',
);

/** What a server key of the sandbox may do; a till's key cannot do more than a till. */
const TENANT_SCOPES = [
  'payments:read',
  'payments:write',
  'payments:voice',
  'refunds:write',
  'tokens:read',
  'tokens:write',
  'tokens:export',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'terminals:admin',
  'api_keys:read',
  'api_keys:write',
  'audit:read',
  'reports:read',
  'sandbox:write',
];
const TERMINAL_SCOPES = ['payments:read', 'payments:write', 'payments:voice', 'refunds:write', 'sandbox:write'];
const UNLIMITED: RateLimits = { pay: null, read: null, terminal: null, keyConcurrency: null };

/** First instant of the sandbox: ids made from it are the same on every machine. */
const EPOCH = new Date('2026-01-01T00:00:00.000Z');

interface Plan {
  readonly name: string;
  readonly limits: RateLimits;
  readonly stores: readonly string[];
  /** Contract of its stores on payment plans. */
  readonly planContract: string;
  /** Currencies that its stores offer to foreign holders. */
  readonly dccCurrencies: readonly CurrencyCode[];
  /** Contract of its stores on how holders are verified. */
  readonly verificationContract: string;
  /** Store whose lanes belong to the merchant's own payment server; no till stands there. */
  readonly hqStore?: string;
}

const PLANS: readonly Plan[] = [
  {
    name: 'Tsunagu Department Store',
    limits: UNLIMITED,
    planContract: 'large',
    dccCurrencies: ['USD', 'EUR', 'KRW', 'KWD'],
    verificationContract: 'standard',
    stores: ['GINZA MAIN STORE', 'UMEDA STORE'],
    hqStore: 'HEAD OFFICE LANES',
  },
  {
    name: 'Second Merchant',
    limits: UNLIMITED,
    planContract: 'standard',
    dccCurrencies: ['USD'],
    verificationContract: 'tap_10000',
    stores: ['SHIBUYA STORE'],
  },
  {
    name: 'limited',
    limits: DEFAULT_RATE_LIMITS,
    planContract: 'one_time',
    dccCurrencies: [],
    verificationContract: 'standard',
    stores: ['NAGOYA STORE'],
  },
];
const SCHEMES = ['AES-DUKPT', 'TDES-DUKPT'] as const;

export interface SeededTerminal {
  readonly id: string;
  readonly scheme: (typeof SCHEMES)[number];
  /** A key limited to this terminal, in clear. */
  readonly apiKey: string;
}

export interface SeededTenant {
  readonly id: string;
  readonly name: string;
  /** A key of the whole tenant, in clear. */
  readonly apiKey: string;
  readonly stores: readonly { readonly id: string; readonly terminals: readonly SeededTerminal[] }[];
  /** Lanes of the merchant's own payment server, by what it says in fields 41 and 42; empty when it has none. */
  readonly hqLanes: readonly SeededLane[];
}

export interface SeededLane {
  readonly terminal: string;
  readonly merchant: string;
  readonly id: string;
  readonly scheme: (typeof SCHEMES)[number];
}

/**
 * The merchants of the sandbox: three tenants, two without rate limits so that isolation and load can be tried, one at
 * the default limits. Ids are the same on every machine and every run; keys are made anew by each call and shown once.
 */
@Injectable()
export class SandboxSeed {
  constructor(
    private readonly transactions: Transactions,
    private readonly keys: ApiKeys,
  ) {}

  /**
   * Safe to repeat: what exists stays. Keys of an earlier call stay valid too; the caller keeps those it was given.
   * @param terminalsPerStore readers of the schemes in turn; load needs as many as it has payments under way at once
   */
  async seed(terminalsPerStore: number = SCHEMES.length): Promise<SeededTenant[]> {
    const tenants: SeededTenant[] = [];
    for (const [index, plan] of PLANS.entries()) tenants.push(await this.#tenant(plan, index, terminalsPerStore));
    return tenants;
  }

  async #tenant(plan: Plan, index: number, terminals: number): Promise<SeededTenant> {
    const id = stableId(`tenant ${index}`);
    const stores = plan.stores.map((name, position) => storeOf(name, { tenant: index, store: position, terminals }));
    const hq = plan.hqStore === undefined ? undefined : hqStoreOf(plan.hqStore, index);
    await this.transactions.run({ tenantId: id }, async (tx) => {
      await tx.query(TENANT, [
        id,
        plan.name,
        plan.limits.pay,
        plan.limits.read,
        plan.limits.terminal,
        plan.limits.keyConcurrency,
      ]);
      for (const store of hq === undefined ? stores : [...stores, hq]) await insertStore(tx, store, plan);
    });
    const { key } = await this.keys.issue(
      { tenantId: id },
      { mode: 'test', scopes: TENANT_SCOPES, name: 'sandbox: head office' },
    );
    return {
      id,
      name: plan.name,
      apiKey: key,
      stores: await Promise.all(stores.map((store) => this.#withKeys(id, store))),
      hqLanes: hq === undefined ? [] : hq.terminals.map((terminal, lane) => laneOf(terminal, lane)),
    };
  }

  async #withKeys(tenantId: string, store: PlannedStore): Promise<SeededTenant['stores'][number]> {
    const terminals: SeededTerminal[] = [];
    for (const terminal of store.terminals) {
      const node = { storeId: store.id, terminalId: terminal.id };
      const order = { mode: 'test' as const, scopes: TERMINAL_SCOPES, ...node, name: 'sandbox: till' };
      const { key } = await this.keys.issue({ tenantId }, order);
      terminals.push({ id: terminal.id, scheme: terminal.scheme, apiKey: key });
    }
    return { id: store.id, terminals };
  }
}

interface PlannedStore {
  readonly id: string;
  readonly name: string;
  readonly wireMerchant: string;
  readonly terminals: readonly {
    readonly id: string;
    readonly wireTerminal: string;
    readonly scheme: (typeof SCHEMES)[number];
  }[];
}

function storeOf(
  name: string,
  { tenant, store, terminals }: { tenant: number; store: number; terminals: number },
): PlannedStore {
  const number = `${tenant + 1}${store + 1}`;
  return {
    id: stableId(`store ${number}`),
    name,
    wireMerchant: `TSUNAGU${number.padStart(8, '0')}`,
    terminals: Array.from({ length: terminals }, (_, position) => ({
      id: stableId(`terminal ${number}${position + 1}`),
      wireTerminal: `T${number}${String(position + 1).padStart(5, '0')}`,
      scheme: SCHEMES[position % SCHEMES.length]!,
    })),
  };
}

/** Its lanes: as many as there are schemes. On the wire of the payment server they have names of its own. */
function hqStoreOf(name: string, tenant: number): PlannedStore {
  return storeOf(name, { tenant, store: 8, terminals: SCHEMES.length });
}

/** Names that the published sample messages of the wire use. @source test/vectors/iso8583/iso8583-1993.json */
function laneOf({ id, scheme }: PlannedStore['terminals'][number], lane: number): SeededLane {
  return { id, scheme, terminal: `TSN${String(lane + 1).padStart(5, '0')}`, merchant: 'M00000000000001' };
}

async function insertStore(tx: Tx, store: PlannedStore, plan: Plan): Promise<void> {
  const contracts = [LANES, plan.planContract, plan.dccCurrencies, plan.verificationContract];
  await tx.query(STORE, [tx.tenantId, store.id, store.name, store.wireMerchant, ...contracts]);
  for (const terminal of store.terminals)
    await tx.query(TERMINAL, [tx.tenantId, terminal.id, store.id, terminal.wireTerminal]);
}

/** A UUIDv7 whose random part comes from a name instead of chance. */
function stableId(name: string): string {
  const digest = createHash('sha256').update(`tsunagu sandbox ${name}`).digest('hex');
  return `${newId(EPOCH).slice(0, 14)}7${digest.slice(0, 3)}-a${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}
