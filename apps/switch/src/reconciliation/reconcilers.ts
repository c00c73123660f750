import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { IsoMessage } from '@tsunagu/iso8583';
import { Rounds } from '@tsunagu/platform';
import { Reconciler, type ReconciliationParts } from '@tsunagu/switching';
import type { Assembly, Surroundings } from '../assembly.js';
import type { ReconciliationOverviews } from './reconciliation-overviews.js';

const GAUGES_MS = 5_000;
/** `tenant` is empty for the lists of card companies. */
const LIST_LABELS = ['link', 'file', 'tenant'];

/** Counter exchange of all links of this process, and what the counterparts send about it. */
export class Reconcilers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly parts: ReconciliationParts;
  readonly #reconcilers: ReadonlyMap<string, Reconciler>;
  readonly #gauges: Rounds;

  constructor(
    private readonly assembly: Assembly,
    private readonly house: Surroundings,
    private readonly overviews: ReconciliationOverviews,
  ) {
    const { desks, ports, service, ear, reconciliation } = assembly;
    this.parts = reconciliation;
    this.#reconcilers = new Map(
      desks.all.map((desk) => [desk.config.name, new Reconciler(desk, ports, service.memory, this.parts)]),
    );
    const failed = (error: unknown) => house.logger.warn('reconciliation numbers could not be read', { error });
    this.#gauges = new Rounds({ everyMs: GAUGES_MS, work: () => this.#show(), failed }, house.clock);
    ear.peers = this;
  }

  /** The reconciler of a link; undefined when this process has no such link. */
  of(link: string): Reconciler | undefined {
    return this.#reconcilers.get(link);
  }

  /** A business date that opens on the line (821). */
  hearCutover(link: string, date: string): Promise<void> {
    return this.of(link)?.hearCutover(date) ?? Promise.resolve();
  }

  /** A request of a counterpart. @returns the answer; undefined when it is none of ours */
  async answer(link: string, message: IsoMessage): Promise<IsoMessage | undefined> {
    const desk = this.assembly.desks.forLink(link);
    if (desk === undefined) return undefined;
    return (await this.of(link)?.hearSheet(message)) ?? this.assembly.negativeList.hear(desk, message);
  }

  onApplicationBootstrap(): void {
    for (const reconciler of this.#reconcilers.values()) reconciler.start();
    this.#gauges.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#gauges.stop();
    await Promise.all([...this.#reconcilers.values()].map((reconciler) => reconciler.stop()));
  }

  async #show(): Promise<void> {
    const { metrics, clock } = this.house;
    const now = clock.now();
    const cases = new Map((await this.overviews.openCases(now)).map((one) => [one.link, one]));
    for (const link of this.#reconcilers.keys()) {
      const { open = 0, late = 0 } = cases.get(link) ?? {};
      metrics.gauge('tsunagu_difference_cases_open', 'Dates whose counters differ', ['link']).set({ link }, open);
      metrics
        .gauge('tsunagu_difference_cases_late', 'Open difference cases past their deadline', ['link'])
        .set({ link }, late);
    }
    const age = metrics.gauge('tsunagu_negative_list_age_seconds', 'Since the last change of a list', LIST_LABELS);
    const stale = metrics.gauge('tsunagu_negative_list_stale', '1 while a number of the list is missing', LIST_LABELS);
    for (const { tenantId, link, file, changedAt, isStale } of await this.assembly.negativeList.streams()) {
      const labels = { link, file, tenant: tenantId ?? '' };
      age.set(labels, (now.getTime() - changedAt.getTime()) / 1_000);
      stale.set(labels, isStale ? 1 : 0);
    }
  }
}
