import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { BARE_SCHEMA } from '../../test/load/bare-schema.js';
import { OwnRedis } from '../chaos/own-redis.js';
import { readSandbox, UNLIMITED_TENANTS, type SandboxState } from '../chaos/sandbox-state.js';
import { SimulatedReader } from '../chaos/simulated-reader.js';
import { startStack, type Stack } from '../chaos/stack.js';
import { BareProcess } from './bare-process.js';
import { costliestStatements, DatabaseMeter, untilCounting, wantStatementCounts } from './database-costs.js';
import { applyLoad, type LoadPlan, type LoadResult, type LoadTarget } from './load.js';
import { round, withoutIssuer } from './percentile.js';
import { cpuByName } from './process-cpu.js';

export interface BenchOptions {
  /** Length of each of the four measured stretches. */
  readonly seconds: number;
  readonly concurrency: number;
  /** Queue of the lanes. */
  readonly queue: 'postgres' | 'redis';
  readonly say: (line: string) => void;
}

interface Stretch extends LoadResult {
  readonly cpuMsPerPayment: Readonly<Record<string, number>>;
  readonly databasePerPayment: Readonly<Record<string, number>>;
}

const LOW_PAUSE_MS = 40;
/**
 * Payments of each side before the first measurement, as many for the one as for the other: until then V8 compiles and PostgreSQL plans.
 * By time the faster side would be the warmer one.
 */
const WARM_UP_PAYMENTS = 1_500;
/** A machine too slow for that measures what it has. */
const WARM_UP_LIMIT_MS = 120_000;
/** Before each stretch: queues fill to what the load makes of them. */
const SETTLE_MS = 1_500;
/** Stores of the tenants without limits; every second terminal of each is an AES reader. */
const STORES = 3;

/** Gateway and bare pipeline, at low load and at saturation, in one run on one PostgreSQL against one simulated issuer. */
export async function benchGateway(root: string, options: BenchOptions): Promise<Record<string, unknown>> {
  const dataDir = join(root, '.tsunagu', `bench-${process.pid}`); // two runs at once must not share a folder
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  process.env['SANDBOX_TERMINALS_PER_STORE'] = String(terminalsPerStore(options.concurrency)); // the seeding reads it
  const redis = options.queue === 'redis' ? await OwnRedis.start(dataDir) : undefined;
  let stack: Stack | undefined;
  try {
    stack = await startStack(root, { dataDir, redisUrl: redis?.url, say: options.say });
    return { queue: options.queue, ...(await new Bench(stack, options).run()) };
  } finally {
    await stack?.stop();
    await redis?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A reader counts its own transactions one after the other: with fewer readers than senders the bench would measure that queue. */
function terminalsPerStore(concurrency: number): number {
  return Math.min(98, 2 * Math.ceil(concurrency / STORES));
}

class Bench {
  constructor(
    private readonly stack: Stack,
    private readonly options: BenchOptions,
  ) {}

  async run(): Promise<Record<string, unknown>> {
    if (await wantStatementCounts(this.stack.databaseUrl())) {
      await this.stack.kill9('postgres'); // it comes back by itself, and counts
      await untilCounting(this.stack.databaseUrl());
      await this.stack.waitReady();
    }
    const sandbox = await readSandbox(this.stack.dataDir);
    const gateway = gatewayTarget(sandbox);
    const bareUrl = await this.#makeBareDatabase();
    const bareProcess = await BareProcess.start(this.#bareOptions(sandbox, bareUrl));
    const bare = { ...gateway, url: bareProcess.url, path: '/pay' };
    const barePids = {
      bare: bareProcess.pid,
      simulator: this.stack.pids['simulator'],
      postgres: this.stack.pids['postgres'],
    };
    const measure = { gateway: () => this.#gatewayMeter(), bare: () => ({ url: bareUrl, pids: barePids }) };
    try {
      const low = this.#plan(1, LOW_PAUSE_MS);
      const full = this.#plan(this.options.concurrency, 0);
      for (const [name, target] of Object.entries({ gateway, bare })) {
        this.options.say(`warming up: ${name} …`);
        await applyLoad(target, { ...full, paymentsMax: WARM_UP_PAYMENTS, measureMs: WARM_UP_LIMIT_MS });
      }
      const results = {
        gateway_low: await this.#stretch('gateway, low load', gateway, low, measure.gateway()),
        bare_low: await this.#stretch('bare pipeline, low load', bare, low, measure.bare()),
        gateway_full: await this.#stretch('gateway, saturated', gateway, full, measure.gateway()),
        bare_full: await this.#stretch('bare pipeline, saturated', bare, full, measure.bare()),
      };
      const costliest_statements = await costliestStatements(this.stack.databaseUrl());
      return { ...verdict(results), ...results, costliest_statements };
    } finally {
      await bareProcess.stop();
    }
  }

  #gatewayMeter(): { url: string; pids: Readonly<Record<string, number | undefined>> } {
    return { url: this.stack.databaseUrl(), pids: this.stack.pids };
  }

  #plan(concurrency: number, pauseMs: number): LoadPlan {
    return { concurrency, pauseMs, measureMs: this.options.seconds * 1000 };
  }

  async #stretch(
    name: string,
    target: LoadTarget,
    plan: LoadPlan,
    meter: { url: string; pids: Readonly<Record<string, number | undefined>> },
  ): Promise<Stretch> {
    this.options.say(`${name} …`);
    await applyLoad(target, { ...plan, measureMs: SETTLE_MS });
    const database = await DatabaseMeter.start(meter.url);
    const before = await cpuByName(meter.pids);
    const result = await applyLoad(target, plan);
    const after = await cpuByName(meter.pids);
    const cpu = Object.entries(after).map(([process, ms]) => [
      process,
      round((ms - (before[process] ?? 0)) / result.payments),
    ]);
    const databasePerPayment = await database.perPayment(result.payments);
    return { ...result, cpuMsPerPayment: Object.fromEntries(cpu) as Record<string, number>, databasePerPayment };
  }

  async #makeBareDatabase(): Promise<string> {
    const owner = new pg.Client({ connectionString: this.stack.databaseUrl() });
    await owner.connect();
    await owner.query('create database bare');
    await owner.end();
    const url = this.stack.databaseUrl().replace('/tsunagu?', '/bare?');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(BARE_SCHEMA);
    await client.end();
    return url;
  }

  #bareOptions(
    sandbox: SandboxState,
    databaseUrl: string,
  ): ConstructorParameters<typeof import('../../test/load/bare-pipeline.js').BarePipeline>[0] {
    const keys = aesTerminals(sandbox).map(({ terminal }) => [
      terminal.initial_key_id.toUpperCase(),
      terminal.initial_key,
    ]);
    const port = this.stack.ports['jcb'];
    if (port === undefined) throw new Error('the house has no jcb line');
    return {
      databaseUrl,
      issuer: { host: '127.0.0.1', port, acquirerId: '35001', forwardingId: '35901' },
      initialKeys: Object.fromEntries(keys) as Record<string, string>,
    };
  }
}

function aesTerminals(sandbox: SandboxState) {
  return sandbox.tenants
    .slice(0, UNLIMITED_TENANTS)
    .flatMap((tenant) =>
      tenant.stores.flatMap((store) => store.terminals.map((terminal) => ({ terminal, apiKey: tenant.api_key }))),
    )
    .filter(({ terminal }) => terminal.scheme === 'AES-DUKPT');
}

function gatewayTarget(sandbox: SandboxState): LoadTarget {
  const tills = aesTerminals(sandbox).map(({ terminal, apiKey }) => ({
    apiKey,
    reader: new SimulatedReader(terminal),
  }));
  return { url: sandbox.api, path: '/v1/payments', tills };
}

/** Ratios against the budgets of architecture.md §8. */
function verdict(results: {
  gateway_low: Stretch;
  bare_low: Stretch;
  gateway_full: Stretch;
  bare_full: Stretch;
}): Record<string, unknown> {
  const issuer = results.bare_low.issuerMs;
  const added = issuer === null ? null : withoutIssuer(results.gateway_low.latencyMs, issuer);
  return {
    throughput_ratio: round(results.gateway_full.perSecond / results.bare_full.perSecond),
    throughput_budget: 0.5,
    added_latency_ms: added,
    added_latency_budget_ms: { p50: 15, p99: 60 },
  };
}
