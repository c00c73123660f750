import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Seconds: from a fast read to an issuer that never answers. */
const BUCKETS_S = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Numbers of one process for Prometheus. Asking twice for a name gives the same instrument. Labels never hold ids. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  /** @param name snake_case with its unit last, as `tsunagu_<what>_total` */
  counter(name: string, help: string, labelNames: readonly string[] = []): Counter {
    return (
      (this.#known(name) as Counter | undefined) ??
      new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] })
    );
  }

  gauge(name: string, help: string, labelNames: readonly string[] = []): Gauge {
    return (
      (this.#known(name) as Gauge | undefined) ??
      new Gauge({ name, help, labelNames: [...labelNames], registers: [this.registry] })
    );
  }

  /** Observe seconds. */
  histogram(name: string, help: string, labelNames: readonly string[] = []): Histogram {
    const known = this.#known(name) as Histogram | undefined;
    return (
      known ??
      new Histogram({ name, help, labelNames: [...labelNames], buckets: BUCKETS_S, registers: [this.registry] })
    );
  }

  /** Also report event loop lag, memory and CPU; once per process. */
  watchProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** The page for Prometheus. */
  async page(): Promise<{ type: string; text: string }> {
    return { type: this.registry.contentType, text: await this.registry.metrics() };
  }

  #known(name: string): unknown {
    return this.registry.getSingleMetric(name);
  }
}
