import type { Lane, LaneJob, SwitchPort } from '@tsunagu/contracts';
import {
  AttemptBell,
  DispatchService,
  FollowUp,
  GiveUpService,
  IntakeService,
  OutcomeService,
  PaymentActionsService,
  PaymentGate,
  PaymentOrigin,
  PaymentStore,
  SweeperService,
  WatchService,
  viewOf,
  type PaymentView,
} from '@tsunagu/payments';
import { SILENT_METRICS, StandInDirectory, StandInVault, StandInWakeUps, overTheNetwork } from './stand-ins.js';
import { Life, VirtualClock, type VirtualWorld } from './virtual-world.js';

const SWEEP_MS = 1_000;
const WATCH_MS = 500;

/** What api and worker stand on, and what of it is bent by a planted bug. */
export interface GatewayGround {
  readonly world: VirtualWorld;
  readonly store: PaymentStore;
  readonly databaseLoss: () => number;
  /** Share of bells that nobody hears; as many ring twice, or late. */
  readonly bellLoss: () => number;
  readonly wire: (caller: Life) => SwitchPort;
  readonly bendStore: (store: PaymentStore, life: Life) => PaymentStore;
  readonly bendWire: (wire: SwitchPort) => SwitchPort;
}

/** The real services of the api in one life. */
export interface ApiServices {
  readonly intake: IntakeService;
  readonly actions: PaymentActionsService;
  /** What a till reads: the current view, undefined before the payment exists. */
  readonly read: (paymentId: string) => Promise<PaymentView | undefined>;
}

/** The public zone: one api and one worker, each in lives that end at any await, and the queue between them. */
export class GatewayHouse {
  api!: Life;
  worker!: Life;
  services!: ApiServices;
  #dispatch: DispatchService | undefined;

  constructor(private readonly ground: GatewayGround) {
    this.#bootApi();
    this.#bootWorker();
  }

  crash(which: 'api' | 'worker', restartMs: number): void {
    this[which].kill();
    this.ground.world.after(restartMs, () => (which === 'api' ? this.#bootApi() : this.#bootWorker()));
  }

  #bootApi(): void {
    const life = (this.api = new Life(this.ground.world, 'api'));
    const clock = new VirtualClock(life);
    const store = this.#store(life);
    const bell = new LossyBell(life, this.ground.bellLoss, (job) => this.#deliver(job));
    const followUp = new FollowUp(bell, new StandInWakeUps());
    const vault = new StandInVault(life);
    const givingUp = new GiveUpService(store, followUp, clock);
    this.services = {
      intake: new IntakeService(store, vault, new StandInDirectory(), bell, new PaymentOrigin(clock, 'api-1')),
      actions: new PaymentActionsService(new PaymentGate(store, followUp), vault, givingUp, clock),
      read: async (paymentId) => {
        const record = await store.load({ tenantId: '', requestId: '' }, paymentId);
        return record && viewOf(record);
      },
    };
  }

  #bootWorker(): void {
    const life = (this.worker = new Life(this.ground.world, 'worker'));
    const clock = new VirtualClock(life);
    const store = this.#store(life);
    const bell = new LossyBell(life, this.ground.bellLoss, (job) => this.#deliver(job));
    const wire = this.ground.bendWire(this.ground.wire(life));
    const outcomes = new OutcomeService(store, new FollowUp(bell, new StandInWakeUps()), clock, SILENT_METRICS);
    const sweeper = new SweeperService(store, bell, clock, SILENT_METRICS);
    const watch = new WatchService(store, wire, outcomes, clock, SILENT_METRICS);
    this.#dispatch = new DispatchService(store, wire, outcomes, clock, SILENT_METRICS);
    every(life, SWEEP_MS, () => sweeper.sweep());
    every(life, WATCH_MS, () => watch.watch());
  }

  #store(life: Life): PaymentStore {
    const { store, databaseLoss, bendStore } = this.ground;
    return bendStore(overTheNetwork(store, life, databaseLoss), life);
  }

  /** A job of the queue: to the worker that lives now; one that was taken by a dying worker is gone. */
  #deliver(job: LaneJob): void {
    if (!this.worker.alive || this.#dispatch === undefined) return;
    const ctx = { tenantId: job.tenantId, requestId: `job:${job.attemptId}` };
    this.#dispatch.run(ctx, job.attemptId).catch(() => undefined); // the queue counts a failed job; the sweeper finds its row
  }
}

function every(life: Life, periodMs: number, work: () => Promise<unknown>): void {
  const turn = (): void => {
    const next = () => life.after(periodMs, turn);
    work().then(next, next);
  };
  life.after(life.world.random.between(1, periodMs), turn);
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
