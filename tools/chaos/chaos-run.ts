import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import { compareBooks, isSettled, type Comparison, type PublicPayment } from './books-comparison.js';
import { Disturber, faultMix, type Killable } from './disturber.js';
import { readIssuerLedgers } from './issuer-ledger.js';
import { OwnRedis } from './own-redis.js';
import { PersistentClient } from './persistent-client.js';
import { readAllPayments } from './public-books.js';
import { readSandbox, UNLIMITED_TENANTS, type SandboxState } from './sandbox-state.js';
import { SimulatedReader } from './simulated-reader.js';
import { startStack, type Stack } from './stack.js';
import { Till } from './till.js';

export interface ChaosOptions {
  readonly payments: number;
  readonly seed: number;
  readonly queue: 'postgres' | 'redis';
  readonly keep: boolean;
  readonly say: (line: string) => void;
}

export interface ChaosResult extends Omit<Comparison, 'places'> {
  readonly payments: number;
  readonly kills: number;
  readonly faults: number;
  readonly approved: number;
  readonly declined: number;
  readonly reversed: number;
  readonly unknown: number;
  readonly seconds: number;
  readonly seed: number;
  readonly queue: string;
  readonly killed: Readonly<Record<string, number>>;
  readonly retries: number;
  readonly complaints: readonly string[];
  readonly places: readonly string[];
}

/** More purchases, more tills at once: the run's length must not grow with them. */
const TILLS = { min: 32, max: 96, purchasesEach: 20 };
const FAULT_SHARE = 0.06;
/** Longest life of a run without an answer: a till that waits longer has found a bug. */
const PER_PAYMENT_MS = 4_000;
const PATIENCE_MIN_MS = 300_000;
const QUIET_MAX_MS = 180_000;
const PLACES_SHOWN_MAX = 20;
/** Short timers, so that a loss is found in seconds; everything else is as in the sandbox. */
const TIMERS = { replyTimeoutMs: 2_500, reversalScheduleMs: [500, 1_000, 2_000, 4_000] };
const LATE_MS = 3_500;
const DELAY_MS = 400;

/** One run: own house, tills, faults and kills, quiet, comparison. */
export async function runChaos(root: string, options: ChaosOptions): Promise<ChaosResult> {
  const dataDir = join(root, '.tsunagu', `chaos-${options.seed}`);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const redis = options.queue === 'redis' ? await OwnRedis.start(dataDir) : undefined;
  let stack: Stack | undefined;
  try {
    const extraEnv = {
      simulator: { SIM_AFTER_TIMEOUT_MS: String(LATE_MS) },
      seed: { SANDBOX_TERMINALS_PER_STORE: String(Math.ceil(tillsFor(options.payments) / 4)) },
    };
    stack = await startStack(root, { dataDir, timers: TIMERS, redisUrl: redis?.url, extraEnv, say: options.say });
    return await new ChaosRun(options, stack, redis).run();
  } finally {
    await stack?.stop();
    await redis?.stop();
    if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
  }
}

class ChaosRun {
  readonly #random: SeededRandom;
  readonly #complaints: string[] = [];
  #left: number;

  constructor(
    private readonly options: ChaosOptions,
    private readonly stack: Stack,
    private readonly redis: OwnRedis | undefined,
  ) {
    this.#random = new SeededRandom(options.seed);
    this.#left = options.payments;
  }

  async run(): Promise<ChaosResult> {
    const startedMs = performance.now();
    const sandbox = await readSandbox(this.stack.dataDir);
    const patience = AbortSignal.timeout(Math.max(PATIENCE_MIN_MS, this.options.payments * PER_PAYMENT_MS));
    const clients = sandbox.tenants
      .slice(0, UNLIMITED_TENANTS)
      .map(({ api_key }) => new PersistentClient(sandbox.api, api_key, patience));
    const disturber = this.#disturber();
    await this.#setFaults(sandbox, true);
    const disturbance = disturber.run();
    await Promise.all(this.#tills(sandbox, clients).map((till) => till.work()));
    disturber.stop();
    await disturbance;
    const faults = await this.#faultCount(sandbox);
    await this.#setFaults(sandbox, false);
    await this.stack.waitReady();
    this.options.say('tills closed, waiting for quiet');
    const payments = await this.#quiet(clients);
    const comparison = compareBooks(payments, await readIssuerLedgers(sandbox.issuer_ledger));
    return {
      ...countStates(payments),
      ...comparison,
      places: comparison.places.slice(0, PLACES_SHOWN_MAX),
      kills: disturber.killCount,
      killed: disturber.kills,
      faults,
      retries: clients.reduce((sum, client) => sum + client.counts.retries, 0),
      complaints: this.#complaints.slice(0, PLACES_SHOWN_MAX),
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
      seed: this.options.seed,
      queue: this.options.queue,
    };
  }

  #disturber(): Disturber {
    const { stack, redis } = this;
    const killable: Killable = { kill9: (name) => (name === 'redis' ? redis?.kill9() : stack.kill9(name)) };
    const victims = ['api', 'worker', 'vault', 'switch', 'postgres', ...(redis === undefined ? [] : ['redis'])];
    return new Disturber(killable, this.#random.fork(), victims);
  }

  #tills(sandbox: SandboxState, clients: readonly PersistentClient[]): Till[] {
    const places = clients.flatMap((client, index) =>
      sandbox.tenants[index]!.stores.flatMap((store) =>
        store.terminals.map((terminal) => ({ client, reader: new SimulatedReader(terminal) })),
      ),
    );
    const plans = join(this.stack.dataDir, 'intents.jsonl');
    const shift = {
      nextCustomer: () => (this.#left -= 1) >= 0,
      save: (plan: object) => appendFileSync(plans, `${JSON.stringify(plan)}\n`),
      complain: (what: string) => void this.#complaints.push(what),
    };
    return Array.from({ length: tillsFor(this.options.payments) }, (_, till) => {
      const { client, reader } = places[till % places.length]!;
      return new Till(reader, client, this.#random.fork(), shift);
    });
  }

  /** Rules of one kind each, so that six of a hundred messages meet trouble. */
  async #setFaults(sandbox: SandboxState, isStorm: boolean): Promise<void> {
    const delays: Record<string, number> = { delay: DELAY_MS, late: LATE_MS };
    const rules = Object.entries(faultMix(FAULT_SHARE)).map(([kind, probability]) => ({
      link: '*',
      kind,
      probability,
      ...(delays[kind] === undefined ? {} : { delayMs: delays[kind] }),
    }));
    const body = isStorm ? { seed: this.options.seed, faults: rules } : { faults: [] };
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(sandbox.faults, { method: 'PUT', headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`the fault panel answered ${response.status}: ${await response.text()}`);
  }

  async #faultCount(sandbox: SandboxState): Promise<number> {
    const state = (await (await fetch(sandbox.faults)).json()) as { injected: Record<string, number> };
    return Object.values(state.injected).reduce((sum, count) => sum + count, 0);
  }

  /** Wait until nothing moves any more, or the time for it is over. */
  async #quiet(clients: readonly PersistentClient[]): Promise<PublicPayment[]> {
    const untilMs = performance.now() + QUIET_MAX_MS;
    for (;;) {
      const payments = (await Promise.all(clients.map(readAllPayments))).flat();
      if (payments.every(isSettled) || performance.now() > untilMs) return payments;
      await sleep(1_000);
    }
  }
}

function tillsFor(purchases: number): number {
  return Math.min(TILLS.max, Math.max(TILLS.min, Math.ceil(purchases / TILLS.purchasesEach)));
}

function countStates(
  payments: readonly PublicPayment[],
): Pick<ChaosResult, 'payments' | 'approved' | 'declined' | 'reversed' | 'unknown'> {
  const count = (is: (payment: PublicPayment) => boolean) => payments.filter(is).length;
  const isReversed = (payment: PublicPayment) => payment.attempts.some((attempt) => attempt.status === 'reversed');
  return {
    payments: payments.length,
    approved: count((payment) => payment.customer_charged === 'yes' || payment.status === 'refunded'),
    declined: count((payment) => payment.status === 'declined' && !isReversed(payment)),
    reversed: count(isReversed),
    unknown: count((payment) => payment.customer_charged === 'unknown'),
  };
}
