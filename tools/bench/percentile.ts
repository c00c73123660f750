/** Latencies of one run in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Nearest-rank percentiles. @throws RangeError nothing was measured */
export function latencyOf(samplesMs: readonly number[]): Latency {
  if (samplesMs.length === 0) throw new RangeError('nothing was measured');
  const sorted = [...samplesMs].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Time added on top of what the issuer itself took, never below zero. */
export function withoutIssuer(latency: Latency, issuer: Latency): Latency {
  const less = (ms: number) => round(Math.max(0, ms - issuer.p50));
  return { p50: less(latency.p50), p95: less(latency.p95), p99: less(latency.p99), max: less(latency.max) };
}

/** Two decimals: more would be noise. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
