import { randomBytes } from 'node:crypto';
import { Clock, Secret, SystemClock } from '@tsunagu/kernel';
import { AppConfig, AppLogger, Centre, MoneyPool, sql, Transactions } from '@tsunagu/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { MerchantDirectoryService } from './directory/merchant-directory.service.js';
import { ApiKeys } from './keys/api-keys.service.js';
import { newSecret, parseKey, writeKey } from './keys/key-text.js';
import { RateLimiter } from './limits/rate-limiter.js';
import { SandboxSeed, type SeededTenant } from './sandbox/sandbox-seed.service.js';

/** Time stands until a test moves it. */
class SteppedClock extends SystemClock {
  offsetMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.offsetMs);
  }

  override monotonicMs(): number {
    return this.offsetMs;
  }
}

describe('merchants on PostgreSQL', () => {
  const env = { API_KEY_PEPPER: randomBytes(32).toString('hex') };
  const config = AppConfig.fromEnv('api', env);
  const clock = new SteppedClock();
  let db: TestDatabase;
  let pool: MoneyPool;
  let centre: Centre;
  let transactions: Transactions;
  let tenants: SeededTenant[];

  const keysOf = (at: Clock = clock) => new ApiKeys(centre, transactions, at, new RateLimiter(at), config);
  const tenant = (index: number): SeededTenant => tenants[index] as SeededTenant;

  beforeAll(async () => {
    db = await testDatabase();
    pool = new MoneyPool(new Secret(db.url('gateway')), new AppLogger(config, () => undefined), { max: 4 });
    transactions = new Transactions(pool);
    centre = new Centre(pool);
    tenants = await new SandboxSeed(transactions, keysOf()).seed();
  }, 60_000);
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await db.drop();
  });

  it('seeds three tenants, the first with two stores, each store with a terminal per scheme; again changes nothing but adds keys', async () => {
    expect(tenants.map(({ stores }) => stores.length)).toEqual([2, 1, 1]);
    const again = await new SandboxSeed(transactions, keysOf()).seed();
    const shape = (all: SeededTenant[]) =>
      all.map(({ id, stores }) => ({
        id,
        stores: stores.map((store) => ({ id: store.id, terminals: store.terminals.map((t) => [t.id, t.scheme]) })),
      }));
    expect(shape(again)).toEqual(shape(tenants));
    expect(again[0]?.apiKey).not.toBe(tenants[0]?.apiKey);
    const rows = await transactions.run({ tenantId: tenant(0).id }, (tx) =>
      tx.query(sql('spec_terminals', 'select id from gateway.terminal'), []),
    );
    expect(rows).toHaveLength(6); // two of each shop, and those that the payment server speaks for
  });

  it('takes the tenant from the key alone, and the node of a terminal key [E1, E5]', async () => {
    const keys = keysOf();
    const whole = await keys.authenticate(tenant(0).apiKey, 'req');
    expect(whole.ctx).toMatchObject({
      tenantId: tenant(0).id,
      requestId: 'req',
      storeId: undefined,
      terminalId: undefined,
    });
    expect(whole.rateLimits).toEqual({ pay: null, read: null, terminal: null, keyConcurrency: null });
    const store = tenant(2).stores[0];
    const terminal = store?.terminals[0];
    const limited = await keys.authenticate(terminal?.apiKey ?? '', 'req');
    expect(limited.ctx).toMatchObject({ tenantId: tenant(2).id, storeId: store?.id, terminalId: terminal?.id });
    expect(limited.rateLimits).toEqual({ pay: 50, read: 100, terminal: 2, keyConcurrency: 100 });
    expect(limited.scopes).not.toContain('events:read');
  });

  it('gives an unknown id, a wrong secret and a key of the other mode one answer, after the same work [F1]', async () => {
    const keys = keysOf();
    const right = parseKey(tenant(0).apiKey);
    if (right === undefined) throw new Error('the seed writes readable keys');
    const wrongSecret = writeKey('test', right.id, newSecret());
    const unknownId = writeKey('test', '01930000-0000-7000-8000-000000000000', right.secret);
    const otherMode = writeKey('live', right.id, right.secret);
    const answers = [];
    for (const key of [wrongSecret, unknownId, otherMode]) {
      const before = pool.counts.statements;
      answers.push(
        await keysOf()
          .authenticate(key, 'req')
          .catch((error: unknown) => String(error)),
      );
      expect(pool.counts.statements - before).toBe(1); // one look-up and one comparison each: time cannot tell them apart
    }
    expect(new Set(answers).size).toBe(1);
    const before = pool.counts.statements;
    await expect(keys.authenticate(`${tenant(0).apiKey.slice(0, -1)}!`, 'req')).rejects.toMatchObject({
      code: 'api_key_invalid',
    });
    await expect(keys.authenticate('x'.repeat(100_000), 'req')).rejects.toMatchObject({ code: 'api_key_invalid' });
    expect(pool.counts.statements).toBe(before);
  });

  it('stores no key that could be used: only a digest under a pepper that is not in the database [F1]', async () => {
    const right = parseKey(tenant(0).apiKey);
    const rows = await transactions.run({ tenantId: tenant(0).id }, (tx) =>
      tx.query(sql('spec_keys', 'select a::text as row from gateway.api_key a'), []),
    );
    expect(JSON.stringify(rows)).not.toContain(right?.secret);
    const otherPepper = AppConfig.fromEnv('api', { API_KEY_PEPPER: randomBytes(32).toString('hex') });
    const elsewhere = new ApiKeys(centre, transactions, clock, new RateLimiter(clock), otherPepper);
    await expect(elsewhere.authenticate(tenant(0).apiKey, 'req')).rejects.toMatchObject({ code: 'api_key_invalid' });
  });

  it('refuses a revoked key within two seconds on every node, and at once on the one that revoked it', async () => {
    const here = keysOf();
    const elsewhere = keysOf();
    const { id, key } = await here.issue({ tenantId: tenant(1).id }, { mode: 'test', scopes: ['payments:read'] });
    await here.authenticate(key, 'req');
    await elsewhere.authenticate(key, 'req');
    expect(await here.revoke({ tenantId: tenant(0).id }, id)).toBe(false);
    expect(await here.revoke({ tenantId: tenant(1).id }, id)).toBe(true);
    await expect(here.authenticate(key, 'req')).rejects.toMatchObject({ code: 'api_key_invalid' });
    clock.offsetMs += 2_001;
    await expect(elsewhere.authenticate(key, 'req')).rejects.toMatchObject({ code: 'api_key_invalid' });
  });

  it('refuses a key after its time', async () => {
    const keys = keysOf();
    const expiresAt = new Date(clock.now().getTime() + 60_000);
    const { key } = await keys.issue({ tenantId: tenant(1).id }, { mode: 'test', scopes: [], expiresAt });
    await keys.authenticate(key, 'req');
    clock.offsetMs += 61_000;
    await expect(keys.authenticate(key, 'req')).rejects.toMatchObject({ code: 'api_key_expired' });
  });

  it('shows a terminal to its tenant and node, and to nobody else [E5]', async () => {
    const directory = new MerchantDirectoryService(transactions);
    const [first, second] = tenant(0).stores;
    const terminal = first?.terminals[0];
    const find = (ctx: { tenantId: string; storeId?: string; terminalId?: string }) =>
      directory.terminal({ requestId: 'req', ...ctx }, terminal?.id ?? '');
    expect(await find({ tenantId: tenant(0).id })).toMatchObject({
      storeId: first?.id,
      blocked: false,
      mcc: '5411',
      methods: expect.arrayContaining(['credit']),
    });
    expect(await find({ tenantId: tenant(0).id, storeId: first?.id, terminalId: terminal?.id })).toBeDefined();
    expect(await find({ tenantId: tenant(1).id })).toBeUndefined();
    expect(await find({ tenantId: tenant(0).id, storeId: second?.id })).toBeUndefined();
    expect(await find({ tenantId: tenant(0).id, terminalId: second?.terminals[0]?.id })).toBeUndefined();
    expect(await directory.terminal({ tenantId: tenant(0).id, requestId: 'req' }, "x' or 1=1")).toBeUndefined();
  });
});
