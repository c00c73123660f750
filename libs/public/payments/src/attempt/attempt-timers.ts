import type { AttemptStatus } from '../payment-api.js';

/** A row still `created` after this is rung again. @source security-reliability.md A15 */
export const CREATED_PATIENCE_MS = 1_000;
/** A claim stands for the issuer's reply timer and three seconds; after that another worker may ask the switch again, whatever became of the first. */
export const CLAIM_MS = 25_000 + 3_000;
/**
 * How a worker shows that it lives: renewed in this rhythm, missed after this time without a renewal. It stops claiming well before
 * the others miss it, by its own monotonic clock.
 */
export const LEASE = { renewMs: 1_500, trustMs: 3_500, deadAfterMs: 5_000 } as const;
/** How soon an unreachable switch is asked again. */
export const RELINQUISH_MS = 1_000;
/** First question about an unknown attempt. */
const UNKNOWN_FIRST_MS = 500;
const IN_DOUBT_MS = 30_000;
/** From here on an unknown attempt of a healthy link is an incident. @source security-reliability.md A17 */
export const UNKNOWN_ALERT_MS = 90_000;
/** New attempts after `not_sent` are made within this time of the first, and this many in all. */
export const RESEND_DEADLINE_MS = 20_000;
export const ATTEMPTS_MAX = 3;

/** How often somebody looks again: doubled with every look, between base and cap. */
export const LOOK_AGAIN = {
  dispatch: { baseMs: 1_000, capMs: 30_000 },
  unknown: { baseMs: 1_000, capMs: 2_000 },
} as const;

/** When somebody must look at an attempt that has just come into this state; null: never again. */
export function dueAfter(status: AttemptStatus, now: Date): Date | null {
  const delayMs = DELAY_MS[status];
  return delayMs === undefined ? null : new Date(now.getTime() + delayMs);
}

const DELAY_MS: Partial<Record<AttemptStatus, number>> = {
  created: CREATED_PATIENCE_MS,
  sending: CLAIM_MS,
  sent_unknown: UNKNOWN_FIRST_MS,
  in_doubt: IN_DOUBT_MS,
};
