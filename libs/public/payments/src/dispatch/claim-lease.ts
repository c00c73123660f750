import { Clock, newId } from '@tsunagu/kernel';
import type { Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { LEASE } from '../attempt/attempt-timers.js';
import type { WorkerLeases } from '../store/worker-leases.js';

/** Claims taken from the dead in one statement. */
const HAND_OVER_MAX = 200;
/** Nobody is missed for so long: only who was declared dead is taken over from. */
const NOBODY_MISSED_MS = 24 * 3_600_000;

/**
 * The right of this process to claim attempts: its life, as the database knows it.
 *
 * A lease says nothing about money. It only tells others how early they may ask the switch about an attempt again, which is always
 * safe: the switch is idempotent, and every outcome is written by compare-and-set. So a worker that was only paused may wake, finish
 * what it holds and change nothing that was decided without it.
 */
export class ClaimLease {
  readonly #lost: Counter;
  readonly #handed: Counter;
  #incarnation: string | undefined;
  #trustedUntilMs = 0;
  #judgesFromMs = 0;
  #isFirst = true;
  #isEnded = false;
  #isDoubted = false;
  #mayHoldDead = false;

  /** @param node name of this process, unique among those that live */
  constructor(
    private readonly leases: WorkerLeases,
    private readonly node: string,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#lost = metrics.counter(
      'tsunagu_worker_lease_lost_total',
      'Times this worker was declared dead while it lived',
    );
    this.#handed = metrics.counter('tsunagu_claims_handed_over_total', 'Attempts taken from workers that died');
  }

  /** Whose name a claim carries; undefined while this process cannot be sure to be known as living, and after its end. */
  get holder(): string | undefined {
    if (this.#isEnded || this.clock.monotonicMs() >= this.#trustedUntilMs) return undefined;
    return this.#incarnation;
  }

  /** Renew, or begin a new life when this one was declared dead. Called in a rhythm of {@link LEASE}.renewMs, never twice at once. */
  async keep(): Promise<void> {
    if (this.#isEnded) return;
    const askedAtMs = this.clock.monotonicMs();
    if (this.#isDoubted) await this.#leave();
    if (this.#incarnation === undefined || !(await this.#renew(this.#incarnation, askedAtMs))) await this.#begin();
    this.#trustedUntilMs = askedAtMs + LEASE.trustMs;
  }

  /** Take over what the dead hold; asks the database only when a renewal heard of somebody dead. @returns how many attempts are due now */
  async handOver(): Promise<number> {
    if (!this.#mayHoldDead) return 0;
    const deadAfterMs = this.clock.monotonicMs() < this.#judgesFromMs ? NOBODY_MISSED_MS : LEASE.deadAfterMs;
    const handed = await this.leases.handOver({ deadAfterMs, limit: HAND_OVER_MAX });
    this.#mayHoldDead = handed === HAND_OVER_MAX;
    this.#handed.inc(handed);
    return handed;
  }

  /**
   * The database was away while a claim was made or its outcome written: it may hold claims of this life that nobody works on any
   * more. The next renewal leaves them all to whoever asks next, in the name of a new life.
   */
  doubt(): void {
    this.#isDoubted = true;
  }

  /** Claim no more, and leave what is held to others at once: they need not wait for what this process still finishes. */
  async end(): Promise<void> {
    this.#isEnded = true;
    if (this.#incarnation === undefined) return;
    await this.#leave();
    while (this.#mayHoldDead) await this.handOver();
  }

  async #leave(): Promise<void> {
    if (this.#incarnation !== undefined) await this.leases.end(this.#incarnation);
    this.#incarnation = undefined;
    this.#isDoubted = false;
    this.#mayHoldDead = true;
  }

  async #renew(incarnation: string, askedAtMs: number): Promise<boolean> {
    const { isHeld, hasDead } = await this.leases.renew(incarnation, LEASE.deadAfterMs);
    // Who was away himself does not judge others before they had the time to come back: the database may have been away from all.
    const isLate = askedAtMs >= this.#trustedUntilMs;
    if (isLate) this.#judgesFromMs = askedAtMs + LEASE.deadAfterMs;
    if (hasDead && askedAtMs >= this.#judgesFromMs) this.#mayHoldDead = true;
    if (!isHeld) this.#lost.inc();
    return isHeld;
  }

  async #begin(): Promise<void> {
    const incarnation = newId(this.clock.now());
    await this.leases.open({ incarnation, node: this.node, isFirst: this.#isFirst });
    this.#mayHoldDead ||= this.#isFirst;
    this.#isFirst = false;
    this.#incarnation = incarnation;
  }
}
