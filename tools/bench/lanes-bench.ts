import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { readSandbox, UNLIMITED_TENANTS, type SandboxState } from '../chaos/sandbox-state.js';
import { SimulatedReader } from '../chaos/simulated-reader.js';
import { startStack, type Stack } from '../chaos/stack.js';
import { putFaults, type WireFault } from '../chaos/wire-faults.js';
import { LANE_AMOUNT, payCalmly, pour, type LaneTill } from './lane-load.js';
import { latencyOf, round, type Latency } from './percentile.js';

export interface LanesOptions {
  /** Length of each stretch: four beside a lane that is well, one beside each trouble. */
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Lane whose network is struck; its own link, so that no healthy lane shares it. */
const SICK_LINK = 'cup';
/**
 * Of each healthy lane: a load that leaves the processor idle for most of the time. No bulkhead divides a processor, and a machine that is full
 * measures itself.
 */
const TILLS = 4;
const PAUSE_MS = 240;
/** Until then V8 compiles, and the first stretch alone would be the slowest. */
const WARM_UP_MS = 25_000;
const SETTLE_MS = 90_000;
interface Sickness {
  readonly name: string;
  readonly fault: WireFault | undefined;
  readonly perSecond: number;
  readonly waitSeconds: number;
}
/** The same payments while their network is well: what is compared is the trouble, not the processor's share of a third lane. */
const WELL: Sickness = { name: 'none', fault: undefined, perSecond: 5, waitSeconds: 25 };
/** Down; slow beyond every reply timer, so that each is reversed; a flood of twice what fifty places answer in time, so that they heap up. */
const TROUBLES: readonly Sickness[] = [
  { ...WELL, name: 'down', fault: { link: SICK_LINK, kind: 'down', probability: 1 } },
  { ...WELL, name: 'slow', fault: slowBy(20_000) },
  { name: 'flood', fault: slowBy(6_000), perSecond: 16, waitSeconds: 0 },
];
/** @source issue 5, item 9 */
const RATIO_BUDGET = 1.5;

function slowBy(delayMs: number): WireFault {
  return { link: SICK_LINK, kind: 'delay', probability: 1, delayMs };
}

/**
 * Latency of healthy lanes beside a third one whose network is well, then down, slow or flooded, in one run: before and after each
 * trouble the third lane is measured well, so that what else the machine does strikes both sides.
 */
export async function benchLanes(root: string, options: LanesOptions): Promise<Record<string, unknown>> {
  const dataDir = join(root, '.tsunagu', `bench-lanes-${process.pid}`);
  rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  process.env['SANDBOX_TERMINALS_PER_STORE'] = '16';
  let stack: Stack | undefined;
  try {
    stack = await startStack(root, { dataDir, say: options.say });
    return await new LanesBench(stack, await readSandbox(dataDir), options).run();
  } finally {
    await stack?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

class LanesBench {
  readonly #lanes: Readonly<Record<string, readonly LaneTill[]>>;
  readonly #sick: readonly LaneTill[];

  constructor(
    private readonly stack: Stack,
    private readonly sandbox: SandboxState,
    private readonly options: LanesOptions,
  ) {
    const tills = tillsOf(sandbox);
    this.#lanes = { nfc: tills.aes.slice(0, TILLS).map(calm), credit: tills.tdes.slice(0, TILLS).map(calm) };
    this.#sick = tills.aes.slice(TILLS, TILLS + 16).map(withPin);
  }

  async run(): Promise<Record<string, unknown>> {
    const { say, seconds } = this.options;
    say('warming up …');
    await this.#calm(WARM_UP_MS);
    await pour(this.sandbox.api, this.#sick, {
      perSecond: 10,
      waitSeconds: 25,
      ended: AbortSignal.timeout(WARM_UP_MS / 2),
    });
    const stretch = seconds * 1_000;
    let before = await this.#well(stretch);
    const beside: Record<string, unknown> = {};
    const ratios: number[] = [];
    for (const trouble of TROUBLES) {
      say(`healthy lanes beside a lane with trouble: ${trouble.name} …`);
      const { sick, healthy } = await this.#beside(trouble, stretch);
      await this.#settled();
      const after = await this.#well(stretch);
      const report = this.#compare([before, after], healthy);
      beside[trouble.name] = { sickPayments: sick, ...report };
      ratios.push(...Object.values(report).map(({ p99Ratio }) => p99Ratio));
      before = after;
    }
    const worst = Math.max(...ratios);
    return { p99_ratio_worst: worst, p99_ratio_budget: RATIO_BUDGET, isWithin: worst <= RATIO_BUDGET, beside };
  }

  async #well(ms: number): Promise<Measured> {
    this.options.say('healthy lanes beside a lane that is well …');
    return (await this.#beside(WELL, ms)).healthy;
  }

  async #calm(ms: number): Promise<Measured> {
    const lanes = await Promise.all(
      Object.entries(this.#lanes).map(
        async ([lane, tills]) => [lane, await payCalmly(this.sandbox.api, tills, { ms, pauseMs: PAUSE_MS })] as const,
      ),
    );
    for (const [lane, { failed }] of lanes)
      if (failed > 0) throw new Error(`${failed} payments of ${lane} were not charged`);
    return Object.fromEntries(lanes.map(([lane, { ms: samples }]) => [lane, samples]));
  }

  async #beside(trouble: Sickness, ms: number): Promise<{ sick: number; healthy: Measured }> {
    await putFaults(this.sandbox.faults, { faults: trouble.fault === undefined ? [] : [trouble.fault] });
    const end = new AbortController();
    const poured = pour(this.sandbox.api, this.#sick, { ...trouble, ended: end.signal });
    await new Promise((resolve) => setTimeout(resolve, 5_000)); // the lane fills first
    const healthy = await this.#calm(ms);
    end.abort();
    await putFaults(this.sandbox.faults, { faults: [] });
    return { sick: await poured, healthy };
  }

  /** Everything of the sick lane has ended: what is measured after it is well. @throws Error it does not end */
  async #settled(): Promise<void> {
    this.options.say('waiting for the sick lane to end …');
    const client = new pg.Client({ connectionString: this.stack.databaseUrl() });
    await client.connect();
    try {
      const untilMs = performance.now() + SETTLE_MS;
      for (;;) {
        const { rowCount } = await client.query('select 1 from gateway.attempt where due_at is not null limit 1');
        if (rowCount === 0) return;
        if (performance.now() > untilMs) throw new Error('payments of the sick lane are still under way');
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    } finally {
      await client.end();
    }
  }

  #compare(well: readonly Measured[], beside: Measured): Record<string, LaneReport> {
    const reports = Object.entries(beside).map(([lane, samples]) => {
      const quiet = latencyOf(well.flatMap((one) => one[lane] ?? []));
      const troubled = latencyOf(samples);
      return [lane, reportOf(quiet, troubled, samples.length)] as const;
    });
    return Object.fromEntries(reports);
  }
}

/** Milliseconds of each payment, by lane. */
type Measured = Readonly<Record<string, number[]>>;

interface LaneReport {
  readonly besideWellMs: Latency;
  readonly besideMs: Latency;
  readonly payments: number;
  readonly p50Ratio: number;
  readonly p99Ratio: number;
}

function reportOf(besideWellMs: Latency, besideMs: Latency, payments: number): LaneReport {
  const p50Ratio = round(besideMs.p50 / besideWellMs.p50);
  return { besideWellMs, besideMs, payments, p50Ratio, p99Ratio: round(besideMs.p99 / besideWellMs.p99) };
}

type Till = { readonly apiKey: string; readonly reader: SimulatedReader };

function tillsOf(sandbox: SandboxState): { aes: Till[]; tdes: Till[] } {
  const all = sandbox.tenants
    .slice(0, UNLIMITED_TENANTS)
    .flatMap(({ api_key: apiKey, stores }) =>
      stores.flatMap(({ terminals }) => terminals.map((one) => ({ apiKey, reader: new SimulatedReader(one) }))),
    );
  return { aes: all.filter(({ reader }) => reader.takesPins), tdes: all.filter(({ reader }) => !reader.takesPins) };
}

/** JCB by contactless or stripe, as the reader can: two lanes on a link that the sick one does not use. */
function calm({ apiKey, reader }: Till): LaneTill {
  return { apiKey, terminalId: reader.terminal.id, present: () => reader.present(0, LANE_AMOUNT) };
}

function withPin({ apiKey, reader }: Till): LaneTill {
  return { apiKey, terminalId: reader.terminal.id, present: () => reader.presentWithPin(LANE_AMOUNT) };
}
