import { Secret, SystemClock, newId } from '@tsunagu/kernel';
import type { SubmitRequest } from '@tsunagu/contracts';
import { parseRoutingFile } from '@tsunagu/connectors';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger, MoneyPool, Transactions, sql } from '@tsunagu/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { CardDeclines } from './card-declines.js';
import { Router } from './router.js';

const TENANT = newId(new Date());
const INSERT = sql(
  'spec_journal_insert',
  `insert into switch.journal (tenant_id, attempt_id, state, request, link, mti, stan, rrn, local_time, fence, opened_at, moved_at)
   values ($1, $2, 'sending', $3, 'acq', '1200', '000001', '632700000001', '261123091500', 1, $4, $4)`,
);
const DECLINE = sql(
  'spec_journal_decline',
  `update switch.journal set state = 'declined', action_code = $3, moved_at = $4 where tenant_id = $1 and attempt_id = $2`,
);
const LINKS = [{ name: 'acq', brands: ['visa'] }] as unknown as LinkConfig[];
const RETRIES = [
  { id: 'two a day', brands: ['visa'], action_codes: ['1'], declines_max: 2, within_hours: 24, source: 'spec' },
];

let db: TestDatabase;
let pool: MoneyPool;
let transactions: Transactions;
let router: Router;

beforeAll(async () => {
  db = await testDatabase();
  const logger = new AppLogger(AppConfig.fromEnv('switch', {}), () => undefined);
  pool = new MoneyPool(new Secret(db.url('switch')), logger, { max: 2 });
  transactions = new Transactions(pool);
  const rules = [{ id: 'visa', brands: ['visa'], links: ['acq'] }];
  const table = { version: '1', valid_from: '2026-01-01T00:00:00Z', source: 'spec', rules, retries: RETRIES };
  const tables = parseRoutingFile({ tables: [table] }, LINKS);
  router = new Router(tables, new CardDeclines(transactions), new SystemClock());
}, 60_000);
afterAll(async () => {
  await pool.onApplicationShutdown();
  await db.drop();
});

async function declined(cardToken: string, actionCode: string, hoursAgo = 0, tenantId = TENANT): Promise<void> {
  const at = new Date(Date.now() - hoursAgo * 3_600_000);
  const attemptId = newId(new Date());
  await transactions.run({ tenantId }, async (tx) => {
    await tx.query(INSERT, [tenantId, attemptId, JSON.stringify({ cardToken }), at]);
    await tx.query(DECLINE, [tenantId, attemptId, actionCode, at]);
  });
}

const asked = (cardToken: string, change: Partial<SubmitRequest> = {}) =>
  ({ tenantId: TENANT, brand: 'visa', cardToken, operation: 'sale', ...change }) as SubmitRequest;

it('counts a decline in the transaction that journals it, and refuses the card when its number is used up', async () => {
  const card = newId(new Date());
  await declined(card, '116');
  expect(await router.forbidden(asked(card))).toBeUndefined();
  await declined(card, '100');
  expect(await router.forbidden(asked(card))).toBe('two a day');
  expect(await router.forbidden(asked(card, { operation: 'refund' }))).toBeUndefined();
  expect(await router.forbidden(asked(newId(new Date())))).toBeUndefined();
});

it('forgets what is older than the rule, counts no trouble of ours, and sees no other tenant’s declines', async () => {
  const card = newId(new Date());
  await declined(card, '116', 25);
  await declined(card, '911');
  await declined(card, '116', 0, newId(new Date()));
  await declined(card, '116');
  expect(await router.forbidden(asked(card))).toBeUndefined();
});
