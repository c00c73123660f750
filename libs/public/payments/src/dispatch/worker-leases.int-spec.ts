import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import { DatabaseUnavailableError } from '@tsunagu/platform';
import { LEASE } from '../attempt/attempt-timers.js';
import type { ClaimedAttempt } from '../store/payment-store.js';
import { PaymentHouse, anOrder } from '../testing/payment-house.js';
import { PaymentSpec } from '../testing/payment-spec.js';

const spec = new PaymentSpec(['worker-1', 'worker-2']);
let ctx: TenantContext;
/** Two workers: the first one dies, pauses or stops; the second one lives. */
let first: PaymentHouse;
let second: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [first, second] = spec.houses as [PaymentHouse, PaymentHouse];
});

const view = async (id: string) => (await second.queries.find(ctx, id))!;
const rows = async (text: string, values: unknown[] = []) => (await spec.admin.query(text, values)).rows as object[];

/** Nobody waits: the lease is moved into the past by hand. */
async function missed(node: string, ms: number = LEASE.deadAfterMs + 1): Promise<void> {
  const text = `UPDATE gateway.worker_lease SET renewed_at = renewed_at - $2 * interval '1 millisecond' WHERE node = $1`;
  await spec.admin.query(text, [node, ms]);
}

/** A sale that the first worker has claimed and not finished. */
async function claimedByFirst(kind: 'sale' | 'auth' = 'sale'): Promise<{ id: string; claimed: ClaimedAttempt }> {
  const { resource } = await first.intake.accept(ctx, anOrder({ kind }));
  const { job } = first.bells.rung.shift()!;
  return { id: resource.id, claimed: (await first.dispatch.claim(ctx, job.attemptId))! };
}

/** What the loops of the second worker do in one turn. */
async function turnOfSecond(): Promise<void> {
  await second.lease.keep();
  await second.sweeper.sweep();
  await second.workLanes();
}

describe('a worker that dies after its claim', () => {
  it('is missed after five seconds, and another worker finishes what it held at once [A4, A15]', async () => {
    const { id, claimed } = await claimedByFirst();
    expect(claimed.attempt.claimedBy).toBe(first.lease.holder);
    await missed('worker-1', LEASE.deadAfterMs - 1_000);
    await turnOfSecond();
    expect((await view(id)).status).toBe('processing');
    await missed('worker-1');
    await turnOfSecond();
    expect(await view(id)).toMatchObject({ status: 'captured', customerCharged: 'yes' });
    expect(second.wire.submitted).toHaveLength(1);
  });

  it('keeps its attempt until the claim runs out when nobody is there to miss it [A15]', async () => {
    const { id } = await claimedByFirst();
    second.clock.pass(28_001);
    await second.sweeper.sweep();
    await second.workLanes();
    expect((await view(id)).status).toBe('captured');
  });

  it('is over at once when its process starts again under its name', async () => {
    const { id } = await claimedByFirst();
    const again = new PaymentHouse(spec.db.url('gateway'), 'worker-1');
    await again.lease.keep();
    await again.sweeper.sweep();
    await again.workLanes();
    expect((await view(id)).status).toBe('captured');
    await again.close();
  });

  it('leaves finished attempts and those of the living alone', async () => {
    const { resource } = await first.intake.accept(ctx, anOrder());
    await first.workLanes();
    const held = await second.intake.accept(ctx, anOrder());
    await second.dispatch.claim(ctx, second.bells.rung.shift()!.job.attemptId);
    const before = await rows('SELECT * FROM gateway.attempt ORDER BY id');
    await missed('worker-1');
    await second.lease.keep();
    expect(await second.lease.handOver()).toBe(0);
    expect(await rows('SELECT * FROM gateway.attempt ORDER BY id')).toEqual(before);
    expect([(await view(resource.id)).status, (await view(held.resource.id)).status]).toEqual([
      'captured',
      'processing',
    ]);
  });

  it('is judged by one finder at a time, and handed over once [A15]', async () => {
    for (let nr = 0; nr < 5; nr += 1) await claimedByFirst();
    await missed('worker-1');
    const third = new PaymentHouse(spec.db.url('gateway'), 'worker-3');
    await third.lease.keep();
    await second.lease.keep();
    const handed = await Promise.all([second.lease.handOver(), third.lease.handOver()]);
    expect(handed.reduce((sum, count) => sum + count, 0)).toBe(5);
    await third.close();
  });

  it('is given up in bounded passes, and its lease is forgotten after a minute [A15]', async () => {
    for (let nr = 0; nr < 3; nr += 1) await claimedByFirst();
    await missed('worker-1');
    const take = async () => {
      const [row] = await rows('SELECT gateway.hand_over_dead_claims($1, 2) AS handed', [LEASE.deadAfterMs]);
      return row;
    };
    expect([await take(), await take(), await take()]).toEqual([{ handed: 2 }, { handed: 1 }, { handed: 0 }]);
    const nodes = 'SELECT node, dead_at IS NOT NULL AS is_dead FROM gateway.worker_lease ORDER BY node';
    expect(await rows(nodes)).toEqual([
      { node: 'worker-1', is_dead: true },
      { node: 'worker-2', is_dead: false },
    ]);
    await spec.admin.query(`UPDATE gateway.worker_lease SET dead_at = dead_at - interval '61 seconds'`);
    await take();
    expect(await rows(nodes)).toEqual([{ node: 'worker-2', is_dead: false }]);
  });
});

describe('a worker that was only paused', () => {
  it('changes nothing when it wakes with the answer that another one has written [A4, A9]', async () => {
    const { id, claimed } = await claimedByFirst();
    const outcome = (await first.dispatch.perform(ctx, claimed))!;
    second.wire.know(claimed.attempt.id, outcome);
    await missed('worker-1');
    await turnOfSecond();
    const before = await rows('SELECT * FROM gateway.attempt UNION ALL SELECT * FROM gateway.attempt WHERE false');
    const books = await rows('SELECT * FROM gateway.posting WHERE tenant_id = $1', [ctx.tenantId]);
    await first.dispatch.conclude(ctx, claimed, outcome);
    expect(await rows('SELECT * FROM gateway.attempt')).toEqual(before);
    expect(await rows('SELECT * FROM gateway.posting WHERE tenant_id = $1', [ctx.tenantId])).toEqual(books);
    expect(await view(id)).toMatchObject({ status: 'captured', sequence: 2, capturedMinor: 1500 });
    expect(second.wire.submitted).toHaveLength(0);
  });

  it('cannot bring back what was reversed meanwhile, whatever it heard before its pause [A7, A8, A9]', async () => {
    const { id, claimed } = await claimedByFirst('auth');
    const heard = (await first.dispatch.perform(ctx, claimed))!;
    expect(heard.state).toBe('approved');
    await missed('worker-1');
    second.wire.know(claimed.attempt.id, { state: 'reversed' });
    await turnOfSecond();
    const reversed = await view(id);
    expect(reversed).toMatchObject({ status: 'declined', customerCharged: 'no', final: true });
    await first.dispatch.conclude(ctx, claimed, heard);
    expect(await view(id)).toEqual(reversed);
    expect(await rows('SELECT * FROM gateway.posting WHERE tenant_id = $1', [ctx.tenantId])).toEqual([]);
  });

  it('does not give back what another worker holds by now', async () => {
    const { claimed } = await claimedByFirst();
    await missed('worker-1');
    await second.lease.keep();
    await second.sweeper.sweep();
    const { job } = second.bells.rung.shift()!;
    const taken = (await second.dispatch.claim(ctx, job.attemptId))!;
    expect(taken.attempt.claimedUntil).toEqual(claimed.attempt.claimedUntil); // one instant: only the name tells them apart
    first.wire.next.push('unreachable');
    expect(await first.dispatch.perform(ctx, claimed)).toBeUndefined();
    const [row] = await rows('SELECT claimed_by, claimed_until FROM gateway.attempt');
    expect(row).toEqual({ claimed_by: second.lease.holder, claimed_until: taken.attempt.claimedUntil });
  });

  it('claims nothing until it has begun a new life [A4]', async () => {
    const former = first.lease.holder;
    const { resource } = await first.intake.accept(ctx, anOrder());
    await missed('worker-1');
    await turnOfSecond();
    first.leaseClock.pass(LEASE.trustMs);
    expect(first.lease.holder).toBeUndefined();
    await first.workLanes();
    expect([await first.sweeper.sweep(), first.wire.submitted.length]).toEqual([0, 0]);
    await first.lease.keep();
    expect(first.lease.holder).toBeDefined();
    expect(first.lease.holder).not.toBe(former);
    first.clock.pass(1_100);
    await first.sweeper.sweep();
    await first.workLanes();
    expect((await view(resource.id)).status).toBe('captured');
  });

  it('hands over even what it claimed in the instant in which it was given up', async () => {
    const { resource } = await first.intake.accept(ctx, anOrder());
    await missed('worker-1');
    await turnOfSecond();
    await first.workLanes.call({ bells: first.bells, dispatch: { run: first.dispatch.claim.bind(first.dispatch) } });
    expect((await view(resource.id)).status).toBe('processing');
    await turnOfSecond();
    expect((await view(resource.id)).status).toBe('captured');
  });
});

describe('a worker whose database was away', () => {
  it('leaves what it could not finish with its next renewal, and asks nobody to wait for the end of the claim [A15, A17]', async () => {
    const { resource } = await second.intake.accept(ctx, anOrder());
    const former = second.lease.holder;
    second.events.record = () => {
      throw new DatabaseUnavailableError();
    };
    await expect(second.workLanes()).rejects.toThrow(DatabaseUnavailableError);
    Reflect.deleteProperty(second.events, 'record');
    expect(await rows('SELECT status, claimed_by FROM gateway.attempt')).toEqual([
      { status: 'sending', claimed_by: former },
    ]);
    await turnOfSecond();
    expect((await view(resource.id)).status).toBe('captured');
    expect(second.lease.holder).not.toBe(former);
    expect(second.wire.submitted).toHaveLength(1);
  });

  it('keeps its life when something else went wrong with one attempt: the others need not be asked about again', async () => {
    await second.intake.accept(ctx, anOrder());
    const former = second.lease.holder;
    second.events.record = () => {
      throw new Error('a bug');
    };
    await expect(second.workLanes()).rejects.toThrow('a bug');
    await second.lease.keep();
    expect(second.lease.holder).toBe(former);
  });
});

describe('a lease', () => {
  it('stops being trusted by its own clock before anybody misses it', async () => {
    first.leaseClock.pass(LEASE.trustMs - 1);
    expect(first.lease.holder).toBeDefined();
    first.leaseClock.pass(1);
    expect(first.lease.holder).toBeUndefined();
    expect(LEASE.trustMs + LEASE.renewMs).toBeLessThanOrEqual(LEASE.deadAfterMs);
    expect(LEASE.renewMs * 2).toBeLessThan(LEASE.trustMs); // one lost renewal stops nobody
  });

  it('is given back by a clean stop together with what it claimed, at once', async () => {
    const { id } = await claimedByFirst();
    await first.lease.end();
    expect(first.lease.holder).toBeUndefined();
    await second.sweeper.sweep();
    await second.workLanes();
    expect((await view(id)).status).toBe('captured');
    await first.lease.keep();
    expect(first.lease.holder).toBeUndefined();
  });

  it('judges nobody just after the database was away from all', async () => {
    await second.sweeper.sweep(); // a worker that has just started looks at once: it was not away
    const { id } = await claimedByFirst();
    await missed('worker-1');
    await missed('worker-2');
    second.leaseClock.pass(LEASE.deadAfterMs);
    await turnOfSecond();
    expect((await view(id)).status).toBe('processing');
    for (let nr = 0; nr < 4; nr += 1) {
      second.leaseClock.pass(LEASE.renewMs);
      await turnOfSecond();
    }
    expect((await view(id)).status).toBe('captured');
  });

  it('costs one statement per renewal and none per payment or sweep while nobody dies', async () => {
    const cost = async (work: () => Promise<unknown>) => {
      const before = second.pool.counts.statements;
      await work();
      return second.pool.counts.statements - before;
    };
    await second.sweeper.sweep(); // the first one looks for a former life of this node
    expect(await cost(() => second.lease.keep())).toBe(1);
    expect(await cost(() => second.sweeper.sweep())).toBe(1);
    const { resource } = await second.intake.accept(ctx, anOrder());
    expect(await cost(() => second.dispatch.claim(ctx, resource.attempts[0]!.id))).toBe(1);
  });

  it('is out of reach of the process itself, except by its functions', async () => {
    const gateway = new pg.Client({ connectionString: spec.db.url('gateway') });
    await gateway.connect();
    for (const text of ['SELECT * FROM gateway.worker_lease', 'DELETE FROM gateway.worker_lease'])
      await expect(gateway.query(text), text).rejects.toThrow('permission denied');
    await gateway.end();
  });
});

describe('what a pass over dead claims reads', () => {
  it('is the open attempts by their index, and not the history', async () => {
    const plans = new pg.Client({
      connectionString: spec.db.adminUrl,
      options: '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off',
    });
    await plans.connect();
    const text = `EXPLAIN SELECT a.tenant_id, a.id FROM gateway.attempt a WHERE a.due_at IS NOT NULL AND a.status = 'sending'
      AND a.claimed_by = ANY ($1::uuid[]) ORDER BY a.due_at LIMIT 200 FOR UPDATE OF a SKIP LOCKED`;
    const { rows: lines } = await plans.query<{ 'QUERY PLAN': string }>({ text, values: [[newId(new Date())]] });
    await plans.end();
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    const indexes = [...plan.matchAll(/Index Scan (?:using|on) (\w+)/g)].map(([, index]) => index);
    expect(plan).not.toContain('Seq Scan');
    expect(indexes.length).toBeGreaterThan(0);
    for (const index of indexes) expect(index).toMatch(/due_at/);
  });
});
