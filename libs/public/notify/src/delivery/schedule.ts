/** Delays before attempts 2 to 10, in seconds; about three days in all. @source reference/api-conventions.md §9 */
const LIVE_DELAYS_S = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;
const LIVE_TOTAL_S = LIVE_DELAYS_S.reduce((sum, delay) => sum + delay, 0);
const SANDBOX_TOTAL_S = 3_600;
const JITTER = 0.2;
const RETRY_AFTER_MAX_S = 24 * 3_600;

/** Attempts before a delivery is given up. */
export const ATTEMPTS_MAX = LIVE_DELAYS_S.length + 1;

/**
 * Time until the next attempt.
 * @param attemptsMade 1 after the first attempt
 * @param isLive the sandbox has the same shape compressed to one hour
 * @param random 0 to 1, for the jitter of ±20 %
 * @param retryAfterS what a 429 or 503 asked for, in seconds; waits at least that long, at most 24 h
 * @returns milliseconds, or undefined when no attempt is left
 */
export function nextDelayMs(
  attemptsMade: number,
  isLive: boolean,
  random: number,
  retryAfterS = 0,
): number | undefined {
  const live = LIVE_DELAYS_S[attemptsMade - 1];
  if (live === undefined) return undefined;
  const planned = (isLive ? live : (live * SANDBOX_TOTAL_S) / LIVE_TOTAL_S) * (1 - JITTER + 2 * JITTER * random);
  return Math.round(Math.max(planned, Math.min(retryAfterS, RETRY_AFTER_MAX_S)) * 1_000);
}

/** `Retry-After` in seconds from now: a number of seconds or an HTTP date; 0 when absent or senseless. */
export function retryAfterSeconds(header: string | undefined, now: Date): number {
  if (header === undefined || header.length > 40) return 0;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, Math.ceil((at - now.getTime()) / 1_000));
}
