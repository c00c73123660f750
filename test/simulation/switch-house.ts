import { connectorNamed } from '@tsunagu/connectors';
import {
  SwitchPort,
  type ReverseRequest,
  type SealedEnvelope,
  type SubmitRequest,
  type WireOutcome,
} from '@tsunagu/contracts';
import { invariant } from '@tsunagu/kernel';
import { RemoteError } from '@tsunagu/platform';
import { Desks, Envelopes, Journal, SafWorker, SwitchingLog, SwitchingService, type Desk } from '@tsunagu/switching';
import type { MemoryJournal } from './memory-journal.js';
import type { SimulatedIssuer } from './simulated-issuer.js';
import { SIMULATED_LINK, SimulatedLine, type WireWeather } from './simulated-line.js';
import { overTheNetwork, sealedAccount } from './stand-ins.js';
import { Life, VirtualClock, type VirtualWorld } from './virtual-world.js';

const SWEEP_MS = 10_000;
const CALL_TIMEOUT_MS = 35_000;

/** What a switch stands on, and what of it is bent by a planted bug. */
export interface SwitchGround {
  readonly world: VirtualWorld;
  readonly journal: MemoryJournal;
  readonly issuer: SimulatedIssuer;
  readonly weather: () => WireWeather;
  readonly databaseLoss: () => number;
  readonly onSent: () => void;
  readonly bendJournal: (journal: Journal, life: Life) => Journal;
}

/** Published test numbers: the card of the purchase, and another that a confused holder inserts. */
const PAN = '3530111333300000';
export const PAN_OF_ANOTHER = '3566002020360505';

class SealedStandIn extends Envelopes {
  override open(_tenantId: string, { account }: SealedEnvelope) {
    const pan = account === sealedAccount(true) ? PAN_OF_ANOTHER : PAN;
    const card = { pan, expiry: '3012', sequence: null, track2: null, emv: null, pin: null };
    return Promise.resolve({ card, wipe: () => undefined });
  }
}

class TracedLog extends SwitchingLog {
  constructor(private readonly world: VirtualWorld) {
    super();
  }

  override note(message: string, facts: object): void {
    this.world.note(() => `switch: ${message} ${JSON.stringify(facts)}`);
  }

  override alarm(message: string, facts: object): void {
    this.world.note(() => `switch ALARM: ${message} ${JSON.stringify(facts)}`);
  }
}

/** The real switching service, its store-and-forward worker and its recovery, in lives that end at any await. */
export class SwitchHouse {
  life: Life;
  #service: SwitchingService | undefined;

  constructor(private readonly ground: SwitchGround) {
    this.life = new Life(ground.world, 'switch');
    void this.#boot(this.life);
  }

  /** Undefined while nobody listens. */
  get service(): SwitchingService | undefined {
    return this.life.alive ? this.#service : undefined;
  }

  crash(restartMs: number): void {
    this.life.kill();
    this.#service = undefined;
    this.ground.world.after(restartMs, () => {
      this.life = new Life(this.ground.world, 'switch');
      void this.#boot(this.life);
    });
  }

  async #boot(life: Life): Promise<void> {
    const { journal, issuer, weather, databaseLoss, world } = this.ground;
    const line = new SimulatedLine(life, issuer, journal, weather);
    line.onSent = this.ground.onSent;
    const connector = connectorNamed(SIMULATED_LINK.connector);
    invariant(connector !== undefined, 'the simulated link has a connector');
    const lease: { fence: number | null } = { fence: null };
    const desk: Desk = { line, connector, lease };
    const ports = {
      journal: this.ground.bendJournal(overTheNetwork<Journal>(journal, life, databaseLoss), life),
      desks: new OneDesk(desk),
      envelopes: new SealedStandIn(),
      clock: new VirtualClock(life),
      log: new TracedLog(world),
    };
    const service = new SwitchingService(ports);
    line.onStray = (stray) => void service.hearStray(line.config.name, stray).catch(() => undefined);
    this.#service = service; // answers what it can from the journal before it leads
    const fence = await life.ask(() => journal.raiseFence(line.config.name));
    const leadership = { link: line.config.name, fence };
    await untilDone(life, () => service.takeOver(leadership));
    lease.fence = fence;
    line.connect();
    const saf = new SafWorker(desk, ports, service.memory);
    saf.start();
    const sweep = (): void => {
      void service.sweep(leadership).catch(() => undefined);
      life.after(SWEEP_MS, sweep);
    };
    life.after(SWEEP_MS, sweep);
  }
}

class OneDesk extends Desks {
  constructor(private readonly desk: Desk) {
    super();
  }

  override forBrand(): Desk {
    return this.desk;
  }

  override forLink(): Desk {
    return this.desk;
  }
}

async function untilDone(life: Life, step: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await step();
    } catch {
      await new VirtualClock(life).sleep(200); // the database is away: a real process tries again too
    }
  }
}

/** The switch as a worker sees it: over HTTP, which may lose a question, an answer, or the switch in between. */
export class SwitchOverHttp extends SwitchPort {
  constructor(
    private readonly caller: Life,
    private readonly house: SwitchHouse,
    private readonly lossShare: () => number,
  ) {
    super();
  }

  override submit(request: SubmitRequest): Promise<WireOutcome> {
    return this.#call((service) => service.submit(request));
  }

  override reverse(request: ReverseRequest): Promise<WireOutcome> {
    return this.#call((service) => service.reverse(request));
  }

  override outcomes(attempts: readonly { tenantId: string; attemptId: string }[]): Promise<WireOutcome[]> {
    return this.#call((service) => service.outcomes(attempts));
  }

  #call<T>(ask: (service: SwitchingService) => Promise<T>): Promise<T> {
    const { caller, house } = this;
    const { random } = caller.world;
    return new Promise((resolve, reject) => {
      const fail = () =>
        reject(new RemoteError({ code: 'card_service_unavailable', category: 'internal', status: 503 }));
      if (random.chance(this.lossShare())) return caller.after(CALL_TIMEOUT_MS, fail);
      caller.world.after(random.between(0, 3), () => {
        const { service, life } = house;
        if (service === undefined) return caller.after(1, fail);
        life.onDeath(() => caller.after(1, fail));
        if (random.chance(this.lossShare())) caller.after(CALL_TIMEOUT_MS, fail);
        else
          ask(service).then(
            (value) => life.alive && caller.after(random.between(0, 2), () => resolve(value)),
            () => caller.after(1, fail),
          );
      });
    });
  }
}
