import { WorkerLeases, type LeaseRenewal } from '@tsunagu/payments';
import type { MemoryPaymentStore } from './memory-payment-store.js';
import type { VirtualWorld } from './virtual-world.js';

const KEPT_MS = 60_000;

interface Lease {
  readonly node: string;
  renewedMs: number;
  deadMs: number | undefined;
}

/** Leases in memory, by the one clock of the world: what the functions of the database do, each at one instant. */
export class MemoryWorkerLeases extends WorkerLeases {
  readonly #leases = new Map<string, Lease>();

  constructor(
    private readonly world: VirtualWorld,
    private readonly store: MemoryPaymentStore,
  ) {
    super();
  }

  override open(life: { incarnation: string; node: string; isFirst: boolean }): Promise<void> {
    const { nowMs } = this.world;
    for (const lease of this.#leases.values()) if (life.isFirst && lease.node === life.node) lease.deadMs ??= nowMs;
    this.#leases.set(life.incarnation, { node: life.node, renewedMs: nowMs, deadMs: undefined });
    return Promise.resolve();
  }

  override renew(incarnation: string, deadAfterMs: number): Promise<LeaseRenewal> {
    const own = this.#leases.get(incarnation);
    const isHeld = own !== undefined && own.deadMs === undefined;
    if (isHeld) own.renewedMs = this.world.nowMs;
    const hasDead = [...this.#leases.values()].some((lease) => lease !== own && this.#isMissed(lease, deadAfterMs));
    return Promise.resolve({ isHeld, hasDead });
  }

  override end(incarnation: string): Promise<void> {
    const lease = this.#leases.get(incarnation);
    if (lease !== undefined) lease.deadMs ??= this.world.nowMs;
    return Promise.resolve();
  }

  override handOver({ deadAfterMs, limit }: { deadAfterMs: number; limit: number }): Promise<number> {
    const { nowMs } = this.world;
    const dead = [...this.#leases].filter(([, lease]) => this.#isMissed(lease, deadAfterMs));
    for (const [, lease] of dead) lease.deadMs ??= nowMs;
    const handed = this.store.releaseClaims(new Set(dead.map(([incarnation]) => incarnation)), limit);
    for (const [incarnation, { deadMs = nowMs }] of dead)
      if (deadMs < nowMs - KEPT_MS) this.#leases.delete(incarnation);
    if (dead.length > 0) this.world.note(() => `leases: ${dead.length} dead, ${handed} attempts handed over`);
    return Promise.resolve(handed);
  }

  #isMissed({ deadMs, renewedMs }: Lease, deadAfterMs: number): boolean {
    return deadMs !== undefined || renewedMs < this.world.nowMs - deadAfterMs;
  }
}
