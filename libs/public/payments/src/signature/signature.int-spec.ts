import { beforeEach, describe, expect, it } from 'vitest';
import type { TenantContext } from '@tsunagu/contracts';
import { aTenant, anIntent, anOrder, type PaymentHouse } from '../testing/payment-house.js';
import { PaymentSpec } from '../testing/payment-spec.js';

const MAGIC = '89504e470d0a1a0a';
const picture = (tone: string, bytes = 60) => ({
  png: Buffer.concat([Buffer.from(MAGIC, 'hex'), Buffer.alloc(bytes - 8, tone)]),
  sha256: tone.repeat(64),
});
const [ONE, OTHER] = [picture('a'), picture('b')];

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
});

async function sold(kind: 'sale' | 'auth' = 'sale'): Promise<string> {
  const { resource } = await house.intake.accept(ctx, anOrder({ kind }));
  await house.workLanes();
  return resource.id;
}
const sign = (id: string, what = ONE, who = ctx) => house.signatures.sign(who, id, what);
const refused = async (sent: Promise<unknown>) => {
  const { code, facts } = ((await sent.then(() => undefined, (error: unknown) => error)) ?? {}) as { code?: string; facts?: object }; // prettier-ignore
  return { code, ...facts };
};

describe('a signature', () => {
  it('is kept beside its payment and told once, without the picture', async () => {
    const id = await sold();
    const { resource, replayed } = await sign(id);
    expect([replayed, resource.sequence, resource.signature]).toEqual([
      false,
      3,
      { receivedAt: house.clock.now(), sha256: ONE.sha256 },
    ]);
    expect((await house.queries.find(ctx, id))?.signature).toEqual(resource.signature);
    expect(Buffer.from((await house.signatures.picture(ctx, id))!)).toEqual(ONE.png);
    const told = house.events.events.at(-1)!;
    expect(told).toMatchObject({
      type: 'payment.signature_received',
      sequence: 3,
      object: { signature: { received_at: '2026-11-22T03:00:00.000Z', sha256: ONE.sha256 }, status: 'captured' },
    });
    expect(JSON.stringify(house.events.events)).not.toMatch(/iVBOR|89504e47|"png"/i);
  });

  it('is one signature however often it comes, also when many come at once, and when all of the money has gone back', async () => {
    const id = await sold();
    const answers = await Promise.all(Array.from({ length: 5 }, () => sign(id)));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(house.events.events.filter(({ type }) => type === 'payment.signature_received')).toHaveLength(1);
    await house.actions.refund(ctx, id, { idempotency: anIntent(), slipNo: '00043' });
    await house.workLanes();
    const { replayed, resource } = await sign(id);
    expect([replayed, resource.signature?.sha256, resource.refunds[0]?.slipNo]).toEqual([true, ONE.sha256, '00043']);
  });

  it('stays the one that came first', async () => {
    const id = await sold('auth');
    const refusals = await Promise.all([ONE, OTHER].map((one) => refused(sign(id, one))));
    expect(refusals.map(({ code }) => code).filter(Boolean)).toEqual(['state_conflict']);
    const kept = (await house.queries.find(ctx, id))!.signature!.sha256;
    const another = kept === ONE.sha256 ? OTHER : ONE;
    expect(await refused(sign(id, another))).toEqual({
      code: 'state_conflict',
      current_status: 'authorized',
      allowed_actions: 'capture increase cancel ensure_cancelled',
    });
  });

  it.each([
    ['declined', () => house.wire.next.push({ state: 'declined', actionCode: '116' })],
    ['unknown', () => house.wire.next.push({ state: 'unknown' })],
  ] as const)('is not taken of a payment that is %s', async (current_status, answer) => {
    answer();
    const id = await sold();
    expect(await refused(sign(id))).toMatchObject({ code: 'state_conflict', current_status });
    expect(await house.signatures.picture(ctx, id)).toBeUndefined();
  });

  it("is nobody else's: neither another tenant's nor another store's", async () => {
    const id = await sold();
    await sign(id);
    for (const who of [aTenant(), { ...ctx, storeId: '0193a1c2-0000-7000-8000-0000000000ff' }]) {
      expect(await refused(sign(id, ONE, who))).toEqual({ code: 'resource_missing' });
      expect(await refused(house.signatures.picture(who, id))).toEqual({ code: 'resource_missing' });
    }
  });

  it('is bounded, a PNG, and unchangeable in the table itself', async () => {
    for (const what of [
      { ...ONE, png: picture('a', 204_801).png },
      { ...ONE, png: Buffer.alloc(100) },
    ])
      await expect(sign(await sold(), what)).rejects.toThrow();
    const id = await sold();
    await sign(id);
    const grants = await spec.admin.query(
      `SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name = 'payment_signature' AND grantee = 'tsunagu_gateway' ORDER BY 1`,
    );
    expect(grants.rows.map(({ privilege_type: may }) => may as string)).toEqual(['INSERT', 'SELECT']);
    const policy = await spec.admin.query(
      `SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'gateway.payment_signature'::regclass`,
    );
    expect(policy.rows).toEqual([{ relrowsecurity: true, relforcerowsecurity: true }]);
  });
});
