/** How a till keeps asking. */
export interface Patience {
  /** How long one method keeps asking before it says `unknown`, milliseconds. */
  readonly totalMs: number;
  /** First pause after a lost answer; doubles up to `backOffMaxMs`, with jitter. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
  /** How long the API may hold one question open, seconds (`Prefer: wait`, `?wait=`). */
  readonly waitSeconds: number;
  /** How long one try may take; one that is held open may take so much longer than that. */
  readonly slackMs: number;
}

export const DEFAULT_PATIENCE: Patience = {
  totalMs: 120_000,
  backOffMs: 250,
  backOffMaxMs: 5_000,
  waitSeconds: 25,
  slackMs: 15_000,
};

/**
 * Pause before the next try: exponential with jitter, so that the tills of a shop do not come back all at once, and never
 * shorter than the server asks.
 *
 * @param round 0 for the first repetition
 * @param random 0 to 1
 */
export function backOff({ backOffMs, backOffMaxMs }: Patience, round: number, random: number): number {
  const whole = Math.min(backOffMaxMs, backOffMs * 2 ** Math.min(round, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}

/**
 * `Retry-After` in milliseconds. A date is measured against the `Date` of the same answer: the clock of the device may be wrong.
 * @source RFC 9110, 10.2.3
 */
export function retryAfterMs(headers: Headers): number {
  const text = headers.get('retry-after') ?? '';
  if (/^\d{1,5}$/.test(text)) return Number(text) * 1_000;
  const [until, sentAt] = [Date.parse(text), Date.parse(headers.get('date') ?? '')];
  return Number.isNaN(until) || Number.isNaN(sentAt) ? 0 : Math.max(0, until - sentAt);
}
