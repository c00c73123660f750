import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantContext } from '@tsunagu/contracts';
import { UNKNOWN_ALERT_MS } from './attempt/attempt-timers.js';
import { PaymentHouse, aTenant, anIntent, anOrder } from './testing/payment-house.js';
import { PaymentSpec } from './testing/payment-spec.js';

const DAY_MS = 24 * 3_600_000;

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
});

const view = async (id: string) => (await house.queries.find(ctx, id))!;
const rows = async (text: string) => (await spec.admin.query(text, [ctx.tenantId])).rows as Record<string, unknown>[];
const countOf = async (name: string) =>
  Number(new RegExp(`^${name} ([0-9]+)$`, 'm').exec((await house.metrics.page()).text)?.[1]);

describe('a crash in the middle', () => {
  it('leaves nothing of an order whose event could not be written [A2]', async () => {
    house.events.record = () => {
      throw new Error('the disk is full');
    };
    const order = anOrder();
    await expect(house.intake.accept(ctx, order)).rejects.toThrow('the disk is full');
    for (const table of ['payment', 'attempt', 'payment_reference', 'idempotency']) {
      expect(await rows(`SELECT * FROM gateway.${table} WHERE tenant_id = $1`), table).toEqual([]);
    }
    Reflect.deleteProperty(house.events, 'record');
    expect((await house.intake.accept(ctx, order)).replayed).toBe(false);
  });

  it('leaves nothing of an outcome whose event could not be written, and writes all of it the next time [A2]', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    house.events.record = () => {
      throw new Error('the disk is full');
    };
    await expect(house.workLanes()).rejects.toThrow('the disk is full');
    expect(await rows('SELECT status FROM gateway.attempt WHERE tenant_id = $1')).toEqual([{ status: 'sending' }]);
    expect(await rows('SELECT * FROM gateway.posting WHERE tenant_id = $1')).toEqual([]);
    Reflect.deleteProperty(house.events, 'record');
    house.clock.pass(29_000);
    await house.sweeper.sweep();
    await house.workLanes();
    expect((await view(resource.id)).status).toBe('captured');
    expect(house.wire.submitted).toHaveLength(1);
  });

  it('waits two seconds for who holds the same key, and then asks to come again [B4]', async () => {
    const order = anOrder();
    const holder = new pg.Client({ connectionString: spec.db.adminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query(
      `INSERT INTO gateway.idempotency (tenant_id, key, fingerprint, payment_id, resource_id, created_at)
       VALUES ($1, $2, $3, $1, $1, now())`,
      [ctx.tenantId, order.idempotency.key, order.idempotency.fingerprint],
    );
    await expect(house.intake.accept(ctx, order)).rejects.toMatchObject({ code: 'idempotency_in_progress' });
    await holder.query('ROLLBACK');
    await holder.end();
    expect((await house.intake.accept(ctx, order)).replayed).toBe(false);
  });
});

describe('what comes late or for nothing', () => {
  it('drops a bell whose attempt does not exist, counts it and makes nothing [A3]', async () => {
    const { resource } = await house.intake.accept(aTenant(), anOrder());
    const [foreign] = resource.attempts;
    await house.dispatch.run(ctx, foreign!.id);
    expect(await countOf('tsunagu_lane_job_dropped_total')).toBe(1);
    expect(house.wire.submitted).toEqual([]);
    expect(await rows('SELECT * FROM gateway.attempt WHERE tenant_id = $1')).toEqual([]);
  });

  it('counts an outcome for an attempt that has ended, and nothing that is only told twice [A9]', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    await house.workLanes();
    const before = await view(resource.id);
    const target = { paymentId: resource.id, attemptId: before.attempts[0]!.id };
    const told = house.wire.journal.get(target.attemptId)!;
    await house.outcomes.apply(ctx, target, told);
    expect(await countOf('tsunagu_stale_update_total')).toBe(0);
    await house.outcomes.apply(ctx, target, { ...told, state: 'declined' });
    expect(await countOf('tsunagu_stale_update_total')).toBe(1);
    expect(await view(resource.id)).toEqual(before);
  });

  it('raises the alarm for a doubt that is older than 90 seconds, and lowers it when it is resolved [A17]', async () => {
    house.wire.next.push({ state: 'unknown' });
    const { resource } = await house.intake.accept(ctx, anOrder());
    await house.workLanes();
    house.clock.pass(UNKNOWN_ALERT_MS);
    await house.watcher.watch();
    expect(await countOf('tsunagu_unknown_overdue_attempts')).toBe(0);
    house.clock.pass(30_000);
    await house.watcher.watch();
    expect(await countOf('tsunagu_unknown_overdue_attempts')).toBe(1);
    house.wire.know(resource.attempts[0]!.id, { state: 'reversed' });
    house.clock.pass(30_000);
    await house.watcher.watch();
    await house.watcher.watch();
    expect(await countOf('tsunagu_unknown_overdue_attempts')).toBe(0);
    expect(await view(resource.id)).toMatchObject({ status: 'declined', customerCharged: 'no' });
  });
});

describe('what is kept, and how long', () => {
  it('finds the payment of a reference when its key was forgotten after 30 days [B7]', async () => {
    const order = anOrder();
    const { resource } = await house.intake.accept(ctx, order);
    const gateway = new pg.Client({ connectionString: spec.db.url('gateway') });
    await gateway.connect();
    const forget = (before: Date) => gateway.query('SELECT gateway.keep_payments_in_order($1, 100)', [before]);
    await expect(forget(new Date(Date.now() - 29 * DAY_MS))).rejects.toThrow('30 days');
    await forget(new Date(Date.now() - 31 * DAY_MS));
    expect(await rows('SELECT 1 AS one FROM gateway.idempotency WHERE tenant_id = $1')).toHaveLength(1);
    await spec.admin.query(`UPDATE gateway.idempotency SET created_at = created_at - interval '40 days'`);
    await forget(new Date(Date.now() - 31 * DAY_MS));
    await gateway.end();
    expect(await rows('SELECT 1 AS one FROM gateway.idempotency WHERE tenant_id = $1')).toEqual([]);
    const { fingerprint } = order.idempotency;
    for (const { key } of [order.idempotency, anIntent()]) {
      const again = await house.intake.accept(ctx, { ...order, idempotency: { key, fingerprint } });
      expect([again.replayed, again.resource.id]).toEqual([true, resource.id]);
    }
  });

  it('is refused by the database when sealed card data would outlive the answer [C2]', async () => {
    await house.intake.accept(ctx, anOrder());
    await house.workLanes();
    for (const column of ['envelope_sad', 'envelope_account']) {
      const keep = rows(
        `UPDATE gateway.attempt SET ${column} = '${column.slice('envelope_'.length)}.sealed' WHERE tenant_id = $1`,
      );
      await expect(keep, column).rejects.toMatchObject({ constraint: 'attempt_envelope_only_before_answer' });
    }
  });

  it('[CC-03] is refused by the database when sensitive data would lie in the place of an account, or wait offline [C2]', async () => {
    await house.intake.accept(ctx, anOrder());
    const keep = (change: string) => rows(`UPDATE gateway.attempt SET ${change} WHERE tenant_id = $1`);
    for (const change of [
      `envelope_account = 'sad.sealed'`,
      `envelope_sad = 'account.sealed'`,
      `envelope_sad = 'clear'`,
    ]) {
      await expect(keep(change), change).rejects.toMatchObject({ constraint: 'attempt_envelope_parts' });
    }
    await expect(keep(`status = 'stored_offline', due_at = NULL`)).rejects.toMatchObject({
      constraint: 'attempt_offline_keeps_no_sad',
    });
  });

  it('is refused by the database when more of a card is to be shown than BIN and last four [C5]', async () => {
    await house.intake.accept(ctx, anOrder());
    for (const change of [`'{"bin6": "41111111"}'`, `'{"last4": "11111"}'`, `'{"pan": "4111"}'`, `'{"track2": ""}'`]) {
      const show = rows(`UPDATE gateway.payment SET card = card || ${change}::jsonb WHERE tenant_id = $1`);
      await expect(show, change).rejects.toMatchObject({ constraint: 'payment_card_is_display_only' });
    }
  });
});
