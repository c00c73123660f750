import type { OnApplicationBootstrap, BeforeApplicationShutdown } from '@nestjs/common';
import type { Assembly, Surroundings } from '../assembly.js';
import type { LinkOverviews } from './link-overviews.js';

const GAUGES_MS = 5_000;
/** A planned stop waits this long for answers. @source security-reliability.md I6 */
const DRAIN_MS = 25_000;
const HOUSEKEEPING_EVERY = 720;

/** Starts the links with the process, hangs up before the database is closed, and shows their numbers meanwhile. */
export class LinkRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopped = new AbortController();
  #watching: Promise<void> | undefined;

  constructor(
    private readonly assembly: Assembly,
    private readonly house: Surroundings,
    private readonly overviews: LinkOverviews,
  ) {}

  onApplicationBootstrap(): void {
    const { desks, service, ports } = this.assembly;
    this.house.health.register('links', () => desks.checkLoops(this.house.clock));
    desks.start(service, ports);
    this.#watching = this.#watch();
  }

  /** Runs before every `onApplicationShutdown`, the database pool's among them. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#watching;
    const { desks, service, pinKeys } = this.assembly;
    await desks.leave(this.house.config.whole('SWITCH_DRAIN_MS', DRAIN_MS, { min: 0, max: 60_000 }));
    await service.memory.flights.settled(); // what was lost just now is in the journal before another process may look there
    await pinKeys.stop();
    await desks.release();
  }

  async #watch(): Promise<void> {
    for (let turn = 0; !this.#stopped.signal.aborted; turn += 1) {
      try {
        await this.#show();
        if (turn % HOUSEKEEPING_EVERY === 0) await this.overviews.keepInOrder(this.house.clock.now());
      } catch (error) {
        this.house.logger.warn('link numbers could not be read', { error });
      }
      await this.house.clock.sleep(GAUGES_MS, this.#stopped.signal);
    }
  }

  async #show(): Promise<void> {
    const { metrics } = this.house;
    const saf = await this.overviews.read();
    const now = this.house.clock.now().getTime();
    for (const { config, line } of this.assembly.desks.all) {
      const entry = saf.get(config.name);
      const label = { link: config.name };
      metrics.gauge('tsunagu_link_in_flight', 'Requests whose answer is owed', ['link']).set(label, line.inFlight);
      metrics
        .gauge('tsunagu_saf_pending', 'Reversals and advices not acknowledged', ['link'])
        .set(label, entry?.pending ?? 0);
      metrics.gauge('tsunagu_saf_errors', 'Entries somebody must look at', ['link']).set(label, entry?.errors ?? 0);
      metrics.gauge('tsunagu_saf_yen_at_risk', 'Yen of open reversals', ['link']).set(label, entry?.yenAtRisk ?? 0);
      const ageMs = now - (entry?.oldestAt?.getTime() ?? now);
      metrics.gauge('tsunagu_saf_oldest_seconds', 'Age of the oldest open entry', ['link']).set(label, ageMs / 1_000);
    }
  }
}
