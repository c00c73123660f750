import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CvmResult, EncryptedCard, TenantContext } from '@tsunagu/contracts';
import { PaymentHouse, anIntent, anOrder } from '../testing/payment-house.js';
import { PaymentSpec } from '../testing/payment-spec.js';
import { ACTION_MS } from './pin-answers.js';

const PIN = { format: 'iso4', ksn: '01', data: '00' } as const;
const card = (entryMode: EncryptedCard['entryMode'], more: Partial<EncryptedCard> = {}): EncryptedCard => ({
  format: 'dukpt_aes',
  ksn: '00',
  ciphertext: '00',
  entryMode,
  ...more,
});

const spec = new PaymentSpec();
let ctx: TenantContext;
let house: PaymentHouse;
beforeEach(() => {
  ({ ctx } = spec);
  [house] = spec.houses as [PaymentHouse];
  house.directory.entry.methods = ['credit', 'nfc', 'unionpay', 'dcc'];
});

const view = async (id: string) => (await house.queries.find(ctx, id))!;
const rows = async (text: string) => (await spec.admin.query(text, [ctx.tenantId])).rows;
const heldRows = () => rows(`SELECT held_sad, held_account FROM gateway.payment WHERE tenant_id = $1`);
const types = () => house.events.events.map(({ type }) => type);

async function tap(amountMinor: number, more: { cvm?: CvmResult; card?: Partial<EncryptedCard>; kind?: 'auth' } = {}) {
  const { cvm, kind = 'sale' } = more;
  const order = anOrder({ amountMinor, kind, card: card('contactless', more.card), shown: { cvm } });
  const { resource } = await house.intake.accept(ctx, order);
  await house.workLanes();
  return resource.id;
}

async function goOn(id: string, what: { pinBlock?: typeof PIN; card?: EncryptedCard }, key: string = randomUUID()) {
  const { resource } = await house.continuations.continue(ctx, id, { idempotency: anIntent(key), ...what });
  await house.workLanes();
  return resource;
}

/** A tap that the issuer has answered with this action code. */
async function askedBy(actionCode: string, brand: 'visa' | 'jcb' = 'jcb'): Promise<string> {
  house.vault.card = { ...house.vault.card, brand };
  house.wire.next.push({ state: 'declined', actionCode });
  return tap(1_908);
}

describe('a tap that the issuer answers with a question', () => {
  it('waits for the PIN, then goes on as the same payment, its attempts linked', async () => {
    const id = await askedBy('112');
    expect(await view(id)).toMatchObject({
      status: 'requires_action', customerCharged: 'no', final: false, action: { type: 'enter_pin' }, allowedActions: ['continue', 'cancel', 'ensure_cancelled'],
      attempts: [{ status: 'declined', reason: 'pin_required', actionCode: '112' }],
    }); // prettier-ignore
    expect(await heldRows()).toEqual([{ held_sad: 'sad.sealed', held_account: 'account.sealed' }]);
    await goOn(id, { pinBlock: PIN });
    expect(await view(id)).toMatchObject({
      status: 'captured', capturedMinor: 1_908, action: null, presentment: { cvm: 'online_pin', hasPin: true }, entryMode: 'contactless',
      attempts: [{ status: 'declined' }, { status: 'approved' }],
    }); // prettier-ignore
    expect(house.wire.submitted.map(({ repeatOf, envelope, presentment }) => [repeatOf, envelope?.sad, presentment?.hasPin])).toEqual([
      [undefined, 'sad.sealed', false],
      ['pin', 'sad.sealed+pin', true],
    ]); // prettier-ignore
    expect(house.wire.submitted[1]).not.toHaveProperty('originalAttemptId');
    const [first, second] = await rows(
      `SELECT id, original_attempt_id FROM gateway.attempt WHERE tenant_id = $1 ORDER BY ordinal`,
    );
    expect([first.original_attempt_id, second.original_attempt_id]).toEqual([null, first.id]);
    expect(types()).toEqual(['payment.created', 'payment.action_required', 'payment.captured']);
    expect(await heldRows()).toEqual([{ held_sad: null, held_account: null }]);
  });

  it('asks again after a wrong PIN, three times at most', async () => {
    const id = await askedBy('112');
    for (const last of [false, false, true]) {
      house.wire.next.push({ state: 'declined', actionCode: '117' });
      await goOn(id, { pinBlock: PIN });
      const expected = last ? { status: 'declined', actionCode: '117' } : { action: { type: 'enter_pin' } };
      expect(await view(id)).toMatchObject(expected);
    }
    expect((await view(id)).attempts.map(({ reason }) => reason)).toEqual([
      'pin_required',
      'pin_required',
      'pin_required',
      null,
    ]);
    expect(await heldRows()).toEqual([{ held_sad: null, held_account: null }]);
  });

  it('ends when the issuer has counted enough tries (106), and when a tap without a PIN is told of a wrong one', async () => {
    const id = await askedBy('112');
    house.wire.next.push({ state: 'declined', actionCode: '106' });
    await goOn(id, { pinBlock: PIN });
    expect(await view(id)).toMatchObject({ status: 'declined', actionCode: '106', customerCharged: 'no' });
    expect(await view(await askedBy('117'))).toMatchObject({ status: 'declined', actionCode: '117' });
  });

  it.each([
    ['65', 'jcb', 'insert_chip'],
    ['1A', 'visa', 'insert_chip'],
    ['70', 'visa', 'enter_pin'],
  ] as const)('knows %s of %s as a wish to %s', async (code, brand, type) => {
    expect((await view(await askedBy(code, brand))).action?.type).toBe(type);
  });

  it('takes 70 of another brand for a refusal', async () => {
    expect((await view(await askedBy('70'))).status).toBe('declined');
  });

  it('expires uncharged when nobody types it in time, and is continued by nobody then', async () => {
    const id = await askedBy('112');
    house.clock.pass(ACTION_MS);
    const tooLate = { code: 'state_conflict', facts: { allowed_actions: 'cancel ensure_cancelled' } };
    await expect(goOn(id, { pinBlock: PIN })).rejects.toMatchObject(tooLate);
    await house.expiry.expire();
    expect(await view(id)).toMatchObject({ status: 'expired', customerCharged: 'no', final: true });
    expect([house.wire.submitted.length, house.vault.counts.pins, await heldRows()]).toEqual([
      1,
      0,
      [{ held_sad: null, held_account: null }],
    ]);
    await expect(goOn(id, { pinBlock: PIN })).rejects.toMatchObject({ facts: { current_status: 'expired' } });
  });

  it('is signed for when the issuer approves with identification', async () => {
    house.wire.next.push({ state: 'approved', actionCode: '001', emvResponse: '8A023030' });
    const id = await tap(1_907, { card: { emv: '9F360200019F2608112233445566778884078A' } }).catch(() => undefined);
    expect(id).toBeUndefined(); // chip data that is cut off is refused before anything is sent
    const signed = await tap(1_907, { card: { emv: '9F360200019F26081122334455667788' } });
    expect(await view(signed)).toMatchObject({
      status: 'captured',
      presentment: { cvm: 'signature', emv: { '9F36': '0001', '9F26': '1122334455667788', '8A': '3030' } },
    });
  });

  it('is given up like any other', async () => {
    const id = await askedBy('112');
    await house.actions.cancel(ctx, id, { idempotency: anIntent() });
    expect(await view(id)).toMatchObject({ status: 'voided', customerCharged: 'no' });
    expect(await heldRows()).toEqual([{ held_sad: null, held_account: null }]);
  });

  it('sends nothing when the vault refuses the PIN, and takes the right one afterwards', async () => {
    const id = await askedBy('112');
    house.vault.refusesPin = 'card_data_invalid';
    await expect(goOn(id, { pinBlock: PIN })).rejects.toMatchObject({ code: 'card_data_invalid' });
    expect([house.wire.submitted.length, (await view(id)).status]).toEqual([1, 'requires_action']);
    house.vault.refusesPin = undefined;
    await goOn(id, { pinBlock: PIN });
    expect((await view(id)).status).toBe('captured');
  });

  it('goes on once, whatever is repeated or raced', async () => {
    const id = await askedBy('112');
    const key = randomUUID();
    const send = () => house.continuations.continue(ctx, id, { idempotency: anIntent(key), pinBlock: PIN });
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    const others = Array.from({ length: 10 }, () => goOn(id, { pinBlock: PIN }));
    const codes = (await Promise.allSettled(others)).map((one) => one.status === 'rejected' && one.reason.code);
    expect(new Set(codes)).toEqual(new Set(['state_conflict']));
    await house.workLanes();
    expect([house.wire.submitted.length, (await view(id)).attempts.length]).toEqual([2, 2]);
  });

  it('says what it waits for to a till that does something else', async () => {
    const pin = await askedBy('112');
    const chip = await askedBy('65');
    await expect(goOn(pin, { card: card('chip') })).rejects.toMatchObject({
      code: 'state_conflict',
      facts: { required_action: 'enter_pin', current_status: 'requires_action' },
    });
    await expect(goOn(chip, { pinBlock: PIN })).rejects.toMatchObject({ facts: { required_action: 'insert_chip' } });
    const done = await tap(1_000);
    await expect(goOn(done, { pinBlock: PIN })).rejects.toMatchObject({ facts: { current_status: 'captured' } });
    await expect(goOn(randomUUID(), { pinBlock: PIN })).rejects.toMatchObject({ code: 'resource_missing' });
  });

  it('is a plain decline when it comes after the outcome was unknown, or after the customer left', async () => {
    house.wire.next.push({ state: 'unknown', reason: 'timeout' });
    const id = await tap(1_908);
    house.wire.know(house.wire.submitted[0]!.attemptId, { state: 'declined', actionCode: '112' });
    house.clock.pass(1_000);
    await house.watcher.watch();
    expect(await view(id)).toMatchObject({ status: 'declined', action: null });
  });
});

describe('a tap above the limit without a proof', () => {
  it.each([
    ['visa', 'enter_pin', 'sad.sealed'],
    ['jcb', 'insert_chip', null],
  ] as const)('of %s waits before anything is sent: %s', async (brand, type, held) => {
    house.vault.card = { ...house.vault.card, brand };
    const id = await tap(15_001, { kind: 'auth' });
    expect(await view(id)).toMatchObject({
      status: 'requires_action',
      customerCharged: 'no',
      action: { type },
      attempts: [],
      sequence: 2,
    });
    expect([types(), house.wire.submitted.length]).toEqual([['payment.created', 'payment.action_required'], 0]);
    expect(await heldRows()).toEqual([{ held_sad: held, held_account: 'account.sealed' }]);
    await goOn(id, type === 'enter_pin' ? { pinBlock: PIN } : { card: card('chip', { pinBlock: PIN }) });
    expect(await view(id)).toMatchObject({
      status: 'authorized',
      authorizedMinor: 15_001,
      presentment: { hasPin: true },
    });
    expect(house.wire.submitted.map(({ repeatOf, entryMode }) => [repeatOf, entryMode])).toEqual([
      [undefined, type === 'enter_pin' ? 'contactless' : 'chip'],
    ]);
  });

  it('goes on at once at the limit, with a signature, and with a phone that knows its holder', async () => {
    for (const [amount, cvm] of [[15_000, undefined], [15_001, 'signature'], [15_001, 'device']] as const)
      expect(await view(await tap(amount, { cvm }))).toMatchObject({ status: 'captured', presentment: { cvm: cvm ?? null } });
  }); // prettier-ignore

  it('takes the chip of the same card only, inserted, with its holder verified', async () => {
    const id = await tap(20_000);
    const other = house.vault.tokenId;
    house.vault.tokenId = randomUUID();
    const refusals: unknown[] = [];
    const refused = async (what: EncryptedCard) => {
      refusals.push(await goOn(id, { card: what }).then(() => 'taken', (error: { code: string; facts: object }) => [error.code, error.facts]));
    };
    await refused(card('chip'));
    house.vault.tokenId = other;
    await refused(card('contactless'));
    await refused(card('chip', { emv: '9F34031E0300' }));
    await refused(card('chip', { emv: '5A084111111111111111' }));
    expect(refusals).toEqual([
      ['card_data_invalid', { card_rule: 'other_card' }],
      ['card_data_invalid', { card_rule: 'chip_expected' }],
      ['verification_required', { card_rule: 'pin_bypass', rule: '2025-04-01/chip-japan-15000' }],
      ['card_data_invalid', { card_rule: 'forbidden_clear_tag', chip_tag: '5A' }],
    ]);
    expect([house.wire.submitted.length, (await view(id)).status]).toEqual([0, 'requires_action']);
    await goOn(id, { card: card('chip', { emv: '9F3403410302' }) });
    expect(await view(id)).toMatchObject({ status: 'captured', entryMode: 'chip', presentment: { cvm: 'offline_pin' } });
  }); // prettier-ignore

  it('refuses a card before it is opened when its clear part holds what it must not', async () => {
    await expect(tap(1_000, { card: { emv: '5A084111111111111111' } })).rejects.toMatchObject({
      code: 'card_data_invalid',
      facts: { card_rule: 'forbidden_clear_tag', chip_tag: '5A' },
    });
    expect(house.vault.counts.opened).toBe(0);
  });

  it('wants to know why a chip card was swiped, where the contract of the store wants it [J4]', async () => {
    house.vault.isFallback = true;
    const swipe = (fallback?: 'chip_failed_again') =>
      house.intake.accept(ctx, anOrder({ card: card('stripe'), shown: { fallback } }));
    expect((await swipe()).resource.presentment).toMatchObject({ fallback: null });
    house.directory.entry.verificationContract = 'strict';
    await expect(swipe()).rejects.toMatchObject({
      code: 'card_data_invalid',
      facts: { card_rule: 'fallback_reason_missing' },
    });
    expect((await swipe('chip_failed_again')).resource.presentment).toMatchObject({ fallback: 'chip_failed_again' });
    house.vault.isFallback = false;
    expect((await swipe()).resource.status).toBe('processing');
  });

  it('judges nothing of a card that came by the line of a payment server: nobody there can be asked', async () => {
    const { card: _card, ...order } = anOrder({ amountMinor: 99_999 });
    const opened = { ...(await house.vault.open()), tokenId: house.vault.tokenId };
    house.wire.next.push({ state: 'declined', actionCode: '112' });
    const { resource } = await house.intake.acceptOpened(ctx, { ...order, entryMode: 'contactless', opened });
    await house.workLanes();
    expect(await view(resource.id)).toMatchObject({ status: 'declined', actionCode: '112', presentment: null });
  });
});
