import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantContext, Verdict } from '@tsunagu/contracts';
import { ChangeDraft } from './change-draft.js';
import { decideExpiry } from './expiry/decide-expiry.js';
import type { PaymentStatus } from './payment-api.js';
import type { PaymentRecord } from './payment-record.js';
import { PAYMENT_TABLE } from './payment-state.js';
import { PaymentHouse, anIntent, anOrder } from './testing/payment-house.js';
import { cashierState } from './wire/cashier-state.js';
import { PaymentSpec } from './testing/payment-spec.js';

const DAY_MS = 24 * 3_600_000;
const UNION_PAY = { brand: 'unionpay', bin6: '621234', last4: '0505' } as const;
const HELD = { sad: 'sad.held', account: 'account.held' } as const;

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
});

const view = async (id: string) => (await house.queries.find(ctx, id))!;
const listed = async (id: string) =>
  (await house.queries.list(ctx, {}, { limit: 20 })).data.find((one) => one.id === id);
const codeOf = (promise: Promise<unknown>) => promise.then(() => 'taken', (error: { code: string }) => error.code); // prettier-ignore
const sumOf = async (account: string) => {
  const text = `SELECT coalesce(sum(CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END), 0)::int AS n FROM gateway.posting WHERE tenant_id = $1 AND account = $2`;
  return ((await spec.admin.query(text, [ctx.tenantId, account])).rows[0] as { n: number }).n;
};
const force = (id: string, status: PaymentStatus) =>
  spec.admin.query(`UPDATE gateway.payment SET status = $2 WHERE id = $1`, [id, status]);

async function accepted(kind: 'sale' | 'auth', amountMinor = 1000): Promise<string> {
  return (await house.intake.accept(ctx, anOrder({ kind, amountMinor }))).resource.id;
}
async function worked(kind: 'sale' | 'auth', amountMinor = 1000): Promise<string> {
  const id = await accepted(kind, amountMinor);
  await house.workLanes();
  return id;
}
async function waiting(): Promise<string> {
  const id = await accepted('sale');
  house.bells.rung.length = 0;
  await house.store.change(ctx, id, (record) => {
    const draft = new ChangeDraft(record, house.clock.now());
    draft.move(draft.attempts[0]!, 'send');
    draft.move(draft.attempts[0]!, 'decline');
    const expiresAt = new Date(house.clock.now().getTime() + 60_000).toISOString();
    draft.requireAction({ type: 'enter_pin', expiresAt }, HELD);
    return draft.done();
  });
  return id;
}

const act = {
  capture: (id: string, amountMinor?: number, final?: boolean) =>
    house.actions.capture(ctx, id, { idempotency: anIntent(), amountMinor, final }),
  increase: (id: string, amountMinor = 500) =>
    house.actions.increase(ctx, id, { idempotency: anIntent(), amountMinor }),
  release: (id: string) => house.actions.release(ctx, id, { idempotency: anIntent() }),
  cancel: (id: string) => house.actions.cancel(ctx, id, { idempotency: anIntent() }),
  refund: (id: string, amountMinor?: number) => house.actions.refund(ctx, id, { idempotency: anIntent(), amountMinor }),
  ensure_cancelled: async (id: string) => house.actions.ensureCancelled(ctx, (await view(id)).clientReference),
} as const;
type Action = keyof typeof act;
const ACTIONS = Object.keys(act) as Action[];

/** A payment in each state, by a history that leads there; offline states have none yet. */
const REACH: Readonly<Record<PaymentStatus, () => Promise<string>>> = {
  processing: () => accepted('sale'),
  requires_action: waiting,
  unknown: async () => (house.wire.next.push({ state: 'unknown' }), worked('sale')),
  authorized: () => worked('auth'),
  partially_captured: () => after(worked('auth'), (id) => act.capture(id, 400)),
  captured: () => worked('sale'),
  partially_refunded: () => after(worked('sale'), (id) => act.refund(id, 400)),
  refunded: () =>
    after(
      after(worked('sale'), (id) => act.refund(id, 400)),
      (id) => act.refund(id),
    ),
  voided: () => after(worked('auth'), act.cancel),
  declined: async () => (house.wire.next.push({ state: 'declined', actionCode: '116' }), worked('sale')),
  expired: () =>
    after(worked('auth'), async () => {
      house.clock.pass(31 * DAY_MS);
      await house.expiry.expire();
    }),
  offline_accepted: () => after(worked('sale'), (id) => force(id, 'offline_accepted')),
  offline_lost: () => after(worked('sale'), (id) => force(id, 'offline_lost')),
};
async function after(making: Promise<string>, step: (id: string) => Promise<unknown>): Promise<string> {
  const id = await making;
  await step(id);
  await house.workLanes();
  return id;
}

/** Rows of the table that an action leads along, and where it ends; what is not here is refused. */
const LEGAL: Readonly<Partial<Record<PaymentStatus, Partial<Record<Action, PaymentStatus>>>>> = {
  processing: { cancel: 'voided', ensure_cancelled: 'voided' },
  requires_action: { cancel: 'voided', ensure_cancelled: 'voided' },
  unknown: { cancel: 'declined', ensure_cancelled: 'declined' },
  authorized: { capture: 'captured', increase: 'authorized', cancel: 'voided', ensure_cancelled: 'voided' },
  partially_captured: { capture: 'captured', release: 'captured' },
  captured: { refund: 'voided', ensure_cancelled: 'voided' },
  partially_refunded: { refund: 'refunded' },
  // Nothing to give up: said so, and nothing happens.
  voided: { ensure_cancelled: 'voided' },
  declined: { ensure_cancelled: 'declined' },
  expired: { ensure_cancelled: 'expired' },
};

describe('every state and every action', { timeout: 30_000 }, () => {
  it.each(Object.keys(REACH) as PaymentStatus[])(
    '%s: what is legal moves by the table, the rest is refused',
    async (status) => {
      for (const action of ACTIONS) {
        const id = await REACH[status]();
        const before = await view(id);
        expect(before.status).toBe(status);
        const sent = house.wire.submitted.length + house.wire.reversed.length;
        const to = LEGAL[status]?.[action];
        const isOffered = before.allowedActions.includes(action);
        expect([status, action, isOffered]).toEqual([status, action, to !== undefined && to !== status || action === 'increase' && to !== undefined]); // prettier-ignore
        if (to === undefined) {
          await expect(act[action](id)).rejects.toMatchObject({
            category: 'conflict',
            facts: { current_status: status, allowed_actions: before.allowedActions.join(' ') },
          });
          expect(await view(id)).toEqual(before);
          expect(house.wire.submitted.length + house.wire.reversed.length).toBe(sent);
          continue;
        }
        await act[action](id);
        await house.workLanes();
        if (status === 'unknown') {
          house.wire.know(before.attempts[0]!.id, { state: 'reversed' });
          house.clock.pass(5_000);
          await house.watcher.watch();
        }
        expect([action, (await view(id)).status]).toEqual([action, to]);
        const isRow = PAYMENT_TABLE.some((row) => row.from === status && row.to === to);
        expect(isRow || to === status).toBe(true);
      }
    },
  );
});

describe('amounts at their limits', () => {
  it('captures what was authorized and not one yen more', async () => {
    const id = await worked('auth', 1000);
    expect(await codeOf(act.capture(id, 1001))).toBe('amount_exceeds_authorized');
    await act.capture(id, 400);
    expect(await codeOf(act.capture(id, 601))).toBe('amount_exceeds_authorized');
    await act.capture(id, 599);
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'partially_captured', capturedMinor: 999 });
    await act.capture(id, 1);
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'captured', capturedMinor: 1000 });
    expect(await sumOf('memo:authorized_hold')).toBe(0);
  });

  it('completes a UnionPay pre-authorization up to 115 %, once, and never beyond, not even by hand', async () => {
    house.vault.card = { ...house.vault.card, ...UNION_PAY };
    const id = await worked('auth', 1000);
    expect(await codeOf(act.capture(id, 1151))).toBe('amount_exceeds_authorized');
    expect(await codeOf(act.capture(id, 500, false))).toBe('state_conflict');
    const byHand = `UPDATE gateway.payment SET captured_minor = $2 WHERE id = $1`;
    await expect(spec.admin.query(byHand, [id, 1151])).rejects.toThrow('payment_captured_within_authorized');
    await act.capture(id, 1150);
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'captured', capturedMinor: 1150, authorizedMinor: 1000 });
    expect([await sumOf('memo:authorized_hold'), await sumOf('asset:issuer_receivable')]).toEqual([0, 1150]);
    const part = await worked('auth', 1000);
    await act.capture(part, 500);
    await house.workLanes();
    expect(await view(part)).toMatchObject({ status: 'captured', capturedMinor: 500 });
    expect(await sumOf('memo:authorized_hold')).toBe(0);
  });

  it('guards everything by what the issuer approved, not by what the till asked for', async () => {
    house.wire.next.push({ state: 'approved', approvedMinor: 500, actionCode: '002' });
    const sale = await worked('sale', 1000);
    expect(await view(sale)).toMatchObject({
      status: 'captured',
      amountMinor: 1000,
      capturedMinor: 500,
      customerCharged: 'yes',
    });
    expect(await codeOf(act.refund(sale, 501))).toBe('amount_exceeds_refundable');
    const { resource } = await act.refund(sale);
    expect(resource.refund).toMatchObject({ kind: 'torikeshi', amountMinor: 500 });
    await house.workLanes();
    expect(await view(sale)).toMatchObject({ status: 'voided', customerCharged: 'no' });
    house.wire.next.push({ state: 'approved', approvedMinor: 500, actionCode: '002' });
    const auth = await worked('auth', 1000);
    expect(await codeOf(act.capture(auth, 501))).toBe('amount_exceeds_authorized');
    await act.capture(auth);
    await house.workLanes();
    expect(await view(auth)).toMatchObject({ status: 'captured', capturedMinor: 500 });
    expect(await sumOf('asset:issuer_receivable')).toBe(500);
  });
});

describe('asking for more', () => {
  it('captures up to the grown total, and cancels each part of the hold at the issuer', async () => {
    const id = await worked('auth', 1000);
    await act.increase(id, 500);
    expect([await codeOf(act.capture(id)), await codeOf(act.cancel(id))]).toEqual(['state_conflict', 'state_conflict']);
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'authorized', authorizedMinor: 1500 });
    expect(house.events.events.at(-1)).toMatchObject({ type: 'payment.authorization_increased' });
    expect(await codeOf(act.capture(id, 1501))).toBe('amount_exceeds_authorized');
    await act.cancel(id);
    const [bell] = house.bells.rung.splice(0, 1);
    await house.dispatch.run(ctx, bell!.job.attemptId);
    expect(await view(id)).toMatchObject({ status: 'authorized', customerCharged: 'unknown', final: false });
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'voided', customerCharged: 'no', authorizedMinor: 1500 });
    expect([house.wire.reversed.length, await sumOf('memo:authorized_hold')]).toEqual([2, 0]);
  });

  it.each(['declined', 'reversed'] as const)(
    'leaves the authorization as it was when the issuer says no (%s)',
    async (state) => {
      const id = await worked('auth', 1000);
      house.wire.next.push({ state });
      await act.increase(id, 500);
      await house.workLanes();
      expect(await view(id)).toMatchObject({ status: 'authorized', authorizedMinor: 1000, final: true });
      expect(house.events.events.at(-1)?.type).toBe('increase.declined');
    },
  );
});

describe('the clock', { timeout: 30_000 }, () => {
  it('ends a required action uncharged, erases the card, and sends nothing', async () => {
    const id = await waiting();
    house.clock.pass(59_999);
    await house.expiry.expire();
    expect((await view(id)).status).toBe('requires_action');
    house.clock.pass(1);
    await house.expiry.expire();
    expect(await view(id)).toMatchObject({ status: 'expired', customerCharged: 'no', action: null, expiresAt: null });
    const { rows } = await spec.admin.query(`SELECT held_sad, held_account FROM gateway.payment WHERE id = $1`, [id]);
    expect(rows).toEqual([{ held_sad: null, held_account: null }]);
    expect(house.wire.submitted).toEqual([]);
  });

  it('lets an authorization lapse, and reverses its hold only where the table says so', async () => {
    const quiet = await worked('auth');
    house.vault.card = { ...house.vault.card, brand: 'visa' };
    const told = await worked('auth');
    house.clock.pass(30 * DAY_MS);
    const facts = { current_status: 'authorized', allowed_actions: '' };
    await expect(act.capture(quiet)).rejects.toMatchObject({ code: 'state_conflict', facts });
    await house.expiry.expire();
    await house.workLanes();
    for (const id of [quiet, told])
      expect(await view(id)).toMatchObject({ status: 'expired', reason: 'expired', final: true });
    expect(house.wire.reversed.map(({ attemptId }) => attemptId)).toEqual([(await view(told)).attempts[0]!.id]);
    expect(await sumOf('memo:authorized_hold')).toBe(0);
    expect(house.events.events.filter(({ type }) => type === 'payment.expired')).toHaveLength(2);
  });

  it('releases the rest of a partly captured authorization', async () => {
    const id = await after(worked('auth'), (one) => act.capture(one, 400));
    house.clock.pass(30 * DAY_MS);
    await house.expiry.expire();
    expect(await view(id)).toMatchObject({ status: 'captured', reason: 'expired', capturedMinor: 400 });
    expect(await sumOf('memo:authorized_hold')).toBe(0);
  });

  it('waits for a capture that was begun in time', async () => {
    const id = await worked('auth');
    house.clock.pass(30 * DAY_MS - 1);
    await act.capture(id);
    house.clock.pass(2);
    await house.expiry.expire();
    expect((await view(id)).status).toBe('authorized');
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'captured', expiresAt: null });
    house.clock.pass(60_000);
    expect(await house.expiry.expire()).toBe(0);
  });

  it('gives a capture and the end of its authorization in the same instant to one of the two', async () => {
    for (let round = 0; round < 12; round += 1) {
      const id = await worked('auth');
      const late = new Date(house.clock.now().getTime() + 31 * DAY_MS);
      const expire = () => house.store.change(ctx, id, (record: PaymentRecord) => decideExpiry(record, late));
      const both = round % 2 === 0 ? [expire(), codeOf(act.capture(id))] : [codeOf(act.capture(id)), expire()];
      await Promise.all(both);
      await house.workLanes();
      const { status } = await view(id);
      const captures = (await view(id)).attempts.filter(({ kind }) => kind === 'capture');
      expect([status, captures.length]).toEqual(status === 'expired' ? ['expired', 0] : ['captured', 1]);
    }
    expect(await sumOf('memo:authorized_hold')).toBe(0);
  });

  it('ends the others when one cannot be ended, and tries that one again', async () => {
    const [first, second] = [await worked('auth'), await worked('auth')];
    house.clock.pass(30 * DAY_MS);
    house.events.record = (_tx, event) => {
      if (event.paymentId === first) throw new Error('the disk is full');
    };
    await expect(house.expiry.expire()).rejects.toThrow('the disk is full');
    expect([(await view(first)).status, (await view(second)).status]).toEqual(['authorized', 'expired']);
    Reflect.deleteProperty(house.events, 'record');
    house.clock.pass(30_000);
    await house.expiry.expire();
    expect((await view(first)).status).toBe('expired');
  });

  it('gives a payment to one of two workers, and takes it up again when that one died', async () => {
    await worked('auth');
    house.clock.pass(30 * DAY_MS);
    const take = () => house.store.takeExpired({ now: house.clock.now(), limit: 10, leaseMs: 30_000 });
    expect((await Promise.all([take(), take()])).flat()).toHaveLength(1);
    expect(await take()).toEqual([]);
    house.clock.pass(30_000);
    expect(await take()).toHaveLength(1);
  });
});

describe('取消 of a completion (UnionPay)', () => {
  it('takes back capture and authorization on the same day', async () => {
    house.vault.card = { ...house.vault.card, ...UNION_PAY };
    const id = await after(worked('auth'), (one) => act.capture(one, 1100));
    const { resource } = await act.refund(id);
    expect(resource.refund).toMatchObject({ kind: 'torikeshi', amountMinor: 1100 });
    await house.workLanes();
    const [auth, capture] = (await view(id)).attempts;
    expect(house.wire.reversed.map(({ attemptId }) => attemptId)).toEqual([capture!.id, auth!.id]);
    expect(await view(id)).toMatchObject({ status: 'voided', customerCharged: 'no', refundedMinor: 1100, final: true });
    expect((await view(id)).refunds).toMatchObject([{ status: 'approved' }]);
    expect(await sumOf('asset:issuer_receivable')).toBe(0);
  });

  it('returns it the day after, and says that the hold remains when the issuer keeps it', async () => {
    house.vault.card = { ...house.vault.card, ...UNION_PAY };
    const old = await after(worked('auth'), act.capture);
    house.clock.pass(DAY_MS);
    expect((await act.refund(old)).resource.refund.kind).toBe('henpin');
    const kept = await after(worked('auth'), act.capture);
    house.wire.nextReversal.push({ state: 'reversed' }, { state: 'declined' });
    await act.refund(kept);
    await house.workLanes();
    expect(await view(kept)).toMatchObject({ status: 'voided', reason: 'hold_remains', customerCharged: 'no' });
  });

  it('has none for other brands', async () => {
    const id = await after(worked('auth'), act.capture);
    expect((await act.refund(id)).resource.refund.kind).toBe('henpin');
  });
});

describe('電話承認', { timeout: 30_000 }, () => {
  const declined = async (actionCode: string, card: Partial<typeof house.vault.card> = {}) => {
    house.vault.card = { ...house.vault.card, ...card };
    house.wire.next.push({ state: 'declined', actionCode });
    return worked('sale', 1500);
  };
  const post = (id: string, idempotency = anIntent(), clientReference: string = randomUUID()) =>
    house.voices.post(ctx, id, { idempotency, clientReference, code: 'V12345' });

  it('posts a sale that was referred to its issuer as a payment of its own, without reading the card again', async () => {
    const id = await declined('107');
    expect((await view(id)).allowedActions).toEqual(['voice_approval']);
    expect((await listed(id))?.allowedActions).toEqual(['voice_approval']);
    const idempotency = anIntent();
    const { resource } = await post(id, idempotency);
    house.wire.next.push({ state: 'approved', approvalCode: 'V12345' });
    await house.workLanes();
    const posted = await view(resource.id);
    expect(posted).toMatchObject({
      status: 'captured',
      approvalSource: 'voice',
      approvalCode: 'V12345',
      amountMinor: 1500,
    });
    expect(posted.tokenId).toBe((await view(id)).tokenId);
    expect(house.wire.submitted.at(-1)).toMatchObject({
      operation: 'voice_sale',
      voiceApproval: { code: 'V12345' },
      envelope: { sad: null },
    });
    expect(house.vault.counts.opened).toBe(1);
    expect(await view(id)).toMatchObject({ status: 'declined', customerCharged: 'no', allowedActions: [] });
    expect((await listed(id))?.allowedActions).toEqual([]);
    expect(await post(id, idempotency, posted.clientReference)).toMatchObject({
      replayed: true,
      resource: { id: resource.id },
    });
  });

  it('posts it once, whoever asks first', async () => {
    const id = await declined('108');
    const codes = await Promise.all(Array.from({ length: 8 }, () => codeOf(post(id))));
    expect(codes.filter((code) => code === 'taken')).toHaveLength(1);
    expect(new Set(codes)).toEqual(new Set(['taken', 'state_conflict']));
    await house.workLanes();
    expect(await sumOf('asset:issuer_receivable')).toBe(1500);
  });

  it('cannot turn round a refused PIN, a card to be kept, another decline, a sale of yesterday or what was approved', async () => {
    for (const actionCode of ['106', '112', '117', '200', '208', '116', '100']) {
      const id = await declined(actionCode);
      expect((await view(id)).allowedActions).not.toContain('voice_approval');
      expect([actionCode, await codeOf(post(id))]).toEqual([actionCode, 'state_conflict']);
    }
    expect(await codeOf(post(await worked('sale')))).toBe('state_conflict');
    const old = await declined('107');
    house.clock.pass(DAY_MS);
    const facts = { current_status: 'declined', allowed_actions: '' };
    await expect(post(old)).rejects.toMatchObject({ code: 'state_conflict', facts });
    expect(await codeOf(post(await declined('107', UNION_PAY)))).toBe('state_conflict');
    expect(house.vault.counts.sealed).toBe(0);
  });
});

describe('two people', { timeout: 30_000 }, () => {
  const doubt = async (kind: 'sale' | 'auth', after: (id: string) => Promise<unknown> = () => Promise.resolve()) => {
    const id = await worked(kind);
    await after(id);
    await house.workLanes();
    return id;
  };
  const inDoubt = { state: 'in_doubt', reason: 'given_up' } as const;
  /** A payment of each kind whose newest attempt is in doubt. */
  const doubtful = {
    sale: () => (house.wire.next.push(inDoubt), doubt('sale')),
    capture: () => doubt('auth', (id) => (house.wire.next.push(inDoubt), act.capture(id, 400))),
    increase: () => doubt('auth', (id) => (house.wire.next.push(inDoubt), act.increase(id))),
    refund: () => doubt('sale', (id) => (house.wire.next.push(inDoubt), act.refund(id, 400))),
    void: () => doubt('sale', (id) => (house.wire.nextReversal.push(inDoubt), act.refund(id))),
  };
  const reason = 'settlement file of the acquirer, line 12';
  const resolve = async (id: string, verdict: Verdict) => {
    const attemptId = (await view(id)).attempts.at(-1)!.id;
    await house.desk.order({ attemptId, verdict, by: 'aoi', reason });
    await house.desk.approve({ attemptId, by: 'ren' });
    await house.resolutions.carryOut();
    return (await view(id)).attempts.find((attempt) => attempt.id === attemptId)!.status;
  };

  it.each([
    // kind, verdict → attempt, payment, charged, captured, given back, issuers owe
    ['sale', 'approved', 'approved', 'captured', 'yes', 1000, 0, 1000],
    ['sale', 'declined', 'declined', 'declined', 'no', 0, 0, 0],
    ['sale', 'reversed', 'reversed', 'declined', 'no', 0, 0, 0],
    ['sale', 'written_off', 'written_off', 'declined', 'unknown', 0, 0, 0],
    ['capture', 'approved', 'approved', 'partially_captured', 'yes', 400, 0, 400],
    ['capture', 'declined', 'declined', 'authorized', 'yes', 0, 0, 0],
    ['capture', 'written_off', 'written_off', 'authorized', 'yes', 0, 0, 0],
    ['increase', 'approved', 'approved', 'authorized', 'yes', 0, 0, 0],
    ['increase', 'reversed', 'reversed', 'authorized', 'yes', 0, 0, 0],
    ['refund', 'approved', 'approved', 'partially_refunded', 'yes', 1000, 400, 600],
    ['refund', 'declined', 'declined', 'captured', 'yes', 1000, 0, 1000],
    ['refund', 'written_off', 'written_off', 'captured', 'yes', 1000, 0, 1000],
    ['void', 'approved', 'approved', 'voided', 'no', 1000, 1000, 0],
    ['void', 'declined', 'declined', 'captured', 'yes', 1000, 0, 1000],
    ['void', 'written_off', 'written_off', 'captured', 'yes', 1000, 0, 1000],
  ] as const)(
    'end a %s in doubt as %s, with the books right',
    async (kind, verdict, attempt, status, ...[customerCharged, captured, refunded, owed]) => {
      const id = await doubtful[kind]();
      expect(await view(id)).toMatchObject({ final: false });
      expect(await resolve(id, verdict)).toBe(attempt);
      expect(await view(id)).toMatchObject({ status, customerCharged, capturedMinor: captured, refundedMinor: refunded, refundPendingMinor: 0, final: true }); // prettier-ignore
      expect(await sumOf('asset:issuer_receivable')).toBe(owed);
      const isUnknown = attempt === 'written_off' && kind === 'sale';
      expect(cashierState(await view(id)).code === 'written_off').toBe(isUnknown);
      const open = await view(id);
      const held =
        status === 'authorized' || status === 'partially_captured' ? open.authorizedMinor - open.capturedMinor : 0;
      expect(await sumOf('memo:authorized_hold')).toBe(held);
    },
  );

  it('are two: who orders cannot approve, however he writes his name, and nothing happens before', async () => {
    const id = await doubtful.sale();
    const attemptId = (await view(id)).attempts[0]!.id;
    expect(await codeOf(house.desk.approve({ attemptId, by: 'ren' }))).toBe('resource_missing');
    await house.desk.order({ attemptId, verdict: 'declined', by: 'aoi', reason });
    expect(await codeOf(house.desk.approve({ attemptId, by: 'Aoi' }))).toBe('self_approval');
    const byHand = `UPDATE gateway.resolution SET approved_by = 'aoi', approved_at = now()`;
    await expect(spec.admin.query(byHand)).rejects.toThrow('resolution_two_people');
    await house.resolutions.carryOut();
    expect((await view(id)).status).toBe('unknown');
    await house.desk.order({ attemptId, verdict: 'approved', by: 'mio', reason }); // changed before anybody agreed
    await house.desk.approve({ attemptId, by: 'aoi' });
    expect(await codeOf(house.desk.order({ attemptId, verdict: 'declined', by: 'aoi', reason }))).toBe(
      'state_conflict',
    );
    expect(await house.desk.list()).toMatchObject([
      { attemptId, verdict: 'approved', orderedBy: 'mio', approvedBy: 'aoi', outcome: null },
    ]);
    expect(await house.resolutions.carryOut()).toBe(1);
    expect([(await view(id)).status, await house.desk.list()]).toEqual(['captured', []]);
    expect(house.audit.entries).toMatchObject([
      { operation: 'resolution.ordered', requestId: 'operator:aoi' },
      { operation: 'resolution.ordered', requestId: 'operator:mio', after: { verdict: 'approved', reason } },
      { operation: 'resolution.approved', requestId: 'operator:aoi' },
      { operation: 'resolution.carried_out', after: { outcome: 'done' } },
    ]);
  });

  it('tell the switch first, wait for it when it is away, and give way to a truth that came meanwhile', async () => {
    const id = await doubtful.sale();
    const attemptId = (await view(id)).attempts[0]!.id;
    house.rulings.isAway = true;
    expect(await resolve(id, 'approved')).toBe('in_doubt');
    house.rulings.isAway = false;
    house.wire.know(attemptId, { state: 'reversed' }); // the 1430 came after all
    house.clock.pass(15_000);
    expect(await house.resolutions.carryOut()).toBe(1);
    expect(house.rulings.ruled).toEqual([]);
    house.clock.pass(30_000);
    await house.watcher.watch();
    expect(await view(id)).toMatchObject({ status: 'declined', reason: 'reversed', customerCharged: 'no' });
    expect(house.audit.entries.at(-1)).toMatchObject({
      operation: 'resolution.carried_out',
      after: { outcome: 'overtaken' },
    });
  });

  it('are not contradicted by what comes late', async () => {
    const id = await doubtful.sale();
    await resolve(id, 'approved');
    const before = await view(id);
    const target = { paymentId: id, attemptId: before.attempts[0]!.id };
    const late = { ...house.wire.journal.get(target.attemptId)!, state: 'reversed' as const };
    expect(await house.outcomes.apply(ctx, target, late)).toBe(false);
    expect(await view(id)).toEqual(before);
    expect(house.wire.journal.get(target.attemptId)).toMatchObject({ state: 'approved', reason: 'ruled' });
  });

  it('cannot end what is not in doubt, and a void cannot be reversed', async () => {
    const { attempts } = await view(await worked('sale'));
    const order = { attemptId: attempts[0]!.id, verdict: 'declined', by: 'aoi', reason } as const;
    expect(await codeOf(house.desk.order(order))).toBe('resource_missing');
    const doubted = (await view(await doubtful.void())).attempts.at(-1)!;
    expect(await codeOf(house.desk.order({ ...order, attemptId: doubted.id, verdict: 'reversed' }))).toBe(
      'state_conflict',
    );
  });
});

describe('races of fifty', { timeout: 30_000 }, () => {
  it('refunds exactly the legal sum: the losers get 409, the acquirer hears of the winners only [A11]', async () => {
    const id = await worked('sale', 1000);
    const codes = await Promise.all(Array.from({ length: 50 }, () => codeOf(act.refund(id, 70))));
    expect([codes.filter((code) => code === 'taken').length, new Set(codes)]).toEqual([14, new Set(['taken', 'amount_exceeds_refundable'])]); // prettier-ignore
    await house.workLanes();
    expect(await view(id)).toMatchObject({ status: 'partially_refunded', refundedMinor: 980, refundPendingMinor: 0 });
    expect(house.wire.submitted.filter(({ operation }) => operation === 'refund')).toHaveLength(14);
    expect(await sumOf('asset:issuer_receivable')).toBe(20);
  });

  it('captures exactly the legal sum, and nothing beside a last capture [A11]', async () => {
    const id = await worked('auth', 1000);
    const wishes = Array.from({ length: 50 }, (_, n) => codeOf(act.capture(id, 70, n === 25 ? true : undefined)));
    const codes = await Promise.all(wishes);
    await house.workLanes();
    const taken = codes.filter((code) => code === 'taken').length;
    const { capturedMinor, status } = await view(id);
    expect(capturedMinor).toBe(taken * 70);
    expect(taken).toBeLessThanOrEqual(14);
    expect(['partially_captured', 'captured']).toContain(status);
    expect(house.wire.submitted.filter(({ operation }) => operation === 'capture')).toHaveLength(taken);
    for (const code of codes) expect(['taken', 'amount_exceeds_authorized', 'state_conflict', 'already_captured']).toContain(code); // prettier-ignore
  });
});
