import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { beforeEach, describe, expect, it } from 'vitest';
import { newId } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentHouse, aTenant, anIntent, anOrder, STORE_ID, TERMINAL_ID } from './testing/payment-house.js';
import { PaymentSpec } from './testing/payment-spec.js';

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
});

async function aCapturedSale(amountMinor = 1500) {
  const { resource } = await house.intake.accept(ctx, anOrder({ amountMinor }));
  await house.workLanes();
  return resource.id;
}

async function anAuthorization(amountMinor = 1000) {
  const { resource } = await house.intake.accept(ctx, anOrder({ amountMinor, kind: 'auth' }));
  await house.workLanes();
  return resource.id;
}

const view = async (id: string) => (await house.queries.find(ctx, id))!;
const rows = async (text: string, values: unknown[] = [ctx.tenantId]) => (await spec.admin.query(text, values)).rows;

describe('accepting a payment', () => {
  it('promises a dispatch in the same transaction [A2]', async () => {
    const { resource, replayed } = await house.intake.accept(ctx, anOrder());
    expect([resource.status, resource.sequence, resource.method, replayed]).toEqual(['processing', 1, 'credit', false]);
    expect(await rows(`SELECT status, envelope_sad FROM gateway.attempt WHERE tenant_id = $1`)).toEqual([
      { status: 'created', envelope_sad: 'sad.sealed' },
    ]);
    expect(house.events.events.map(({ type, sequence }) => [type, sequence])).toEqual([['payment.created', 1]]);
  });

  it('makes one payment of fifty simultaneous requests with one key [B4]', async () => {
    const order = anOrder();
    const answers = await Promise.all(Array.from({ length: 50 }, () => house.intake.accept(ctx, order)));
    expect(new Set(answers.map(({ resource }) => resource.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await rows(`SELECT count(*)::int AS n FROM gateway.attempt WHERE tenant_id = $1`)).toEqual([{ n: 1 }]);
  });

  it('refuses a key that stands for something else, whatever is different [B3]', async () => {
    const order = anOrder();
    await house.intake.accept(ctx, order);
    const other = { ...order, idempotency: anIntent(order.idempotency.key, 'other body') };
    await expect(house.intake.accept(ctx, other)).rejects.toMatchObject({ code: 'idempotency_key_reused' });
  });

  it('answers a new key for a known reference with its payment, or refuses other content [B7]', async () => {
    const order = anOrder();
    const first = await house.intake.accept(ctx, order);
    const sameContent = { ...order, idempotency: { key: randomUUID(), fingerprint: order.idempotency.fingerprint } };
    const again = await house.intake.accept(ctx, sameContent);
    expect([again.replayed, again.resource.id]).toEqual([true, first.resource.id]);
    const other = { ...order, idempotency: anIntent() };
    await expect(house.intake.accept(ctx, other)).rejects.toMatchObject({ code: 'client_reference_exists' });
  });

  it('replays without opening the card again', async () => {
    const order = anOrder();
    await house.intake.accept(ctx, order);
    await house.workLanes();
    const again = await house.intake.accept(ctx, order);
    expect([again.resource.status, again.replayed, house.vault.counts.opened]).toEqual(['captured', true, 1]);
  });

  it('keeps the same key of two tenants apart [B2]', async () => {
    const order = anOrder();
    const mine = await house.intake.accept(ctx, order);
    const theirs = await house.intake.accept(aTenant(), order);
    expect([theirs.replayed, theirs.resource.id === mine.resource.id]).toEqual([false, false]);
  });

  it('refuses a blocked terminal, an unknown one and a method without a contract', async () => {
    await expect(house.intake.accept(ctx, anOrder({ terminalId: randomUUID() }))).rejects.toMatchObject({
      code: 'resource_missing',
    });
    await expect(house.intake.accept(ctx, anOrder({ method: 'debit' }))).rejects.toMatchObject({
      code: 'method_not_supported',
    });
    house.directory.entry.blocked = true;
    await expect(house.intake.accept(ctx, anOrder())).rejects.toMatchObject({ code: 'terminal_blocked' });
    expect(house.vault.counts.opened).toBe(0);
  });
});

describe('from bell to books', () => {
  it('captures a sale, posts it and erases the sealed card [A2, C2]', async () => {
    const id = await aCapturedSale();
    expect(await view(id)).toMatchObject({
      status: 'captured', final: true, customerCharged: 'yes', capturedMinor: 1500, approvalCode: '012345', sequence: 2,
      allowedActions: ['refund', 'ensure_cancelled'], nextCheckAt: null,
    }); // prettier-ignore
    expect(
      await rows(`SELECT status, envelope_sad, envelope_account, due_at FROM gateway.attempt WHERE tenant_id = $1`),
    ).toEqual([{ status: 'approved', envelope_sad: null, envelope_account: null, due_at: null }]);
    expect(
      await rows(`SELECT account, side, amount_minor FROM gateway.posting WHERE tenant_id = $1 ORDER BY side`),
    ).toEqual([
      { account: 'liability:merchant_payable', side: 'credit', amount_minor: '1500' },
      { account: 'asset:issuer_receivable', side: 'debit', amount_minor: '1500' },
    ]);
  });

  it('sends once when a job comes three times [A4, A6]', async () => {
    await house.intake.accept(ctx, anOrder());
    const [bell] = house.bells.rung;
    house.bells.rung.push(bell!, bell!);
    await house.workLanes();
    expect(house.wire.submitted).toHaveLength(1);
  });

  it('lets a decline be data', async () => {
    house.wire.next.push({ state: 'declined', actionCode: '116' });
    const id = await aCapturedSale();
    expect(await view(id)).toMatchObject({ status: 'declined', customerCharged: 'no', actionCode: '116', final: true });
    expect(await rows(`SELECT * FROM gateway.posting WHERE tenant_id = $1`)).toEqual([]);
  });

  it('says unknown until the reversal is acknowledged, then declined [A7]', async () => {
    house.wire.next.push({ state: 'unknown', reason: 'timeout' });
    const id = await aCapturedSale();
    expect(await view(id)).toMatchObject({ status: 'unknown', customerCharged: 'unknown', final: false });
    const { attemptId } = house.wire.submitted[0]!;
    house.wire.know(attemptId, { state: 'reversed', reason: 'timeout' });
    house.clock.pass(1_000);
    expect(await house.watcher.watch()).toBe(1);
    expect(await view(id)).toMatchObject({
      status: 'declined',
      reason: 'reversed',
      customerCharged: 'no',
      final: true,
    });
    expect(house.events.events.map(({ type }) => type)).toEqual([
      'payment.created',
      'payment.unknown',
      'payment.resolved',
    ]);
  });

  it('ignores a stale outcome: a terminal state is immutable', async () => {
    const id = await aCapturedSale();
    const before = await view(id);
    const target = { paymentId: id, attemptId: before.attempts[0]!.id };
    const late = { ...house.wire.journal.get(target.attemptId)!, state: 'declined' as const };
    expect(await house.outcomes.apply(ctx, target, late)).toBe(false);
    expect(await view(id)).toEqual(before);
  });

  it('opens a new attempt with the same envelope when nothing was sent, and gives up after three [A6]', async () => {
    house.wire.next.push({ state: 'not_sent' }, { state: 'not_sent' }, { state: 'not_sent' });
    const id = await aCapturedSale();
    for (let pass = 0; pass < 3; pass += 1) {
      house.clock.pass(1_100);
      await house.sweeper.sweep();
      await house.workLanes();
    }
    expect(house.wire.submitted.map(({ envelope }) => envelope?.account)).toEqual(Array(3).fill('account.sealed'));
    expect(await view(id)).toMatchObject({ status: 'declined', reason: 'not_sent', customerCharged: 'no' });
  });

  it('leaves the attempt sending when the switch cannot be reached, and asks again', async () => {
    house.wire.next.push('unreachable');
    const id = await aCapturedSale();
    expect((await view(id)).attempts[0]!.status).toBe('sending');
    house.clock.pass(1_100);
    await house.sweeper.sweep();
    await house.workLanes();
    expect((await view(id)).status).toBe('captured');
  });

  it('burns an attempt that the switch refuses to read, so that it cannot wait for ever', async () => {
    house.wire.next.push('refused', 'refused', 'refused');
    house.wire.nextReversal.push({ state: 'not_sent' }, { state: 'not_sent' }, { state: 'not_sent' });
    const id = await aCapturedSale();
    for (let pass = 0; pass < 3; pass += 1) {
      house.clock.pass(1_100);
      await house.sweeper.sweep();
      await house.workLanes();
    }
    expect(await view(id)).toMatchObject({
      status: 'declined',
      reason: 'not_sent',
      customerCharged: 'no',
      final: true,
    });
  });

  it('finishes what a worker left behind, with the queue wiped [A1, A15]', async () => {
    const lost = await house.intake.accept(ctx, anOrder());
    const claimed = await house.intake.accept(ctx, anOrder());
    await house.dispatch.claim(ctx, house.bells.rung[1]!.job.attemptId);
    house.bells.rung.length = 0;
    house.clock.pass(1_100);
    await house.sweeper.sweep();
    await house.workLanes();
    expect([(await view(lost.resource.id)).status, (await view(claimed.resource.id)).status]).toEqual([
      'captured',
      'processing',
    ]);
    house.clock.pass(28_000);
    await house.sweeper.sweep();
    await house.workLanes();
    expect((await view(claimed.resource.id)).status).toBe('captured');
  });

  it('gives an attempt to one of two sweepers [A15]', async () => {
    await house.intake.accept(ctx, anOrder());
    house.clock.pass(2_000);
    const taken = await Promise.all(
      [1, 2].map(() =>
        house.store.takeDue({
          work: 'dispatch',
          now: house.clock.now(),
          lanePassMax: 1_000,
          baseMs: 1_000,
          capMs: 9_000,
        }),
      ),
    );
    expect(taken.flat().filter(({ tenantId }) => tenantId === ctx.tenantId)).toHaveLength(1);
  });

  it('takes so many due attempts of each lane that a sick one leaves the others their turn [A15]', async () => {
    for (let nr = 0; nr < 3; nr += 1) await house.intake.accept(ctx, anOrder({ method: 'nfc' }));
    house.clock.pass(5_000); // older than those of the other lane: they would all come before it
    await house.intake.accept(ctx, anOrder({ method: 'credit' }));
    house.clock.pass(2_000);
    const query = { work: 'dispatch', now: house.clock.now(), lanePassMax: 1, baseMs: 1_000, capMs: 9_000 } as const;
    const lanes = async () => (await house.store.takeDue(query)).map(({ method }) => method).sort();
    expect([await lanes(), await lanes(), await lanes(), await lanes()]).toEqual([
      ['credit', 'nfc'],
      ['nfc'],
      ['nfc'],
      [],
    ]);
  });
});

describe('refunds', () => {
  it('takes back a whole sale of the day as 取消', async () => {
    const id = await aCapturedSale();
    const { resource } = await house.actions.refund(ctx, id, { idempotency: anIntent() });
    expect([resource.refund.kind, resource.refund.status, resource.payment.final]).toEqual([
      'torikeshi',
      'processing',
      false,
    ]);
    await house.workLanes();
    expect(await view(id)).toMatchObject({
      status: 'voided',
      customerCharged: 'no',
      refundedMinor: 1500,
      refundPendingMinor: 0,
    });
    expect((await view(id)).refunds).toMatchObject([{ status: 'approved' }]);
    expect(house.wire.reversed).toHaveLength(1);
  });

  it('returns a part as 返品, again and again until nothing is left', async () => {
    const id = await aCapturedSale();
    for (const [amountMinor, status] of [
      [500, 'partially_refunded'],
      [1000, 'refunded'],
    ] as const) {
      const { resource } = await house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor });
      expect(resource.refund.kind).toBe('henpin');
      await house.workLanes();
      expect((await view(id)).status).toBe(status);
    }
    const more = house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor: 1 });
    await expect(more).rejects.toMatchObject({ code: 'amount_exceeds_refundable' });
  });

  it('chooses 返品 on the next business day', async () => {
    const id = await aCapturedSale();
    house.clock.pass(24 * 3_600_000);
    const { resource } = await house.actions.refund(ctx, id, { idempotency: anIntent() });
    expect(resource.refund.kind).toBe('henpin');
    const forced = house.actions.refund(ctx, id, { idempotency: anIntent(), kind: 'torikeshi' });
    await expect(forced).rejects.toMatchObject({ category: 'conflict' });
  });

  it('lets exactly one of many concurrent refunds win that together exceed the sale [A11]', async () => {
    const id = await aCapturedSale(1000);
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor: 600 })),
    );
    const lost = results.flatMap((result) =>
      result.status === 'rejected' ? [(result.reason as { code: string }).code] : [],
    );
    expect(lost).toEqual(Array(7).fill('amount_exceeds_refundable'));
    expect((await view(id)).refundPendingMinor).toBe(600);
  });

  it('makes one refund of ten simultaneous requests with one key [A11, B4]', async () => {
    const id = await aCapturedSale(1000);
    const idempotency = anIntent();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => house.actions.refund(ctx, id, { idempotency, amountMinor: 100 })),
    );
    expect(new Set(answers.map(({ resource }) => resource.refund.id)).size).toBe(1);
    expect((await view(id)).refundPendingMinor).toBe(100);
  });

  it('keeps the amount reserved while a refund is unknown', async () => {
    const id = await aCapturedSale(1000);
    house.wire.next.push({ state: 'unknown' });
    await house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor: 600 });
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'captured', refundPendingMinor: 600, final: false });
    expect((await view(id)).pendingUnknown).toHaveLength(1);
    const more = house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor: 600 });
    await expect(more).rejects.toMatchObject({ code: 'amount_exceeds_refundable' });
  });

  it('stores nothing of a refused refund: the key may be used again [B6]', async () => {
    const id = await aCapturedSale(1000);
    const idempotency = anIntent();
    const tooMuch = house.actions.refund(ctx, id, { idempotency, amountMinor: 2000 });
    await expect(tooMuch).rejects.toMatchObject({ code: 'amount_exceeds_refundable' });
    const { replayed } = await house.actions.refund(ctx, id, { idempotency, amountMinor: 200 });
    expect(replayed).toBe(false);
  });
});

describe('captures and cancels', () => {
  it('captures an authorization in parts and releases the rest [A11]', async () => {
    const id = await anAuthorization(1000);
    expect(await view(id)).toMatchObject({ status: 'authorized', authorizedMinor: 1000, capturedMinor: 0 });
    await house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor: 300 });
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'partially_captured', capturedMinor: 300 });
    const tooMuch = house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor: 701 });
    await expect(tooMuch).rejects.toMatchObject({ code: 'amount_exceeds_authorized' });
    await house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor: 500, final: true });
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'captured', capturedMinor: 800 });
    const again = house.actions.capture(ctx, id, { idempotency: anIntent() });
    await expect(again).rejects.toMatchObject({ code: 'already_captured' });
    const [hold] = await rows(
      `SELECT sum(CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END)::int AS open FROM gateway.posting
        WHERE tenant_id = $1 AND account = 'memo:authorized_hold'`,
    );
    expect(hold).toEqual({ open: 0 });
  });

  it('gives back what was captured in parts by the name of its authorization, because no capture is as large', async () => {
    const id = await anAuthorization(1000);
    for (const amountMinor of [300, 700]) {
      await house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor });
      await house.workLanes();
    }
    await house.actions.refund(ctx, id, { idempotency: anIntent() });
    await house.workLanes();
    const { status, attempts } = await view(id);
    const sent = house.wire.submitted.at(-1);
    expect([status, sent?.originalAttemptId]).toEqual(['refunded', attempts[0]?.id]);
  });

  it('reverses an authorization that is cancelled', async () => {
    const id = await anAuthorization();
    const { resource } = await house.actions.cancel(ctx, id, { idempotency: anIntent() });
    expect([resource.status, resource.cancelRequested]).toEqual(['authorized', true]);
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'voided', customerCharged: 'no', final: true });
  });

  it('voids at once what was not sent, and never sends it', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    const cancelled = await house.actions.cancel(ctx, resource.id, { idempotency: anIntent() });
    expect(cancelled.resource).toMatchObject({ status: 'voided', customerCharged: 'no' });
    await house.workLanes();
    expect(house.wire.submitted).toHaveLength(0);
  });

  it('reverses a yes that arrives after the cancel [A8]', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    const { job } = house.bells.rung.shift()!;
    const claimed = (await house.dispatch.claim(ctx, job.attemptId))!;
    const cancelled = await house.actions.cancel(ctx, resource.id, { idempotency: anIntent() });
    expect(cancelled.resource).toMatchObject({
      status: 'processing',
      cancelRequested: true,
      customerCharged: 'unknown',
    });
    const outcome = (await house.dispatch.perform(ctx, claimed))!;
    await house.dispatch.conclude(ctx, claimed, outcome);
    expect(await view(resource.id)).toMatchObject({ status: 'processing', customerCharged: 'unknown' });
    await house.workLanes();
    expect(await view(resource.id)).toMatchObject({
      status: 'declined',
      reason: 'reversed',
      customerCharged: 'no',
      final: true,
    });
    expect(await rows(`SELECT * FROM gateway.posting WHERE tenant_id = $1`)).toEqual([]);
  });

  it.each(['declined', 'reversed', 'not_sent'] as const)(
    'tells that a capture came to nothing (%s), and frees what it had reserved',
    async (state) => {
      const id = await anAuthorization(1000);
      house.wire.next.push({ state }, { state }, { state });
      await house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor: 600 });
      for (let pass = 0; pass < 3; pass += 1) {
        await house.workLanes();
        house.clock.pass(1_100);
        await house.sweeper.sweep();
      }
      expect(await view(id)).toMatchObject({ status: 'authorized', capturedMinor: 0, final: true, sequence: 3 });
      expect(house.events.events.at(-1)).toMatchObject({ type: 'capture.declined', sequence: 3, paymentId: id });
      house.wire.next.length = 0;
      await house.actions.capture(ctx, id, { idempotency: anIntent() });
      await house.workLanes();
      expect((await view(id)).capturedMinor).toBe(1000);
    },
  );

  it('tells that the issuer refused a cancel, and that the authorization stands', async () => {
    const id = await anAuthorization(1000);
    house.wire.nextReversal.push({ state: 'declined' });
    await house.actions.cancel(ctx, id, { idempotency: anIntent() });
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'authorized', customerCharged: 'yes', cancelRequested: false });
    expect(house.events.events.at(-1)).toMatchObject({ type: 'cancel.declined', sequence: 3 });
  });

  it('refuses to cancel captured money and names the state [A14]', async () => {
    const id = await aCapturedSale();
    const cancel = house.actions.cancel(ctx, id, { idempotency: anIntent() });
    await expect(cancel).rejects.toMatchObject({ code: 'state_conflict', facts: { current_status: 'captured' } });
  });
});

describe('giving up safely', () => {
  it('never says "not charged" of a reference it never saw, until it is burned [A7]', async () => {
    const order = anOrder();
    expect(await house.queries.attempt(ctx, order.clientReference)).toMatchObject({
      status: 'never_seen',
      customerCharged: 'unknown',
      allowedActions: ['ensure_cancelled'],
    });
    expect(await house.actions.ensureCancelled(ctx, order.clientReference)).toMatchObject({
      status: 'burned',
      customerCharged: 'no',
      final: true,
    });
    await expect(house.intake.accept(ctx, order)).rejects.toMatchObject({ code: 'client_reference_burned' });
    expect((await house.actions.ensureCancelled(ctx, order.clientReference)).status).toBe('burned');
  });

  it('never both burns a reference and takes a payment under it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const order = anOrder();
      const [burned, accepted] = await Promise.allSettled([
        house.actions.ensureCancelled(ctx, order.clientReference),
        house.intake.accept(ctx, order),
      ]);
      const isBurned = burned.status === 'fulfilled' && burned.value.status === 'burned';
      expect(isBurned).toBe(accepted.status === 'rejected');
    }
  });

  it('reverses a captured sale and says why', async () => {
    const order = anOrder();
    const { resource } = await house.intake.accept(ctx, order);
    await house.workLanes();
    expect(await house.actions.ensureCancelled(ctx, order.clientReference)).toMatchObject({
      final: false,
      customerCharged: 'unknown',
    });
    await house.workLanes();
    expect(await view(resource.id)).toMatchObject({ status: 'voided', reason: 'reversed', customerCharged: 'no' });
  });
});

describe('who sees what', () => {
  it('shows a foreign tenant nothing, whatever he asks [E3, E4]', async () => {
    const order = anOrder();
    const { resource } = await house.intake.accept(ctx, order);
    const stranger = aTenant();
    const otherTerminal = { ...ctx, terminalId: newId(new Date()) };
    expect((await house.queries.attempt(otherTerminal, order.clientReference)).customerCharged).toBe('unknown');
    expect(await house.queries.find(stranger, resource.id)).toBeUndefined();
    expect((await house.queries.list(stranger, {}, { limit: 10 })).data).toEqual([]);
    expect((await house.queries.attempt(stranger, order.clientReference)).status).toBe('never_seen');
    const cancel = house.actions.cancel(stranger, resource.id, { idempotency: anIntent() });
    await expect(cancel).rejects.toMatchObject({ code: 'resource_missing' });
    const claim = { now: new Date(), until: new Date(), by: newId(new Date()) };
    expect(await house.store.claimAttempt(stranger, resource.attempts[0]!.id, claim)).toBeUndefined();
  });

  it('shows no row to a connection without a tenant [E2]', async () => {
    await house.intake.accept(ctx, anOrder());
    const client = new pg.Client({ connectionString: spec.db.url('gateway') });
    await client.connect();
    for (const table of ['payment', 'attempt', 'refund', 'posting', 'payment_reference', 'idempotency']) {
      expect((await client.query(`SELECT * FROM gateway.${table}`)).rows, table).toEqual([]);
    }
    await client.end();
  });

  it('limits a key to its store and terminal [E5]', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    expect(await house.queries.find({ ...ctx, storeId: STORE_ID, terminalId: TERMINAL_ID }, resource.id)).toBeDefined();
    for (const node of [{ storeId: newId(new Date()) }, { terminalId: newId(new Date()) }]) {
      const limited = { ...ctx, ...node };
      expect(await house.queries.find(limited, resource.id)).toBeUndefined();
      expect((await house.queries.list(limited, {}, { limit: 10 })).data).toEqual([]);
      const refund = house.actions.refund(limited, resource.id, { idempotency: anIntent() });
      await expect(refund).rejects.toMatchObject({ code: 'resource_missing' });
    }
  });
});

describe('reading', () => {
  it('pages newest first, forward and back, and filters', async () => {
    const ids: string[] = [];
    for (let n = 1; n <= 5; n += 1) {
      const order = anOrder({ amountMinor: n * 100 });
      ids.unshift((await house.intake.accept(ctx, order)).resource.id);
      house.clock.pass(5);
    }
    const first = await house.queries.list(ctx, {}, { limit: 2 });
    expect([first.data.map(({ id }) => id), first.hasMore]).toEqual([ids.slice(0, 2), true]);
    const second = await house.queries.list(ctx, {}, { limit: 3, beforeId: ids[1] });
    expect([second.data.map(({ id }) => id), second.hasMore]).toEqual([ids.slice(2), false]);
    const back = await house.queries.list(ctx, {}, { limit: 2, afterId: ids[2] });
    expect(back.data.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    expect(
      (await house.queries.list(ctx, { amountMinor: 300, brand: 'jcb', status: ['processing'] }, { limit: 9 })).data,
    ).toHaveLength(1);
    expect(await house.queries.count(ctx, {}, 3)).toBe(3);
    const open = await house.queries.openPayments(ctx, TERMINAL_ID, { limit: 2 });
    expect([open.data.map(({ id }) => id), open.hasMore]).toEqual([ids.slice(0, 2), true]);
    const rest = await house.queries.openPayments(ctx, TERMINAL_ID, { limit: 3, beforeId: ids[1] });
    expect([rest.data.map(({ id }) => id), rest.hasMore]).toEqual([ids.slice(2), false]);
  });

  it('finds one payment by its reference', async () => {
    const order = anOrder();
    const { resource } = await house.intake.accept(ctx, order);
    await house.intake.accept(ctx, anOrder());
    const found = await house.queries.list(ctx, { clientReference: order.clientReference }, { limit: 9 });
    expect(found.data.map(({ id }) => id)).toEqual([resource.id]);
    expect((await house.queries.list(ctx, { clientReference: 'never' }, { limit: 9 })).data).toEqual([]);
  });

  it('reads once for who has just seen it: when the bell rings, also when it rang before he waited', async () => {
    const reads = async (step: () => Promise<unknown>) => {
      const before = house.pool.counts.statements;
      await step();
      return house.pool.counts.statements - before;
    };
    const justSeen = { final: true, isJustSeen: true, timeoutMs: 30_000 };
    const early = (await house.intake.accept(ctx, anOrder())).resource;
    await house.workLanes();
    expect(await reads(() => house.queries.waitFor(ctx, early.id, justSeen))).toBe(1);
    const late = (await house.intake.accept(ctx, anOrder())).resource;
    const waiting = house.queries.waitFor(ctx, late.id, justSeen);
    await house.workLanes();
    expect(await waiting).toMatchObject({ status: 'captured', final: true });
  });

  it('wakes who waits when the outcome is known', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    const waiting = house.queries.waitFor(ctx, resource.id, { final: true, timeoutMs: 30_000 });
    await house.workLanes();
    expect(await waiting).toMatchObject({ status: 'captured', final: true });
  });
});

describe('what it costs', () => {
  it('accepts with one writing commit, claims with one, concludes with one', async () => {
    const order = anOrder();
    const costs = async (step: () => Promise<unknown>) => {
      const before = { ...house.pool.counts };
      await step();
      return {
        commits: house.pool.counts.commits - before.commits,
        statements: house.pool.counts.statements - before.statements,
      };
    };
    // The look at the intent is a read of its own: a replay must not open the card again.
    expect(await costs(() => house.intake.accept(ctx, order))).toEqual({ commits: 2, statements: 3 });
    const { attemptId } = house.bells.rung[0]!.job;
    const claimed = (await house.dispatch.claim(ctx, attemptId))!;
    const outcome = (await house.dispatch.perform(ctx, claimed))!;
    expect(await costs(() => house.dispatch.claim(ctx, attemptId))).toEqual({ commits: 1, statements: 1 });
    expect(await costs(() => house.dispatch.conclude(ctx, claimed, outcome))).toEqual({ commits: 1, statements: 5 });
  });
});
