import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import { isSettled } from '../chaos/books-comparison.js';
import { readIssuerLedgers } from '../chaos/issuer-ledger.js';
import { PersistentClient } from '../chaos/persistent-client.js';
import { readAllPayments } from '../chaos/public-books.js';
import { readSandbox, UNLIMITED_TENANTS, type SandboxState } from '../chaos/sandbox-state.js';
import { startStack, type Stack } from '../chaos/stack.js';
import { Fleet } from './fleet.js';
import { judge, type OrderPayment, type Verdict } from './judge.js';
import { describeWaits, OutageWatch, type Waits } from './outage-watch.js';
import { LossyProxy } from './lossy-proxy.js';
import { planSale, type Sale } from './sale.js';
import type { Shop } from './till-process.js';

export interface FlakyOptions {
  readonly payments: number;
  readonly lossPercent: number;
  readonly seed: number;
  /** The planted bug: every try has a key, a reference and a reading of its own. */
  readonly isNaive: boolean;
  readonly keep: boolean;
  readonly ceilingMs: number;
  /** The program that becomes a process of tills. */
  readonly main: string;
  readonly say: (line: string) => void;
}

export interface FlakyResult extends Verdict {
  readonly payments: number;
  readonly orders: number;
  readonly charged: number;
  readonly not_charged: number;
  /** Longest time from the return of the network until every purchase that was under way was known, seconds, on the clock of the run. */
  readonly known_after_return_s: number;
  /** How long the purchases that were under way then stayed unknown, and what the slowest of them waited for. */
  readonly after_return: Waits;
  readonly outages: number;
  readonly loss_percent: number;
  /** What the line did to exchanges, by kind. */
  readonly line: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly tablets_lost: number;
  readonly taken_anew: number;
  readonly troubles: readonly string[];
  readonly seconds: number;
  readonly seed: number;
}

const PROCESSES = 4;
const TILLS = { min: 12, max: 32, salesEach: 12 };
const KILL_PERCENT = 4;
const OUTAGE_MS = 6_000;
const OUTAGES = 3;
const QUIET_MAX_MS = 120_000;
const PROGRESS_MS = 10_000;
const PLACES_SHOWN_MAX = 20;
/** Short timers of the lines, so that a lost answer of an issuer is found in seconds. */
const TIMERS = { replyTimeoutMs: 2_500, reversalScheduleMs: [500, 1_000, 2_000, 4_000] };

/** One run: own house, bad line, tills that are killed and lost, three outages, quiet, verdict. @throws Error the run is stuck */
export async function runFlakyTill(root: string, options: FlakyOptions): Promise<FlakyResult> {
  const dataDir = join(root, '.tsunagu', `flaky-${options.seed}`);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(join(dataDir, 'flaky'), { recursive: true });
  let stack: Stack | undefined;
  try {
    const extraEnv = { seed: { SANDBOX_TERMINALS_PER_STORE: String(Math.ceil(tillsFor(options.payments) / 4)) } };
    stack = await startStack(root, { dataDir, timers: TIMERS, extraEnv, say: options.say });
    return await new FlakyRun(options, stack).run();
  } finally {
    await stack?.stop();
    if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
  }
}

class FlakyRun {
  readonly #random: SeededRandom;
  readonly #sales: Sale[] = [];
  readonly #startedMs = performance.now();

  constructor(
    private readonly options: FlakyOptions,
    private readonly stack: Stack,
  ) {
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<FlakyResult> {
    const sandbox = await readSandbox(this.stack.dataDir);
    const proxy = await LossyProxy.start(sandbox.api, this.#random.fork());
    const fleet = this.#fleet(this.#shop(sandbox, proxy.url));
    try {
      const waits = await this.#day(proxy, fleet);
      const payments = await this.#quiet(sandbox);
      const orders = this.#sales.map(({ order }) => order);
      const verdict = judge(orders, fleet.told, payments, await readIssuerLedgers(sandbox.issuer_ledger));
      return this.#result({ verdict, fleet, proxy, payments: payments.length, waits });
    } finally {
      fleet.stop();
      await proxy.stop();
    }
  }

  /** Tills serve through the bad line; the network goes away three times, the last time when the last customer has come. */
  async #day(proxy: LossyProxy, fleet: Fleet): Promise<Waits> {
    proxy.loss = this.options.lossPercent / 100;
    const ceiling = AbortSignal.timeout(this.options.ceilingMs);
    let isOver = false;
    const day = fleet.run().finally(() => (isOver = true));
    const progress = setInterval(() => this.options.say(this.#progress(fleet)), PROGRESS_MS);
    const watches: OutageWatch[] = [];
    try {
      for (let outage = 1; outage <= OUTAGES; outage += 1) {
        const share = (this.options.payments * outage) / OUTAGES;
        await until(
          () => isOver || this.#sales.length >= share,
          ceiling,
          () => this.#progress(fleet),
        );
        watches.push(await this.#outage(proxy, fleet, ceiling));
      }
      await Promise.race([
        day,
        until(
          () => isOver,
          ceiling,
          () => this.#progress(fleet),
        ),
      ]);
    } finally {
      clearInterval(progress);
    }
    return describeWaits(watches);
  }

  /** @returns how long it took until each purchase that was under way when the network came back was known */
  async #outage(proxy: LossyProxy, fleet: Fleet, ceiling: AbortSignal): Promise<OutageWatch> {
    proxy.goDown();
    await sleep(OUTAGE_MS);
    proxy.comeBack();
    const watch = new OutageWatch(fleet);
    this.options.say(`the network is back; ${watch.open} purchases are not known`);
    const isAllKnown = () => watch.look() === 0;
    await until(isAllKnown, ceiling, () => this.#progress(fleet));
    return watch;
  }

  async #quiet(sandbox: SandboxState): Promise<OrderPayment[]> {
    const never = new AbortController().signal;
    const clients = sandbox.tenants
      .slice(0, UNLIMITED_TENANTS)
      .map(({ api_key }) => new PersistentClient(sandbox.api, api_key, never));
    const untilMs = performance.now() + QUIET_MAX_MS;
    for (;;) {
      const payments = (await Promise.all(clients.map(readAllPayments))).flat() as OrderPayment[];
      if (payments.every(isSettled) || performance.now() > untilMs) return payments;
      await sleep(500);
    }
  }

  #fleet(shop: Shop): Fleet {
    const { main, payments, isNaive } = this.options;
    const hasPinPad = new Map(shop.terminals.map(({ till, terminal }) => [till, terminal.scheme === 'AES-DUKPT']));
    const plans = this.#random.fork();
    const next = (till: number): Sale | undefined => {
      if (this.#sales.length >= payments) return undefined;
      const sale = planSale(plans, this.#sales.length + 1, hasPinPad.get(till) ?? false);
      this.#sales.push(sale);
      return sale;
    };
    const killPercent = isNaive ? 0 : KILL_PERCENT; // a naive till has nothing to resume with
    const { say } = this.options;
    return new Fleet({ main, shop, processes: PROCESSES, random: this.#random.fork(), killPercent, next, say });
  }

  #shop(sandbox: SandboxState, api: string): Shop {
    const terminals = sandbox.tenants
      .slice(0, UNLIMITED_TENANTS)
      .flatMap(({ stores }) => stores.flatMap((store) => store.terminals))
      .slice(0, tillsFor(this.options.payments))
      .map((terminal, till) => ({ till, terminal }));
    return { api, dataDir: this.stack.dataDir, terminals, isNaive: this.options.isNaive };
  }

  #progress(fleet: Fleet): string {
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(0);
    const waiting = [...fleet.serving].map(([till, { reference, then }]) => `${till}:${reference}/${then}`);
    return `${seconds} s: ${this.#sales.length} of ${this.options.payments} customers, ${fleet.kills} kills; serving ${waiting.join(' ')}`;
  }

  #result(facts: { verdict: Verdict; fleet: Fleet; proxy: LossyProxy; payments: number; waits: Waits }): FlakyResult {
    const { verdict, fleet, proxy, payments, waits } = facts;
    const last = new Map(fleet.told.map(({ order, result }) => [order, result]));
    const count = (result: string) => [...last.values()].filter((one) => one === result).length;
    return {
      payments,
      orders: this.#sales.length,
      charged: count('charged'),
      not_charged: count('not_charged'),
      ...verdict,
      places: verdict.places.slice(0, PLACES_SHOWN_MAX),
      known_after_return_s: waits.max_s,
      after_return: waits,
      outages: OUTAGES,
      loss_percent: this.options.lossPercent,
      line: proxy.counts,
      kills: fleet.kills,
      tablets_lost: fleet.tabletsLost,
      taken_anew: fleet.takenAnew,
      troubles: fleet.troubles.slice(0, PLACES_SHOWN_MAX),
      seconds: Math.round((performance.now() - this.#startedMs) / 100) / 10,
      seed: this.options.seed,
    };
  }
}

/** @throws Error the ceiling is reached; the message says where the run stands */
async function until(isDone: () => boolean, ceiling: AbortSignal, where: () => string): Promise<void> {
  while (!isDone()) {
    if (ceiling.aborted) throw new Error(`the run is stuck: ${where()}`);
    await sleep(50);
  }
}

function tillsFor(payments: number): number {
  return Math.min(TILLS.max, Math.max(TILLS.min, Math.ceil(payments / TILLS.salesEach)));
}
