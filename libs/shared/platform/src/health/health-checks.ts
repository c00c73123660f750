import { Injectable } from '@nestjs/common';

/** A check passes by resolving; what it throws is not shown to anybody. */
export type HealthCheck = () => Promise<unknown>;

export interface HealthReport {
  readonly ready: boolean;
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>;
  /** How long ago the checks began; whoever waits for a recovery needs facts from after the fall. */
  readonly age_ms: number;
}

type Findings = Omit<HealthReport, 'age_ms'>;

const CACHE_MS = 1_000;
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Readiness that cannot lie: every check does the real thing (commits a row, asks the neighbour), at most one second
 * ago. Liveness needs no check: that an answer leaves proves that the event loop turns.
 */
@Injectable()
export class HealthChecks {
  readonly #checks = new Map<string, HealthCheck>();
  #last: { at: number; findings: Promise<Findings> } | undefined;
  #isStopping = false;

  /** @param name snake_case; a second registration replaces the first */
  register(name: string, check: HealthCheck): void {
    this.#checks.set(name, check);
    this.#last = undefined;
  }

  /** From now on not ready: traffic must go elsewhere while requests are finished. */
  stop(): void {
    this.#isStopping = true;
  }

  async ready(): Promise<HealthReport> {
    if (this.#isStopping) return { ready: false, checks: { stopping: 'failed' }, age_ms: 0 };
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > CACHE_MS) this.#last = { at: now, findings: this.#run() };
    const { at, findings } = this.#last;
    return { ...(await findings), age_ms: Math.ceil(performance.now() - at) };
  }

  async #run(): Promise<Findings> {
    const results = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await passes(check)] as const),
    );
    return {
      ready: results.every(([, isPassed]) => isPassed),
      checks: Object.fromEntries(results.map(([name, isPassed]) => [name, isPassed ? 'ok' : 'failed'])),
    };
  }
}

async function passes(check: HealthCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([check().then(() => true), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
