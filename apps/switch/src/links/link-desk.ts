import { connectorNamed } from '@tsunagu/connectors';
import { invariant } from '@tsunagu/kernel';
import { Line, type Connector, type LineMeans, type LinkConfig } from '@tsunagu/links';
import type { AppLogger } from '@tsunagu/platform';
import { SafWorker, type Desk, type LinkLease, type SwitchingPorts, type SwitchingService } from '@tsunagu/switching';

const KEEP_MS = 3_000;
const SWEEP_EVERY = 10;

/** One link in this process: its lease, its line while it leads, and its store-and-forward worker. */
export class LinkDesk implements Desk {
  readonly connector: Connector;
  #line: Line;
  #worker: SafWorker | undefined;
  #running: Promise<void> | undefined;
  #lastTurnMs: number;
  readonly #stopped = new AbortController();

  constructor(
    readonly config: LinkConfig,
    readonly lease: LinkLease,
    private readonly means: LineMeans,
    private readonly logger: AppLogger,
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

  start(service: SwitchingService, ports: SwitchingPorts): void {
    this.#worker = new SafWorker(this, ports, service.memory);
    this.#worker.start();
    this.#running ??= this.#run(service);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
    await this.#line.stop();
    await this.#worker?.stop();
    await this.lease.release();
  }

  /** Keep the lease; take over before the line takes work; hang up when another process leads. */
  async #run(service: SwitchingService): Promise<void> {
    for (let turn = 1; !this.#stopped.signal.aborted; turn += 1) {
      try {
        await this.#turn(service, turn);
      } catch (error) {
        this.logger.error('a link could not be kept', { link: this.config.name, error });
      }
      this.#lastTurnMs = this.means.clock.monotonicMs();
      await this.means.clock.sleep(KEEP_MS, this.#stopped.signal);
    }
  }

  async #turn(service: SwitchingService, turn: number): Promise<void> {
    const link = this.config.name;
    const taken = await this.lease.keep();
    const { fence } = this.lease;
    if (taken !== undefined) await service.takeOver(taken);
    if (fence === null) return this.#hangUp();
    this.#line.start();
    if (turn % SWEEP_EVERY === 0) await service.sweep({ link, fence });
  }

  async #hangUp(): Promise<void> {
    if (this.#line.state === 'DOWN') return;
    this.logger.warn('another process leads the link', { link: this.config.name });
    const former = this.#line;
    this.#line = new Line(this.config, this.means);
    await former.stop(0);
  }
}
