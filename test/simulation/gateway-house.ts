import type { Lane, LaneJob, SwitchPort, VaultPort } from '@tsunagu/contracts';
import {
  AttemptBell,
  ClaimLease,
  ClaimService,
  ContinueService,
  CurrencyChoicesService,
  DispatchService,
  ExpiryService,
  FollowUp,
  GiveUpService,
  IntakeService,
  LEASE,
  OfferBook,
  OutcomeService,
  PaymentActionsService,
  PaymentGate,
  PaymentOrigin,
  PaymentStore,
  SweeperService,
  VoiceApprovalService,
  WatchService,
  WorkerLeases,
  viewOf,
  type CurrencyChoices,
  type PaymentContinuations,
  type PaymentView,
  type VoiceApprovals,
} from '@tsunagu/payments';
import {
  SILENT_METRICS,
  StandInDirectory,
  StandInQuotes,
  StandInVault,
  StandInWakeUps,
  overTheNetwork,
} from './stand-ins.js';
import { Life, VirtualClock, type VirtualWorld } from './virtual-world.js';

const SWEEP_MS = 1_000;
const WATCH_MS = 500;
const EXPIRE_MS = 2_000;
const WORKERS = 2;
/** Ends of a worker that are clean stops, and restarts under another name, as of a pod that is made anew. */
const CLEAN_STOP = 0.25;
const OTHER_NAME = 0.5;
const LAST_BREATH_MS = 30;

/** What api and worker stand on, and what of it is bent by a planted bug. */
export interface GatewayGround {
  readonly world: VirtualWorld;
  readonly store: PaymentStore;
  readonly offers: OfferBook;
  readonly leases: WorkerLeases;
  readonly databaseLoss: () => number;
  /** Share of bells that nobody hears; as many ring twice, or late. */
  readonly bellLoss: () => number;
  readonly wire: (caller: Life) => SwitchPort;
  readonly bendVault: (vault: VaultPort) => VaultPort;
  readonly bendStore: (store: PaymentStore, life: Life) => PaymentStore;
  readonly bendWire: (wire: SwitchPort) => SwitchPort;
}

/** The real services of the api in one life. */
export interface ApiServices {
  readonly intake: IntakeService;
  readonly actions: PaymentActionsService;
  readonly choices: CurrencyChoices;
  readonly continuations: PaymentContinuations;
  readonly voices: VoiceApprovals;
  /** What a till reads: the current view, undefined before the payment exists. */
  readonly read: (paymentId: string) => Promise<PaymentView | undefined>;
}

/** One life of a worker. */
interface Worker {
  readonly life: Life;
  readonly lease: ClaimLease;
  readonly dispatch: DispatchService;
}

/** The public zone: one api and two workers, each in lives that end at any await or stand still, and the queue between them. */
export class GatewayHouse {
  api!: Life;
  services!: ApiServices;
  readonly #workers: Worker[] = [];
  #names = 0;

  constructor(private readonly ground: GatewayGround) {
    this.#bootApi();
    while (this.#workers.length < WORKERS) this.#bootWorker(this.#workers.length);
  }

  /** @returns false when it lies on the ground already */
  crash(which: 'api' | 'worker', restartMs: number): boolean {
    return which === 'api' ? this.#crashApi(restartMs) : this.#crashWorker(restartMs);
  }

  #crashApi(restartMs: number): boolean {
    if (!this.api.alive) return false;
    this.api.kill();
    this.ground.world.after(restartMs, () => this.#bootApi());
    return true;
  }

  #crashWorker(restartMs: number): boolean {
    const { world } = this.ground;
    const place = world.random.between(0, WORKERS - 1);
    const { life, lease } = this.#workers[place]!;
    if (!life.alive) return false;
    const isClean = world.random.chance(CLEAN_STOP);
    if (isClean) lease.end().catch(() => undefined); // the database is away: the others miss it in time
    world.after(isClean ? LAST_BREATH_MS : 0, () => life.kill());
    const name = world.random.chance(OTHER_NAME) ? undefined : life.name;
    world.after(LAST_BREATH_MS + restartMs, () => this.#bootWorker(place, name));
    return true;
  }

  /** One of the workers stands still for a while, and wakes with what it knew. */
  pauseWorker(forMs: number): void {
    this.ground.world.random.pick(this.#workers).life.pause(forMs);
  }

  #bootApi(): void {
    const life = (this.api = new Life(this.ground.world, 'api'));
    const clock = new VirtualClock(life);
    const store = this.#store(life);
    const bell = new LossyBell(life, this.ground.bellLoss, (job) => this.#deliver(job));
    const followUp = new FollowUp(bell, new StandInWakeUps());
    const vault = this.ground.bendVault(new StandInVault(life));
    const givingUp = new GiveUpService(store, followUp, clock);
    const gate = new PaymentGate(store, followUp);
    const directory = new StandInDirectory();
    const origin = new PaymentOrigin(clock, 'api-1');
    const offers = overTheNetwork(this.ground.offers, life, this.ground.databaseLoss);
    const intake = new IntakeService(store, vault, directory, bell, origin);
    this.services = {
      intake,
      actions: new PaymentActionsService(gate, vault, givingUp, clock),
      choices: new CurrencyChoicesService(gate, new StandInQuotes(life), offers, clock),
      continuations: new ContinueService(gate, store, vault, directory, origin),
      voices: new VoiceApprovalService(gate, intake, vault, clock),
      read: async (paymentId) => {
        const record = await store.load({ tenantId: '', requestId: '' }, paymentId);
        return record && viewOf(record);
      },
    };
  }

  #bootWorker(place: number, name = `worker-${(this.#names += 1)}`): void {
    const life = new Life(this.ground.world, name);
    const clock = new VirtualClock(life);
    const store = this.#store(life);
    const bell = new LossyBell(life, this.ground.bellLoss, (job) => this.#deliver(job));
    const wire = this.ground.bendWire(this.ground.wire(life));
    const followUp = new FollowUp(bell, new StandInWakeUps());
    const outcomes = new OutcomeService(store, followUp, clock, SILENT_METRICS);
    const expiry = new ExpiryService(store, followUp, clock, SILENT_METRICS);
    const leases = overTheNetwork(this.ground.leases, life, this.ground.databaseLoss);
    const lease = new ClaimLease(leases, life.name, clock, SILENT_METRICS);
    const sweeper = new SweeperService(store, bell, lease, clock, SILENT_METRICS);
    const watch = new WatchService(store, wire, outcomes, clock, SILENT_METRICS);
    const claims = new ClaimService(store, lease, clock, SILENT_METRICS);
    this.#workers[place] = { life, lease, dispatch: new DispatchService(claims, wire, outcomes, SILENT_METRICS) };
    every(life, LEASE.renewMs, () => lease.keep(), 0);
    every(life, SWEEP_MS, () => sweeper.sweep());
    every(life, WATCH_MS, () => watch.watch());
    every(life, EXPIRE_MS, () => expiry.expire());
  }

  #store(life: Life): PaymentStore {
    const { store, databaseLoss, bendStore } = this.ground;
    return bendStore(overTheNetwork(store, life, databaseLoss), life);
  }

  /** A job of the queue: to one of the workers that live now; one that was taken by a dying worker is gone. */
  #deliver(job: LaneJob): void {
    const living = this.#workers.filter(({ life }) => life.alive);
    if (living.length === 0) return;
    const { life, dispatch } = this.ground.world.random.pick(living);
    const ctx = { tenantId: job.tenantId, requestId: `job:${job.attemptId}` };
    // the queue counts a failed job; the sweeper finds its row
    life.after(0, () => void dispatch.run(ctx, job.attemptId).catch(() => undefined));
  }
}

function every(
  life: Life,
  periodMs: number,
  work: () => Promise<unknown>,
  firstMs = life.world.random.between(1, periodMs),
): void {
  const turn = (): void => {
    const next = () => life.after(periodMs, turn);
    work().then(next, next);
  };
  life.after(firstMs, turn);
}

class LossyBell extends AttemptBell {
  constructor(
    private readonly life: Life,
    private readonly lossShare: () => number,
    private readonly deliver: (job: LaneJob) => void,
  ) {
    super();
  }

  override async ring(_lane: Lane, job: LaneJob): Promise<void> {
    const { world } = this.life;
    await this.life.ask(() => {
      if (world.random.chance(this.lossShare())) return;
      const copies = world.random.chance(this.lossShare()) ? 2 : 1; // a stalled job is delivered once more
      for (let copy = 0; copy < copies; copy += 1) {
        const delayMs = world.random.chance(this.lossShare())
          ? world.random.between(100, 4_000)
          : world.random.between(1, 20);
        world.after(delayMs, () => this.deliver(job));
      }
    });
  }
}
