import { connectorNamed } from '@tsunagu/connectors';
import { invariant } from '@tsunagu/kernel';
import { Line, type Connector, type LineMeans, type LinkConfig, type LinkProtection } from '@tsunagu/links';
import type { AppLogger } from '@tsunagu/platform';
import { SafWorker, type Desk, type LinkLease, type SwitchingPorts, type SwitchingService } from '@tsunagu/switching';

/** The leader renews four times before its lease runs out; who waits takes over within a quarter of a second. */
const RENEW_MS = 1_000;
const WAITING_MS = 250;
const SWEEP_MS = 30_000;
/** After a take-over callers wait this long for the line to sign on, instead of being refused. */
const SETTLING_MS = 2_000;
/** For the answers to reversals and advices that are on their way when everything else has ended. */
const LAST_ANSWERS_MS = 500;

/** One link in this process: its lease, its line while it leads, and its store-and-forward worker. */
export class LinkDesk implements Desk {
  readonly connector: Connector;
  #line: Line;
  #service: SwitchingService | undefined;
  #worker: SafWorker | undefined;
  #running: Promise<void> | undefined;
  #lastTurnMs: number;
  #isLeaving = false;
  /** Fence under which the journal was taken over: before that nothing may be sent. */
  #servedFence: number | null = null;
  #settledAtMs = 0;
  #sweepAtMs = 0;
  readonly #stopped = new AbortController();

  constructor(
    readonly config: LinkConfig,
    readonly lease: LinkLease,
    private readonly means: LineMeans,
    private readonly logger: AppLogger,
    private readonly keys: LinkProtection,
  ) {
    const connector = connectorNamed(config.connector);
    invariant(connector !== undefined, 'a link has a connector', { link: config.name });
    this.connector = connector;
    this.#line = new Line(config, means);
    this.#lastTurnMs = means.clock.monotonicMs();
  }

  get line(): Line {
    return this.#line;
  }

  /** When the loop last turned, for a health check that cannot lie. */
  get lastTurnMs(): number {
    return this.#lastTurnMs;
  }

  /** This process leads the link, and has taken over what an earlier leader left. */
  get isLed(): boolean {
    return this.lease.fence !== null && this.lease.fence === this.#servedFence;
  }

  /** Nothing new may be begun here: another process leads or will lead, or this one is only just settling in. */
  get isElsewhere(): boolean {
    if (this.#isLeaving || !this.isLed) return true;
    return this.#line.state !== 'READY' && this.means.clock.monotonicMs() < this.#settledAtMs;
  }

  start(service: SwitchingService, ports: SwitchingPorts): void {
    this.#worker = new SafWorker(this, ports, service.memory);
    this.#worker.start();
    this.#service = service;
    this.#running ??= this.#run(service);
  }

  /** From now on nothing new is begun; the lease is kept while what is owed comes in, then we sign off. */
  async leave(drainMs: number): Promise<void> {
    this.#isLeaving = true;
    const { clock } = this.means;
    const patience = new AbortController();
    const settled = this.#service?.memory.flights.settled(); // also those that were begun an instant ago, and not sent yet
    await Promise.race([settled, clock.sleep(drainMs, patience.signal)]);
    patience.abort();
    await this.#line.stop(LAST_ANSWERS_MS);
  }

  /** Give the link up: whoever waits for it takes it now. After `leave`. */
  async release(): Promise<void> {
    await this.#worker?.stop();
    this.#stopped.abort();
    await this.#running;
    await this.lease.release();
  }

  /** Keep the lease; take over before the line takes work; hang up when another process leads. */
  async #run(service: SwitchingService): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#turn(service);
      } catch (error) {
        this.logger.error('a link could not be kept', { link: this.config.name, error });
      }
      this.#lastTurnMs = this.means.clock.monotonicMs();
      await this.means.clock.sleep(this.isLed ? RENEW_MS : WAITING_MS, this.#stopped.signal);
    }
  }

  async #turn(service: SwitchingService): Promise<void> {
    if (this.#isLeaving && this.lease.fence === null) return; // it ran out while we were leaving: no way back
    await this.lease.keep();
    const { fence } = this.lease;
    if (fence === null) return this.#hangUp();
    if (fence !== this.#servedFence) await this.#takeOver(service, fence);
    if (!this.#isLeaving) this.#line.start();
    await this.#sweep(service, fence);
  }

  async #takeOver(service: SwitchingService, fence: number): Promise<void> {
    const { clock } = this.means;
    await this.#hangUp(); // a line of an earlier leadership of ours
    await this.keys.load(); // an earlier leader may have been given other keys
    await service.takeOver({ link: this.config.name, fence });
    this.#servedFence = fence;
    this.#settledAtMs = clock.monotonicMs() + SETTLING_MS;
    this.#sweepAtMs = clock.monotonicMs() + SWEEP_MS;
    this.logger.log('this process leads the link', { link: this.config.name, fence });
  }

  async #sweep(service: SwitchingService, fence: number): Promise<void> {
    const now = this.means.clock.monotonicMs();
    if (now < this.#sweepAtMs) return;
    this.#sweepAtMs = now + SWEEP_MS;
    await service.sweep({ link: this.config.name, fence });
  }

  async #hangUp(): Promise<void> {
    if (this.#servedFence === null) return;
    this.#servedFence = null;
    this.logger.warn('another process leads the link', { link: this.config.name });
    const former = this.#line;
    this.#line = new Line(this.config, this.means);
    await former.stop(0);
  }
}
