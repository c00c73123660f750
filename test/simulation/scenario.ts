import { GatewayHouse } from './gateway-house.js';
import { differingTotals } from './judge-totals.js';
import { isLapsed, judge, netAtIssuer, type Violation } from './judge.js';
import { MemoryJournal } from './memory-journal.js';
import { MemoryPaymentStore } from './memory-payment-store.js';
import { MemoryWorkerLeases } from './memory-worker-leases.js';
import { PLANTED_BUGS, type PlantedBug, type PlantedBugName } from './planted-bugs.js';
import { SimulatedIssuer } from './simulated-issuer.js';
import { FAIR_WEATHER, type WireWeather } from './simulated-line.js';
import { SimulatedTill, type Witness } from './simulated-till.js';
import { SwitchHouse, SwitchOverHttp } from './switch-house.js';
import { VirtualWorld } from './virtual-world.js';
import { drawIntent } from './wishes.js';

const STORM_MS = 14_000;
/** Everything must have come to rest by then, with the weather fair and all processes up. */
const QUIET_MS = 240_000;
const LOOK_MS = 500;
const STORM: WireWeather = {
  drop: 0.06,
  duplicate: 0.04,
  late: 0.05,
  reset: 0.02,
  decline: 0.1,
  askPin: 0.12,
  refer: 0.08,
};
const CRASH_AT_SEND = 0.15;
/** How often a worker stands still, and for how long: beyond the time in which the others miss it. */
const PAUSES_MAX = 3;
const PAUSE_MS = { min: 500, max: 12_000 };
/** A pause that begins just after a message has left, whose answer the worker then writes when it wakes. */
const PAUSE_AT_SEND = 0.1;
const VICTIMS = ['api', 'worker', 'switch'] as const;

export interface ScenarioResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly payments: number;
  readonly crashes: number;
  /** What happened at least once: movements in the books, ends of attempts, ends of payments. */
  readonly reached: ReadonlySet<string>;
  readonly virtualMs: number;
  readonly trace: readonly string[];
}

/** One history: tills, crashes and a bad wire for a while, then quiet, then judgement. The seed decides all of it. */
export async function runScenario(
  seed: number,
  options: { bug?: PlantedBugName; traced?: boolean } = {},
): Promise<ScenarioResult> {
  const scenario = new Scenario(
    seed,
    options.bug === undefined ? {} : PLANTED_BUGS[options.bug],
    options.traced ?? false,
  );
  return scenario.run();
}

class Scenario {
  readonly #world: VirtualWorld;
  readonly #store = new MemoryPaymentStore();
  readonly #journal = new MemoryJournal();
  readonly #issuer = new SimulatedIssuer();
  readonly #broken: Violation[] = [];
  readonly #switch: SwitchHouse;
  readonly #gateway: GatewayHouse;
  readonly #tills: SimulatedTill[];
  #isStorm = true;
  #crashes = 0;
  #isQuiet = false;

  constructor(
    private readonly seed: number,
    bug: PlantedBug,
    traced: boolean,
  ) {
    this.#world = new VirtualWorld(seed, traced);
    const world = this.#world;
    const databaseLoss = () => (this.#isStorm ? 0.004 : 0);
    const weather = () => (this.#isStorm ? STORM : FAIR_WEATHER);
    this.#switch = new SwitchHouse({
      world,
      journal: this.#journal,
      issuer: this.#issuer,
      weather,
      databaseLoss,
      onSent: () => this.#strikeAtSend(),
      bendJournal: (journal, life) => bug.journal?.(journal, life) ?? journal,
    });
    this.#gateway = new GatewayHouse({
      world,
      store: this.#store,
      offers: this.#store.offers,
      leases: new MemoryWorkerLeases(world, this.#store),
      databaseLoss,
      bellLoss: () => (this.#isStorm ? 0.1 : 0),
      wire: (life) => new SwitchOverHttp(life, this.#switch, () => (this.#isStorm ? 0.02 : 0)),
      bendVault: (vault) => bug.vault?.(vault) ?? vault,
      bendStore: (store, life) => bug.store?.(store, life, this.#store) ?? store,
      bendWire: (wire) => bug.wire?.(wire) ?? wire,
    });
    this.#tills = this.#openTills();
    this.#store.onChange = (where) => this.#broken.push({ rule: 'terminal state changed', where });
  }

  async run(): Promise<ScenarioResult> {
    const { random } = this.#world;
    this.#scheduleCrashes();
    this.#schedulePauses();
    this.#world.after(STORM_MS, () => (this.#isStorm = false));
    this.#world.after(random.between(0, STORM_MS), () => this.#issuer.cutOver('261123'));
    this.#look();
    try {
      await this.#world.run(STORM_MS + QUIET_MS, () => this.#isQuiet);
    } catch (error) {
      this.#broken.push({ rule: 'crashed', where: error instanceof Error ? error.message : 'unknown' });
    }
    const totals = differingTotals(this.#journal, this.#issuer);
    const differing = totals.map((where): Violation => ({ rule: 'totals differ', where }));
    const violations = [...this.#broken, ...judge(this.#store, this.#issuer), ...differing];
    const { nowMs: virtualMs, trace } = this.#world;
    return {
      seed: this.seed,
      violations,
      payments: this.#store.payments.size,
      crashes: this.#crashes,
      reached: this.#reached(),
      virtualMs,
      trace,
    };
  }

  #reached(): Set<string> {
    const reached = new Set(this.#store.postings.map(({ movement }) => `posted ${movement}`));
    for (const { payment, attempts } of this.#store.payments.values()) {
      reached.add(`ended ${payment.status}`);
      for (const { kind, status } of attempts) reached.add(`${kind} ${status}`);
      if (payment.dcc !== null) reached.add(`currency ${payment.dcc.status}, ${payment.status}`);
      if (attempts.some(({ reason }) => reason === 'pin_required')) reached.add(`asked for a PIN, ${payment.status}`);
      if (payment.entryMode === 'chip') reached.add(`chip inserted, ${payment.status}`);
      else if (attempts.length === 0 && payment.dcc === null) reached.add(`tap not enough, ${payment.status}`);
      if (payment.approvalSource === 'voice') reached.add(`approved by telephone, ${payment.status}`);
    }
    return reached;
  }

  #openTills(): SimulatedTill[] {
    const { random } = this.#world;
    return Array.from({ length: random.between(1, 3) }, (_, till) => {
      const intents = Array.from({ length: random.between(1, 3) }, (__, nr) =>
        drawIntent(this.#world, `t${till}-${nr}`),
      );
      const plan = { terminalId: `0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b1${till}`, intents };
      const people = {
        witness: (reference: string, view: Parameters<Witness>[1]) => this.#hear(reference, view),
        telephone: () => this.#issuer.telephone(),
      };
      return new SimulatedTill(this.#world, this.#gateway, plan, people);
    });
  }

  #scheduleCrashes(): void {
    const { random } = this.#world;
    const count = random.between(0, 6);
    for (let crash = 0; crash < count; crash += 1)
      this.#world.after(random.between(0, STORM_MS), () => this.#crash(random.pick(VICTIMS)));
  }

  #schedulePauses(): void {
    const { random } = this.#world;
    for (let count = random.between(0, PAUSES_MAX); count > 0; count -= 1)
      this.#world.after(random.between(0, STORM_MS), () => this.#pause());
  }

  #pause(): void {
    this.#gateway.pauseWorker(this.#world.random.between(PAUSE_MS.min, PAUSE_MS.max));
  }

  /** Between the first byte and the answer: there is no worse moment. */
  #strikeAtSend(): void {
    const { random } = this.#world;
    if (!this.#isStorm) return;
    if (random.chance(PAUSE_AT_SEND)) this.#world.after(random.between(0, 60), () => this.#pause());
    if (!random.chance(CRASH_AT_SEND)) return;
    const victim = random.pick(VICTIMS);
    this.#world.after(random.between(0, 60), () => this.#crash(victim));
  }

  #crash(victim: (typeof VICTIMS)[number]): void {
    const restartMs = this.#world.random.between(50, 2_500);
    const isStruck = victim === 'switch' ? this.#crashSwitch(restartMs) : this.#gateway.crash(victim, restartMs);
    if (isStruck) this.#crashes += 1;
  }

  #crashSwitch(restartMs: number): boolean {
    if (!this.#switch.life.alive) return false;
    this.#switch.crash(restartMs);
    return true;
  }

  /** "Not charged" is said only when it is true at the issuer in this very moment, and for ever after. */
  #hear(reference: string, view: Parameters<Witness>[1]): void {
    this.#world.note(() => `told: ${reference} charged ${view.customerCharged}${view.final ? ', final' : ''}`);
    if (view.customerCharged !== 'no' || !view.final) return;
    const { netMinor } = netAtIssuer(this.#issuer, reference);
    const record = this.#store.byReference(reference);
    if (record !== undefined && isLapsed(record, this.#issuer)) return; // a hold without a bill
    if (netMinor !== 0) this.#broken.push({ rule: 'false not charged', where: reference });
  }

  #look(): void {
    this.#world.after(LOOK_MS, () => {
      // The cheap questions first: judgement looks at everything.
      const isOver = !this.#isStorm && this.#tills.every((till) => till.isDone) && !this.#journal.hasPending;
      if (isOver && judge(this.#store, this.#issuer).every(({ rule }) => rule !== 'stuck')) {
        this.#isQuiet = true;
        return;
      }
      this.#look();
    });
  }
}
