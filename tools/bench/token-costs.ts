import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrateDatabase } from '../migrate/migrate-database.js';
import { prepareRoles } from '../migrate/prepare-roles.js';
import { startPostgres } from '../postgres.mjs';
import { roleUrl } from '../postgres/role-url.mjs';
import { round } from './percentile.js';

/** Cards of each table: the small one is the measure, the large one must cost no more than 1.2 times as much. */
export interface TokenCounts {
  readonly few: number;
  readonly many: number;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Total Cost': number;
  readonly 'Heap Fetches'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

interface Cost {
  readonly cards: number;
  /** Pages that a found card touches, mean of the sample. */
  readonly buffers: number;
  readonly plan: string;
  readonly planCost: number;
  readonly heapFetches: number;
  /** Microseconds of a prepared look-up, median of the sample; shown, not judged: a busy machine moves it. */
  readonly medianMicros: number;
}

const SAMPLE = 200;
const FIND = `select token_id, expiry from vault.card where tenant_id = $1 and fingerprint = $2 and state = 'active' and uses = 'multi'`;

/** The same on a server of its own in a folder that goes away with it. */
export async function measureTokensHere(counts: TokenCounts): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-tokens-'));
  const server = await startPostgres({ dataDir: join(dataDir, 'pg') });
  try {
    return await measureTokens(server.url(), counts);
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

/**
 * What finding a card costs with few and with many cards stored, counted in pages: find-or-create reads one index and never the table.
 * Makes its own databases on the server and drops them.
 */
export async function measureTokens(server: string, counts: TokenCounts): Promise<Record<string, unknown>> {
  const [few, many] = [await costOf(server, counts.few), await costOf(server, counts.many)];
  const ratio = round(many.buffers / few.buffers);
  const timeRatio = round(many.medianMicros / few.medianMicros);
  return { few, many, ratio_of_buffers: ratio, ratio_of_medians: timeRatio, budget: 1.2 };
}

async function costOf(server: string, cards: number): Promise<Cost> {
  const name = `bench_tokens_${process.pid}_${randomBytes(3).toString('hex')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    await prepareRoles(admin);
    await admin.query(`create database ${name} owner tsunagu_owner`);
    await migrateDatabase(roleUrl(server, 'tsunagu_owner', name));
    return await fillAndMeasure(server, name, cards);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

async function fillAndMeasure(server: string, name: string, cards: number): Promise<Cost> {
  const url = new URL(server);
  url.pathname = `/${name}`;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const tenantId = randomUUID();
    await fill(client, tenantId, cards);
    return { cards, ...(await measure(client, tenantId, cards)) };
  } finally {
    await client.end();
  }
}

/** Synthetic rows, made by the server itself: fingerprints are digests of their numbers, nothing is a card. */
async function fill(client: pg.Client, tenantId: string, cards: number): Promise<void> {
  const dataKey = randomUUID();
  await client.query(
    `insert into vault.tenant_data_key (tenant_id, id, period, wrapped, kek_id, created_at) values ($1, $2, '2026-11', $3, 'bench', now())`,
    [tenantId, dataKey, randomBytes(88)],
  );
  await client.query(
    `insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, bin6, last4, brand, state, created_at)
     select $1::uuid, gen_random_uuid(), sha256(n::text::bytea), $3::bytea, $2::uuid, 1, '3108', '411111', '1111', 'visa', 'active', now()
     from generate_series(1, $4::int) n`,
    [tenantId, dataKey, randomBytes(44), cards],
  );
  await client.query('vacuum (analyze, freeze) vault.card');
}

async function measure(client: pg.Client, tenantId: string, cards: number): Promise<Omit<Cost, 'cards'>> {
  const plans: Plan[] = [];
  const micros: number[] = [];
  for (let i = 0; i < SAMPLE; i += 1) {
    const fingerprint = createHash('sha256')
      .update(String(1 + ((i * 7919) % cards)))
      .digest();
    const values = [tenantId, fingerprint];
    await client.query(FIND, values); // the page is in memory, as it is for a card that comes back
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, buffers, timing off, format json) ${FIND}`,
      values,
    );
    plans.push(rows[0]!['QUERY PLAN'][0].Plan);
    const started = process.hrtime.bigint();
    await client.query({ name: 'find', text: FIND, values });
    micros.push(Number(process.hrtime.bigint() - started) / 1000);
  }
  const sum = (of: (plan: Plan) => number) => plans.reduce((all, plan) => all + of(plan), 0);
  return {
    buffers: round(sum((plan) => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']) / SAMPLE),
    plan: plans[0]!['Node Type'],
    planCost: plans[0]!['Total Cost'],
    heapFetches: sum((plan) => plan['Heap Fetches'] ?? 1),
    medianMicros: Math.round(micros.sort((a, b) => a - b)[SAMPLE / 2]!),
  };
}
