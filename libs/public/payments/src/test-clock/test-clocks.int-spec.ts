import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import { Transactions } from '@tsunagu/platform';
import { ChangeDraft } from '../change-draft.js';
import { aTenant, anOrder, type PaymentHouse } from '../testing/payment-house.js';
import { PaymentSpec } from '../testing/payment-spec.js';
import { PgTestClocks } from './pg-test-clocks.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
let clocks: PgTestClocks;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
  clocks = new PgTestClocks(new Transactions(house.pool), house.clock);
});

const view = async (id: string, whose = ctx) => (await house.queries.find(whose, id))!;
async function authorized(whose = ctx): Promise<string> {
  const { id } = (await house.intake.accept(whose, anOrder({ kind: 'auth' }))).resource;
  await house.workLanes();
  return id;
}
async function waiting(): Promise<string> {
  const { id } = (await house.intake.accept(ctx, anOrder())).resource;
  house.bells.rung.length = 0;
  await house.store.change(ctx, id, (record) => {
    const draft = new ChangeDraft(record, house.clock.now());
    draft.move(draft.attempts[0]!, 'send');
    draft.move(draft.attempts[0]!, 'decline');
    const expiresAt = new Date(house.clock.now().getTime() + HOUR_MS).toISOString();
    draft.requireAction({ type: 'enter_pin', expiresAt }, { sad: 'sad.held', account: 'account.held' });
    return draft.done();
  });
  return id;
}

describe('the clock of a tenant', { timeout: 30_000 }, () => {
  it('is one, shows the time of the house until it is advanced, and is nobody else’s', async () => {
    const { clock, isNew } = await clocks.open(ctx, 'first');
    expect([isNew, clock.aheadMs, clock.now]).toEqual([true, 0, house.clock.now()]);
    expect(await clocks.open(ctx, 'second')).toEqual({ clock, isNew: false });
    expect(await clocks.find(ctx, clock.id)).toEqual(clock);
    const stranger = aTenant();
    expect(await clocks.find(stranger, clock.id)).toBeUndefined();
    expect(await clocks.advance(stranger, clock.id, { byMs: 1 })).toBeUndefined();
    expect(await clocks.advance(ctx, newId(new Date()), { byMs: 1 })).toBeUndefined();
  });

  it('ends what its advance goes beyond, through the loop of the house, and nothing else', async () => {
    const { clock } = await clocks.open(ctx, 'expiry');
    const neighbour = aTenant();
    const [action, hold, theirs] = [await waiting(), await authorized(), await authorized(neighbour)];
    const left = async (id: string, whose = ctx) => (await view(id, whose)).expiresAt?.getTime();
    const [before, untouched] = [await left(hold), await left(theirs, neighbour)];
    expect(await clocks.advance(ctx, clock.id, { byMs: HOUR_MS - 1 })).toMatchObject({ due: 0 });
    await house.expiry.expire();
    expect(await view(action)).toMatchObject({ status: 'requires_action' });
    const { action: required, expiresAt } = await view(action);
    expect(required?.expiresAt).toBe(expiresAt?.toISOString());
    expect(await left(hold)).toBe(before! - HOUR_MS + 1);

    expect(await clocks.advance(ctx, clock.id, { byMs: 1 })).toMatchObject({ due: 1, clock: { aheadMs: HOUR_MS } });
    await house.expiry.expire();
    expect(await view(action)).toMatchObject({ status: 'expired', customerCharged: 'no', action: null });
    expect((await view(hold)).status).toBe('authorized');

    await clocks.advance(ctx, clock.id, { byMs: 60 * DAY_MS });
    await house.expiry.expire();
    expect((await view(hold)).status).toBe('expired');
    expect([(await view(theirs, neighbour)).status, await left(theirs, neighbour)]).toEqual(['authorized', untouched]);
  });

  it('gives a payment of after the advance its whole time, and writes no time but that of the house', async () => {
    const { clock } = await clocks.open(ctx, 'later');
    const old = await authorized();
    await clocks.advance(ctx, clock.id, { byMs: 60 * DAY_MS });
    const young = await authorized();
    await house.expiry.expire();
    expect([(await view(old)).status, (await view(young)).status]).toEqual(['expired', 'authorized']);
    expect((await view(old)).updatedAt).toEqual(house.clock.now());
    expect((await view(young)).expiresAt!.getTime()).toBeGreaterThan(house.clock.now().getTime());
  });

  it('goes to an instant once, however often it is told, and never back', async () => {
    const { clock } = await clocks.open(ctx, 'instants');
    const to = new Date(clock.now.getTime() + DAY_MS);
    await clocks.advance(ctx, clock.id, { to });
    expect(await clocks.advance(ctx, clock.id, { to })).toMatchObject({ due: 0, clock: { now: to, aheadMs: DAY_MS } });
    const back = await clocks.advance(ctx, clock.id, { to: house.clock.now() });
    expect(back?.clock.aheadMs).toBe(DAY_MS);
  });

  it('adds up advances that come at once', async () => {
    const { clock } = await clocks.open(ctx, 'many');
    const id = await authorized();
    const before = (await view(id)).expiresAt!.getTime();
    await Promise.all(Array.from({ length: 8 }, () => clocks.advance(ctx, clock.id, { byMs: HOUR_MS })));
    expect((await clocks.find(ctx, clock.id))?.aheadMs).toBe(8 * HOUR_MS);
    expect((await view(id)).expiresAt!.getTime()).toBe(before - 8 * HOUR_MS);
  });
});
