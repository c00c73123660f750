import type { LaneJob } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';

/** Attempts that one job carries at most; as many as a worker has in flight per lane. */
const CARRIED_MAX = 50;
/** Jobs that may be added at once after a quiet while: each payment of a slow hour rings its own bell without a wait. */
const BURST = 4;
/** Above that, one job in this time: the queue's cost is then one of the second, not one of the payment. */
const PACE_MS = 25;

/** Puts the job of these attempts into the queue. */
export type CarryRings = (rings: readonly LaneRing[]) => Promise<void>;

export interface LaneRing {
  readonly job: LaneJob;
  readonly repeat: number;
}

interface Gathering {
  readonly rings: LaneRing[];
  readonly carried: Promise<void>;
}

/**
 * The rings of one lane in one process, gathered into few jobs when they come thick.
 * A ring after a quiet while goes at once; in a rush it waits for the next job, at most `PACE_MS` (docs/adr/0012).
 */
export class GatheredRings {
  #open: Gathering | undefined;
  #credit = BURST;
  #countedAtMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly carry: CarryRings,
  ) {
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Resolves when the job that carries this ring was added. @throws what `carry` throws */
  ring(ring: LaneRing): Promise<void> {
    const gathering = (this.#open ??= this.#gather());
    gathering.rings.push(ring);
    if (gathering.rings.length >= CARRIED_MAX) this.#open = undefined;
    return gathering.carried;
  }

  #gather(): Gathering {
    const rings: LaneRing[] = [];
    const waitMs = this.#pay();
    const closed = waitMs > 0 ? this.clock.sleep(waitMs) : Promise.resolve();
    const carried = closed.then(() => {
      if (this.#open === gathering) this.#open = undefined;
      return this.carry(rings);
    });
    const gathering = { rings, carried };
    return gathering;
  }

  /** Take one job from the credit, which grows back with time. @returns how long to wait for it */
  #pay(): number {
    const nowMs = this.clock.monotonicMs();
    this.#credit = Math.min(BURST, this.#credit + (nowMs - this.#countedAtMs) / PACE_MS) - 1;
    this.#countedAtMs = nowMs;
    return this.#credit >= 0 ? 0 : Math.ceil(-this.#credit * PACE_MS);
  }
}
