import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { removePostgresData, startPostgres } from '../postgres.mjs';
import { latencyOf, round } from './percentile.js';
import { TokenStore, type StatementCost } from './token-store.js';

/** Cards of each table, the small one being the measure, and how often a card is found or made to see what memory does. */
export interface TokenCounts {
  readonly few: number;
  readonly many: number;
  readonly operations: number;
  /** Memory of the server for pages, as PostgreSQL writes it. */
  readonly buffers: string;
}

type Deed = 'find' | 'create';
type Say = (line: string) => void;

interface Cost extends StatementCost {
  /** Of the whole transaction, commit included, as its caller waits for it. */
  readonly medianMicros: number;
}

/** What the budget of 1.2 is held against; the rest is there to explain it. */
const JUDGED = ['pages', 'serverMicros', 'medianMicros'] as const;
const BUDGET = 1.2;
const ROUNDS = 40;
const DEEDS_A_ROUND = 100;
const WARM_UP_ROUNDS = 5;
const LANES = 8;
const SAMPLES = 10;

/**
 * What finding and making a token costs with few and with many cards stored: both tables on one server of its own, in turns, through the
 * vault's own code; then the memory of this process over many operations on the large table. The folder goes away with it.
 */
export async function measureTokens(counts: TokenCounts, say: Say): Promise<Record<string, unknown>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'bench-tokens-'));
  const settings = {
    shared_preload_libraries: 'pg_stat_statements',
    max_wal_size: '4GB',
    shared_buffers: counts.buffers,
  };
  const data = join(dataDir, 'pg');
  const server = await startPostgres({ dataDir: data, settings });
  try {
    say(`storing ${counts.few} and ${counts.many} cards …`);
    const few = await TokenStore.fill(server.url(), counts.few);
    const many = await TokenStore.fill(server.url(), counts.many);
    const result = await measureBoth(few, many, counts, say);
    await Promise.all([few.close(), many.close()]);
    return result;
  } finally {
    await server.stop();
    await removePostgresData(data);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measureBoth(few: TokenStore, many: TokenStore, { operations }: TokenCounts, say: Say) {
  await Promise.all([few.warm(), many.warm()]);
  const packed = { find: await compare(few, many, 'find'), create: await compare(few, many, 'create') };
  say(JSON.stringify(packed));
  say(`${operations} operations …`);
  const memory = await memoryOver(many, operations, say);
  const grown = { find: await compare(few, many, 'find'), create: await compare(few, many, 'create') };
  const plans = { few: await few.plan(), many: await many.plan() };
  return { budget: BUDGET, packed, memory, grown, plans };
}

/** In turns, so that a busy machine is busy for both. */
async function compare(few: TokenStore, many: TokenStore, deed: Deed) {
  const stores = [few, many] as const;
  const micros: [number[], number[]] = [[], []];
  for (let turn = -WARM_UP_ROUNDS; turn < ROUNDS; turn += 1) {
    if (turn === 0) await Promise.all(stores.map((store) => store.forget()));
    for (const [at, store] of stores.entries()) {
      const took = await roundOf(store, deed, (turn + WARM_UP_ROUNDS) * DEEDS_A_ROUND);
      if (turn >= 0) micros[at]!.push(...took);
    }
  }
  const costs = await Promise.all(
    stores.map(async (store, at): Promise<Cost> => {
      const medianMicros = latencyOf(micros[at]!).p50;
      return rounded({ ...(await store.costs()), medianMicros });
    }),
  );
  const [small, large] = costs as [Cost, Cost];
  const ratios = Object.fromEntries(JUDGED.map((name) => [name, round(large[name] / small[name])]));
  return { few: small, many: large, ratios };
}

async function roundOf(store: TokenStore, deed: Deed, from: number): Promise<number[]> {
  const micros: number[] = [];
  for (let i = 0; i < DEEDS_A_ROUND; i += 1) {
    const started = process.hrtime.bigint();
    await (deed === 'find' ? store.find(from + i) : store.create());
    micros.push(Number(process.hrtime.bigint() - started) / 1000);
  }
  return micros;
}

/** As many found as made, on eight lanes; what is alive after a collection, ten times on the way. */
async function memoryOver(store: TokenStore, operations: number, say: Say) {
  const collect = collector();
  const samples: { operations: number; heapMegabytes: number; rssMegabytes: number }[] = [];
  const each = Math.floor(operations / SAMPLES);
  for (let sample = 0; sample <= SAMPLES; sample += 1) {
    if (sample > 0) await work(store, each, sample);
    collect();
    const { heapUsed, rss } = process.memoryUsage();
    samples.push({ operations: sample * each, heapMegabytes: megabytes(heapUsed), rssMegabytes: megabytes(rss) });
    say(JSON.stringify(samples.at(-1)));
  }
  const [settled, last] = [samples[1]!, samples.at(-1)!];
  const grown = (last.heapMegabytes - settled.heapMegabytes) * 1_000_000;
  const bytes = Math.round(grown / (last.operations - settled.operations));
  return { samples, heap_bytes_kept_an_operation: bytes };
}

async function work(store: TokenStore, operations: number, sample: number): Promise<void> {
  let left = operations;
  const lane = async () => {
    for (; left > 0;) {
      left -= 1;
      await (left % 2 === 0 ? store.create() : store.find(sample * operations + left));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function megabytes(bytes: number): number {
  return round(bytes / 1_000_000);
}

function rounded(cost: Cost): Cost {
  return Object.fromEntries(
    Object.entries(cost).map(([name, value]) => [name, round(value as number)]),
  ) as unknown as Cost;
}
