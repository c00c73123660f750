import type { Clock } from '@tsunagu/kernel';

/** @source reference/iso8583-1993.md §17.3 */
export interface AdmissionLimits {
  readonly queueMax: number;
  readonly queueWaitMs: number;
  /** New requests a second; null = as many as fit. */
  readonly perSecond: number | null;
}

type Waiter = (isAdmitted: boolean) => void;

/**
 * A bounded waiting room before the link: a request that finds no place in time is refused, with proof that nothing left. Places are those of
 * the connections that are there now, so their number changes; the rate is a bucket that holds one second.
 *
 * Several lanes may share a link. Places that come free go to the lanes in turn, and a full room sends away the youngest of the longest
 * queue: a lane that floods waits behind itself (docs/adr/0063).
 */
export class Admission {
  #taken = 0;
  /** Who waits, by lane. The first lane is the next one to be let in; it goes to the end with that. */
  readonly #queues = new Map<string, Set<Waiter>>();
  #waiting = 0;
  #tokens: number;
  #filledAtMs: number;
  #isPumping = false;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AdmissionLimits,
    private readonly places: () => number,
  ) {
    this.#tokens = limits.perSecond ?? 0;
    this.#filledAtMs = clock.monotonicMs();
  }

  get queued(): number {
    return this.#waiting;
  }

  /** @returns undefined when there is room now, a promise of a place otherwise */
  enter(lane = ''): Promise<boolean> | undefined {
    if (this.#waiting === 0 && this.#tryTake()) return undefined;
    if (this.#waiting >= this.limits.queueMax && !this.#makeRoom(lane)) return Promise.resolve(false);
    return this.#queueUp(lane);
  }

  leave(): void {
    this.#taken -= 1;
    this.pump();
  }

  /** Let in who may come in: a place came free, or a connection came up. */
  pump(): void {
    while (this.#waiting > 0 && this.#tryTake()) this.#letIn();
    if (this.#waiting > 0 && this.limits.perSecond !== null) void this.#waitForToken(this.limits.perSecond);
  }

  /** The one who waits longest in the lane whose turn it is. */
  #letIn(): void {
    const [turn] = this.#queues;
    if (turn === undefined) return;
    const [lane, queue] = turn;
    this.#queues.delete(lane);
    this.#queues.set(lane, queue);
    const [first] = queue;
    first?.(true);
  }

  /** @returns false when no lane has a longer queue than this one would have */
  #makeRoom(lane: string): boolean {
    const own = this.#queues.get(lane)?.size ?? 0;
    let longest: Set<Waiter> = new Set();
    for (const queue of this.#queues.values()) if (queue.size > longest.size) longest = queue;
    const youngest = [...longest].at(-1);
    if (youngest === undefined || longest.size <= own + 1) return false;
    youngest(false);
    return true;
  }

  #tryTake(): boolean {
    if (this.#taken >= this.places() || !this.#takeToken()) return false;
    this.#taken += 1;
    return true;
  }

  #takeToken(): boolean {
    const { perSecond } = this.limits;
    if (perSecond === null) return true;
    const now = this.clock.monotonicMs();
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAtMs) * perSecond) / 1_000);
    this.#filledAtMs = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  async #waitForToken(perSecond: number): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    await this.clock.sleep(Math.max(1, 1_000 / perSecond));
    this.#isPumping = false;
    this.pump();
  }

  #queueUp(lane: string): Promise<boolean> {
    const queue = this.#queues.get(lane) ?? new Set();
    this.#queues.set(lane, queue);
    return new Promise((resolve) => {
      const timer = new AbortController();
      const done = (isAdmitted: boolean) => {
        if (!queue.delete(done)) return;
        this.#waiting -= 1;
        if (queue.size === 0) this.#queues.delete(lane);
        timer.abort();
        resolve(isAdmitted);
      };
      queue.add(done);
      this.#waiting += 1;
      void this.clock.sleep(this.limits.queueWaitMs, timer.signal).then(() => done(false));
      if (this.limits.perSecond !== null) void this.#waitForToken(this.limits.perSecond);
    });
  }
}
