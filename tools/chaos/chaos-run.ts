import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../test/simulation/seeded-random.js';
import { compareBooks, isSettled, type Comparison, type PublicPayment } from './books-comparison.js';
import { Disturber } from './disturber.js';
import { readIssuerLedgers } from './issuer-ledger.js';
import { KeyRotator, countIndexFaults } from './key-rotator.js';
import { countKeyRefusals } from './key-refusals.js';
import { OwnRedis } from './own-redis.js';
import { countKinds, missingKinds, NAMED_FROM_PAYMENTS, notEndedByTheClock, type Mix } from './kinds.js';
import { PersistentClient } from './persistent-client.js';
import { readAllPayments } from './public-books.js';
import { scanRunningHouse, type LiveScan } from './live-scan.js';
import { readSandbox, UNLIMITED_TENANTS, type SandboxState } from './sandbox-state.js';
import { ShiftBoard } from './shift-board.js';
import { SimulatedReader } from './simulated-reader.js';
import { startStack, type Stack } from './stack.js';
import { QUEUE, targetOf } from './target.js';
import { Till } from './till.js';
import { leaveWaiting } from './waiting-payments.js';
import { setWireFaults, stopWireFaults } from './wire-faults.js';

export interface ChaosOptions {
  readonly payments: number;
  readonly seed: number;
  readonly queue: 'postgres' | 'redis';
  /** Replicas of the switch; each of them is a victim. */
  readonly switches: number;
  readonly keep: boolean;
  /** Look for card numbers in everything of the house while it is still up. */
  readonly scan: boolean;
  /** Longest time that the tills may need, milliseconds; a run that needs more is stuck. */
  readonly ceilingMs: number;
  /** Change every type of key once while the tills pay. */
  readonly rotate: boolean;
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
  /** What of the new kinds was among them, so that a clean run says what it tried. */
  readonly mix: Mix;
  /** Named kinds that a run of this size should have tried and did not: it proves less than it says. */
  readonly missing: readonly string[];
  readonly seconds: number;
  readonly seed: number;
  readonly queue: string;
  /** Signal 9 by process. */
  readonly killed: Readonly<Record<string, number>>;
  /** How often the queue lost all it held. */
  readonly wipes: number;
  readonly retries: number;
  readonly payments_per_second: number;
  /** How long a till waited for the answer to a payment. */
  readonly wait_ms: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly scan?: LiveScan;
  /** How often each type of key was changed while tills paid. */
  readonly rotations?: Readonly<Record<string, number>>;
  /**
   * Payments that failed because of a key: the till's last answer was card_data_invalid, ksn_replay or ksn_stale, or the process that
   * held the payment logged that a key was refused or unknown, or an envelope unreadable. A 5xx is asked again and is final nowhere.
   */
  readonly failed_by_key?: number;
  /** Cards with two living tokens of one tenant, and cards left under an old key of the index. */
  readonly tokens_doubled?: number;
  readonly cards_under_old_index?: number;
  readonly complaints: readonly string[];
  readonly places: readonly string[];
}

/** More purchases, more tills at once: most of a till's time is waiting for a house that was struck, and the run must go on meanwhile. */
const TILLS = { min: 32, max: 192, purchasesEach: 12 };
/** Rounds of blows, each hitting every victim once, over which the customers of a short run are spread. */
const ROUNDS_MIN = 3;
const FAULT_SHARE = 0.06;
/** A holder who was asked for a currency has three minutes, and one who walked away uses them all. */
const QUIET_MAX_MS = 300_000;
const PROGRESS_MS = 10_000;
const PLACES_SHOWN_MAX = 20;
/** Short timers, so that a loss is found in seconds; everything else is as in the sandbox. */
const TIMERS = { replyTimeoutMs: 2_500, reversalScheduleMs: [500, 1_000, 2_000, 4_000] };
const LATE_MS = 3_500;
const DELAY_MS = 400;

/** One run: own house, tills, faults and blows, quiet, comparison. @throws Error the run is stuck; the message says where */
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
    stack = await startStack(root, {
      dataDir,
      timers: TIMERS,
      redisUrl: redis?.url,
      switches: options.switches,
      extraEnv,
      say: options.say,
    });
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
  readonly #board = new ShiftBoard();
  readonly #ceiling = new AbortController();
  /** What tills were answered, by kind, and the payments whose customers walked away. */
  readonly #taken = new Map<string, number>();
  readonly #left = new Set<string>();
  #come = 0;
  #keyFaults = 0;
  #places: readonly { readonly client: PersistentClient; readonly reader: SimulatedReader }[] = [];

  constructor(
    private readonly options: ChaosOptions,
    private readonly stack: Stack,
    private readonly redis: OwnRedis | undefined,
  ) {
    this.#random = new SeededRandom(options.seed);
  }

  async run(): Promise<ChaosResult> {
    const startedMs = performance.now();
    const sandbox = await readSandbox(this.stack.dataDir);
    const clients = sandbox.tenants
      .slice(0, UNLIMITED_TENANTS)
      .map(({ api_key }) => new PersistentClient(sandbox.api, api_key, this.#ceiling.signal));
    const victims = [
      'api',
      'worker',
      'vault',
      ...Array.from({ length: this.options.switches }, (_, at) => (at === 0 ? 'switch' : `switch${at + 1}`)),
      'postgres',
      QUEUE,
      ...(this.redis === undefined ? [] : ['redis']),
    ];
    const disturber = new Disturber(targetOf(this.stack, this.redis), this.#random.fork(), victims);
    await setWireFaults(sandbox.faults, {
      seed: this.options.seed,
      share: FAULT_SHARE,
      delayMs: DELAY_MS,
      lateMs: LATE_MS,
    });
    const rotator = this.options.rotate ? new KeyRotator(this.stack, this.options.say) : undefined;
    const untilShare = async (share: number): Promise<void> => {
      await disturber.untilBlows(share * victims.length * ROUNDS_MIN);
      await rotator?.untilShare(share);
    };
    await this.#storm(disturber, this.#tills(sandbox, clients, untilShare), rotator);
    const [perSecond, waits] = [this.#board.perSecond, this.#board.waitsMs];
    const faults = await stopWireFaults(sandbox.faults);
    await this.stack.waitReady();
    this.options.say('tills closed, waiting for quiet');
    const payments = await this.#quiet(clients);
    this.#complaints.push(...notEndedByTheClock(payments, this.#left));
    const mix = countKinds(payments, this.#taken, this.#left);
    const comparison = compareBooks(payments, await readIssuerLedgers(sandbox.issuer_ledger));
    const { [QUEUE]: wipes = 0, ...killed } = disturber.blows;
    return {
      ...countStates(payments),
      mix,
      missing: missingKinds(mix, this.options.payments),
      ...comparison,
      places: comparison.places.slice(0, PLACES_SHOWN_MAX),
      kills: disturber.blowCount - wipes,
      killed,
      wipes,
      faults,
      retries: clients.reduce((sum, client) => sum + client.counts.retries, 0),
      complaints: this.#complaints.slice(0, PLACES_SHOWN_MAX),
      payments_per_second: perSecond,
      wait_ms: waits,
      ...(this.options.scan ? { scan: await this.#scan() } : {}),
      ...(rotator === undefined ? {} : await this.#keyFacts(rotator)),
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
      seed: this.options.seed,
      queue: this.options.queue,
    };
  }

  /** While two purchases wait for their holders, with their cards held. @throws Error they do not wait */
  async #scan(): Promise<LiveScan> {
    const place = this.#places.find(({ reader }) => reader.takesPins);
    if (place === undefined) throw new Error('no reader of the sandbox takes PINs');
    const tracks = await leaveWaiting(place.client, place.reader);
    return scanRunningHouse(this.stack, this.redis?.url, tracks);
  }

  /** Tills pay while blows fall, until the last customer has gone. @throws Error the ceiling is reached, or the house does not come back */
  async #storm(disturber: Disturber, tills: readonly Till[], rotator: KeyRotator | undefined): Promise<void> {
    const ceiling = setTimeout(() => this.#ceiling.abort(), this.options.ceilingMs);
    const progress = setInterval(
      () => this.options.say(`${this.#board.progress(this.options.payments)}; ${disturber.blowCount} blows`),
      PROGRESS_MS,
    );
    try {
      const day = Promise.all(tills.map((till) => till.work())).finally(() => disturber.stop());
      await Promise.all([disturber.run(), day, rotator?.run()]); // a disturber that fails says that the house does not come back
    } catch (error) {
      const stuck = this.#whatIsStuck(error as Error);
      this.#ceiling.abort(); // nobody waits any longer
      throw new Error(stuck, { cause: error });
    } finally {
      disturber.stop();
      clearTimeout(ceiling);
      clearInterval(progress);
    }
  }

  async #keyFacts(
    rotator: KeyRotator,
  ): Promise<Pick<ChaosResult, 'rotations' | 'failed_by_key' | 'tokens_doubled' | 'cards_under_old_index'>> {
    const { doubled, old } = await countIndexFaults(this.stack.databaseUrl());
    return {
      rotations: await rotator.finish(),
      failed_by_key: this.#keyFaults + countKeyRefusals(join(this.stack.dataDir, 'log')),
      tokens_doubled: doubled,
      cards_under_old_index: old,
    };
  }

  #whatIsStuck(error: Error): string {
    const why = this.#ceiling.signal.aborted
      ? `the tills are not done after ${this.options.ceilingMs / 1000} s`
      : error.message;
    return [
      `chaos run ${this.options.seed} is stuck: ${why}`,
      this.#board.progress(this.options.payments),
      ...this.#board.stuck(),
    ].join('\n  ');
  }

  #tills(
    sandbox: SandboxState,
    clients: readonly PersistentClient[],
    untilShare: (share: number) => Promise<void>,
  ): Till[] {
    const places = (this.#places = clients.flatMap((client, index) =>
      sandbox.tenants[index]!.stores.flatMap((store) =>
        store.terminals.map((terminal) => ({ client, reader: new SimulatedReader(terminal) })),
      ),
    ));
    const plans = join(this.stack.dataDir, 'intents.jsonl');
    const shift = {
      nextCustomer: async () => {
        const mine = (this.#come += 1);
        if (mine > this.options.payments) return undefined;
        await untilShare(mine / this.options.payments);
        return mine / this.options.payments;
      },
      save: (plan: object) => appendFileSync(plans, `${JSON.stringify(plan)}\n`),
      complain: (what: string) => void this.#complaints.push(what),
      board: this.#board,
      took: (kind: string) => void this.#taken.set(kind, (this.#taken.get(kind) ?? 0) + 1),
      isLong: this.options.payments >= NAMED_FROM_PAYMENTS,
      left: (reference: string) => void this.#left.add(reference),
      keyFault: () => void (this.#keyFaults += 1),
    };
    return Array.from({ length: tillsFor(this.options.payments) }, (_, till) => {
      const { client, reader } = places[till % places.length]!;
      return new Till(till + 1, reader, client, this.#random.fork(), shift);
    });
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
