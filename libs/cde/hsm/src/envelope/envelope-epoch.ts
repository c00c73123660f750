import type { KeyRef } from '../provider/hsm-provider.js';

export type EnvelopePart = 'sad' | 'account';

/**
 * How long a data key seals, and how long it opens afterwards. Destroying the key is what makes old rows, queues, WAL and
 * backups unreadable for ever (crypto-shredding): `sad` must not survive authorization, `account` outlives every reversal.
 */
const LIFE: Readonly<Record<EnvelopePart, { epochMs: number; graceMs: number }>> = {
  sad: { epochMs: 5 * 60_000, graceMs: 15 * 60_000 },
  account: { epochMs: 24 * 3_600_000, graceMs: 40 * 24 * 3_600_000 },
};

/** Number of the epoch that an instant lies in. */
export function epochAt(part: EnvelopePart, at: Date): number {
  return Math.floor(at.getTime() / LIFE[part].epochMs);
}

/** When the data key of this epoch is destroyed. */
export function epochKeyEnd(part: EnvelopePart, epoch: number): Date {
  return new Date((epoch + 1) * LIFE[part].epochMs + LIFE[part].graceMs);
}

/** Handle of the data key of an epoch. */
export function epochKey(provider: string, part: EnvelopePart, epoch: number): KeyRef {
  return { provider, id: `envelope-${part}-${epoch}` };
}
