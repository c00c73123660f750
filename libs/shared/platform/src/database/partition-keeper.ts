import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import type { Gauge } from 'prom-client';
import { AppLogger } from '../logging/app-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import type { Centre } from './centre.js';
import { sql, type Statement } from './statement.js';

/** The schema whose big tables a process looks after. */
export type PartitionZone = 'gateway' | 'vault' | 'switch';

const PAUSE_MS = 3_600_000;
const TEXT = (zone: PartitionZone) => `select * from ${zone}.keep_partitions_ahead($1)`;
const STATEMENTS: Readonly<Record<PartitionZone, Statement>> = {
  gateway: sql('gateway_keep_partitions_ahead', TEXT('gateway')),
  vault: sql('vault_keep_partitions_ahead', TEXT('vault')),
  switch: sql('switch_keep_partitions_ahead', TEXT('switch')),
};

/** One big table after a pass. */
export interface PartitionState {
  readonly table_name: string;
  readonly created: number;
  /** Whole months after this one that have their partition. */
  readonly months_ahead: number;
  /** The default partition holds rows: of a wrong clock, or of a month that was not prepared in time. */
  readonly has_strays: boolean;
}

/**
 * Prepares the partitions of the next two months, once an hour: few enough to cost no statement anything, early enough that two
 * months of failing passes hurt nobody. Several processes at once are safe: one works, the others find it done (docs/adr/0012).
 */
@Injectable()
export class PartitionKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopped = new AbortController();
  readonly #monthsAhead: Gauge;
  readonly #strays: Gauge;
  #running: Promise<void> | undefined;

  constructor(
    private readonly zone: PartitionZone,
    private readonly centre: Centre,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.#monthsAhead = metrics.gauge(
      'tsunagu_partition_months_ahead',
      'Months after this one that have their partition, by table; alert below 1',
      ['table'],
    );
    this.#strays = metrics.gauge(
      'tsunagu_partition_strays',
      'Whether the default partition of a table holds rows; alert above 0',
      ['table'],
    );
  }

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** @returns every big table of the zone; none while another process is at it */
  async pass(): Promise<PartitionState[]> {
    const states = await this.centre.query<PartitionState>(STATEMENTS[this.zone], [this.clock.now()]);
    for (const { table_name: table, months_ahead: monthsAhead, has_strays: hasStrays } of states) {
      this.#monthsAhead.set({ table }, monthsAhead);
      this.#strays.set({ table }, hasStrays ? 1 : 0);
      if (monthsAhead < 1 || hasStrays)
        this.logger.warn('a big table needs a partition', { zone: this.zone, table, monthsAhead, hasStrays });
    }
    return states;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        await this.pass();
      } catch (error) {
        this.logger.warn('partitions could not be prepared; the next pass comes', { zone: this.zone, error });
      }
      await this.clock.sleep(PAUSE_MS, signal);
    }
  }
}
