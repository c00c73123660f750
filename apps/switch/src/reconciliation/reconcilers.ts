import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { IsoMessage } from '@tsunagu/iso8583';
import { Reconciler, reconciliationParts, type ReconciliationParts } from '@tsunagu/switching';
import type { Assembly, Storage, Surroundings } from '../assembly.js';
import { HttpDetailSource } from './http-detail-source.js';

/** Counter exchange of all links of this process, and what the counterparts send about it. */
export class Reconcilers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly parts: ReconciliationParts;
  readonly #reconcilers: ReadonlyMap<string, Reconciler>;

  constructor(
    private readonly assembly: Assembly,
    house: Surroundings,
    storage: Storage,
  ) {
    const { desks, ports, service, ear } = assembly;
    const source = new HttpDetailSource(desks.all.map(({ config }) => config));
    this.parts = reconciliationParts({ centre: storage.centre, source, clock: house.clock, log: ports.log });
    this.#reconcilers = new Map(
      desks.all.map((desk) => [desk.config.name, new Reconciler(desk, ports, service.memory, this.parts)]),
    );
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
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#reconcilers.values()].map((reconciler) => reconciler.stop()));
  }
}
