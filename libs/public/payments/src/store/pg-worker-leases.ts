import { Injectable } from '@nestjs/common';
import { invariant } from '@tsunagu/kernel';
import { Centre, sql } from '@tsunagu/platform';
import { WorkerLeases, type LeaseRenewal } from './worker-leases.js';

const OPEN = sql('worker_lease_open', 'SELECT gateway.open_worker_lease($1, $2, $3)');
const RENEW = sql('worker_lease_renew', 'SELECT is_held, has_dead FROM gateway.renew_worker_lease($1, $2)');
const END = sql('worker_lease_end', 'SELECT gateway.end_worker_lease($1)');
const HAND_OVER = sql('worker_lease_hand_over', 'SELECT gateway.hand_over_dead_claims($1, $2) AS handed');

/** Leases in PostgreSQL: one statement each, by functions of the owner. */
@Injectable()
export class PgWorkerLeases extends WorkerLeases {
  constructor(private readonly centre: Centre) {
    super();
  }

  override async open(life: { incarnation: string; node: string; isFirst: boolean }): Promise<void> {
    await this.centre.query(OPEN, [life.incarnation, life.node, life.isFirst]);
  }

  override async renew(incarnation: string, deadAfterMs: number): Promise<LeaseRenewal> {
    const values = [incarnation, deadAfterMs];
    const [row] = await this.centre.query<{ is_held: boolean; has_dead: boolean }>(RENEW, values);
    invariant(row !== undefined, 'a renewal always answers');
    return { isHeld: row.is_held, hasDead: row.has_dead };
  }

  override async end(incarnation: string): Promise<void> {
    await this.centre.query(END, [incarnation]);
  }

  override async handOver(query: { deadAfterMs: number; limit: number }): Promise<number> {
    const [row] = await this.centre.query<{ handed: number }>(HAND_OVER, [query.deadAfterMs, query.limit]);
    return row?.handed ?? 0;
  }
}
