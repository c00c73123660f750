import pg from 'pg';
import type { CardDisplay, ConversionAnswer, ConversionQuote, TenantContext } from '@tsunagu/contracts';
import { ConversionQuotes } from '@tsunagu/contracts';
import { Transactions } from '@tsunagu/platform';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { FollowUp } from '../follow-up.js';
import type { PaymentOrder, PaymentView } from '../payment-api.js';
import { PaymentGate } from '../payment-gate.js';
import { PaymentHouse, aTenant, anIntent, anOrder } from '../testing/payment-house.js';
import { CurrencyChoicesService } from './currency-choices.service.js';
import { PgOfferBook } from './offer-book.js';

const USD_CARD: CardDisplay = {
  brand: 'visa', bin6: '424242', last4: '4242', expMonth: 12, expYear: 2030, funding: 'credit', country: 'US', issuerName: null, currency: 'USD',
}; // prettier-ignore

/** A provider that says what the spec puts here. */
class Provider extends ConversionQuotes {
  asked = 0;
  change: Partial<ConversionQuote> = {};
  none: 'not_eligible' | 'unavailable' | undefined;
  onAsk: () => Promise<void> = () => Promise.resolve();

  constructor(private readonly now: () => Date) {
    super();
  }

  override async quote(): Promise<ConversionAnswer> {
    this.asked += 1;
    await this.onAsk();
    if (this.none !== undefined) return { kind: 'none', why: this.none };
    const disclosure = { ja: '通貨', en: 'Currency', 'zh-Hans': '货币', 'zh-Hant': '貨幣', ko: '통화' };
    const terms = {
      currency: 'USD',
      foreignMinor: 10_068,
      rate: '0.0067123',
      markupBps: 375,
      rateSource: 'A BANK',
    } as const;
    const [rateAt, expiresAt] = [this.now(), new Date(this.now().getTime() + 60_000)];
    const words = { providerReference: `rec-${this.asked}`, disclaimer: 'As it is.', disclosure };
    return { kind: 'quoted', quote: { ...terms, rateAt, expiresAt, ...words, ...this.change } };
  }
}

let db: TestDatabase;
let house: PaymentHouse;
let provider: Provider;
let choices: CurrencyChoicesService;
let ctx: TenantContext;

beforeAll(async () => {
  db = await testDatabase();
  house = new PaymentHouse(db.url('gateway'));
  await house.lease.keep();
}, 60_000);
afterAll(async () => {
  await house.close();
  await db.drop();
});
beforeEach(() => {
  ctx = aTenant();
  provider = new Provider(() => house.clock.now());
  const gate = new PaymentGate(house.store, new FollowUp(house.bells, house.wakeUps));
  choices = new CurrencyChoicesService(gate, provider, new PgOfferBook(new Transactions(house.pool)), house.clock);
  house.vault.card = USD_CARD;
  Object.assign(house.directory.entry, { methods: ['credit', 'nfc', 'unionpay', 'dcc'], dccCurrencies: ['USD'] });
});

async function ask(change: Partial<PaymentOrder> = {}): Promise<PaymentView> {
  return (await house.intake.accept(ctx, anOrder({ method: 'dcc', amountMinor: 15_000, ...change }))).resource;
}

async function offered(): Promise<{ paymentId: string; offerId: string }> {
  const { id: paymentId } = await ask();
  const { offer } = await choices.offer(ctx, paymentId);
  return { paymentId, offerId: offer!.id };
}

const choose = (paymentId: string, offerId: string, choice: 'local' | 'foreign', idempotency = anIntent()) =>
  choices.choose(ctx, paymentId, { idempotency, offerId, choice, shown: { locale: 'en', shownAt: house.clock.now() } });

async function rows(table: string): Promise<Record<string, unknown>[]> {
  const admin = new pg.Client({ connectionString: db.adminUrl });
  await admin.connect();
  const found = await admin.query(`SELECT * FROM gateway.${table} WHERE tenant_id = $1`, [ctx.tenantId]);
  await admin.end();
  return found.rows as Record<string, unknown>[];
}

describe('a payment whose till asks for DCC', () => {
  it('waits for the choice of the holder, uncharged, with no attempt and its card held', async () => {
    const view = await ask();
    expect(view).toMatchObject({
      status: 'requires_action', method: 'dcc', customerCharged: 'no', attempts: [], sequence: 2,
      action: { type: 'choose_currency' }, dcc: { status: 'undecided', currency: 'USD', offerId: null },
    }); // prettier-ignore
    expect((await rows('payment'))[0]).toMatchObject({ held_account: 'account.sealed', held_sad: 'sad.sealed' });
    expect(house.events.events.slice(-2).map(({ type }) => type)).toEqual([
      'payment.created',
      'payment.action_required',
    ]);
  });

  it.each([
    ['of a Japanese card', { ...USD_CARD, country: 'JP', currency: 'JPY' }, {}, 'credit'],
    ['of a card of which nothing is known', { ...USD_CARD, country: null, currency: null }, {}, 'credit'],
    ['of a brand without conversion', { ...USD_CARD, brand: 'jcb' }, {}, 'credit'],
    ['in a currency that the store does not offer', { ...USD_CARD, currency: 'EUR' }, {}, 'credit'],
    ['whose amount is not final', USD_CARD, { kind: 'auth' }, 'credit'],
  ] as const)('%s goes on in yen, silently', async (_, card, change, method) => {
    house.vault.card = card;
    expect(await ask(change)).toMatchObject({ status: 'processing', method, dcc: { status: 'not_eligible' } });
  });

  it('goes on with a tap on the lane of taps', async () => {
    house.vault.card = { ...USD_CARD, currency: 'EUR' };
    const view = await ask({ card: { ...anOrder().card, entryMode: 'contactless' } });
    expect(view).toMatchObject({ method: 'nfc', dcc: { status: 'not_eligible' } });
  });

  it('needs the contract for the local lane as well', async () => {
    Object.assign(house.directory.entry, { methods: ['dcc'] });
    await expect(ask()).rejects.toMatchObject({ code: 'method_not_supported' });
  });
});

describe('an offer', () => {
  it('is stored word for word, told, and shown again to a till that asks twice', async () => {
    const { id } = await ask();
    const first = await choices.offer(ctx, id);
    const again = await choices.offer(ctx, id);
    expect(again.offer).toEqual(first.offer);
    expect(provider.asked).toBe(1);
    expect(first.offer).toMatchObject({
      localMinor: 15_000,
      localCurrency: 'JPY',
      foreignMinor: 10_068,
      rate: '0.0067123',
    });
    expect(first.payment).toMatchObject({
      status: 'requires_action',
      dcc: { offerId: first.offer!.id, foreignMinor: 10_068 },
    });
    expect(house.events.events.at(-1)?.type).toBe('dcc.offered');
  });

  it('is made anew when its time is over, and only the new one counts', async () => {
    const { paymentId, offerId } = await offered();
    house.clock.pass(56_000); // four seconds are left: too few to read it
    const { offer } = await choices.offer(ctx, paymentId);
    expect(offer!.id).not.toBe(offerId);
    await expect(choose(paymentId, offerId, 'foreign')).rejects.toMatchObject({ code: 'dcc_choice_invalid' });
    expect((await choose(paymentId, offer!.id, 'foreign')).resource.dcc).toMatchObject({ status: 'accepted' });
  });

  it.each(['not_eligible', 'unavailable'] as const)(
    'that cannot be had (%s) lets the sale go on in yen',
    async (why) => {
      const { id } = await ask();
      provider.none = why;
      const { offer, payment } = await choices.offer(ctx, id);
      expect(offer).toBeNull();
      expect(payment).toMatchObject({
        status: 'processing',
        method: 'credit',
        dcc: { status: why },
        attempts: [{ status: 'created' }],
      });
      await house.workLanes();
      expect(await house.queries.find(ctx, id)).toMatchObject({ status: 'captured', method: 'credit' });
    },
  );

  it('is one when two tills ask at once', async () => {
    const { id } = await ask();
    const [one, two] = await Promise.all([choices.offer(ctx, id), choices.offer(ctx, id)]);
    expect(one.offer).toEqual(two.offer);
    expect(await rows('dcc_offer')).toHaveLength(1);
  });

  it('is not made for a payment that was cancelled while the provider was thinking', async () => {
    const { id } = await ask();
    provider.onAsk = async () => void (await house.actions.cancel(ctx, id, { idempotency: anIntent() }));
    await expect(choices.offer(ctx, id)).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await house.queries.find(ctx, id)).toMatchObject({ status: 'voided' });
    expect((await rows('payment'))[0]).toMatchObject({ held_account: null, held_sad: null });
  });

  it('is not made for a payment that asked for none', async () => {
    const { resource } = await house.intake.accept(ctx, anOrder());
    await expect(choices.offer(ctx, resource.id)).rejects.toMatchObject({ code: 'state_conflict' });
  });
});

describe('a refund of a sale in the currency of the card', () => {
  async function sold(): Promise<string> {
    const { paymentId, offerId } = await offered();
    await choose(paymentId, offerId, 'foreign');
    await house.workLanes();
    return paymentId;
  }
  const refund = async (paymentId: string, amountMinor?: number) => {
    await house.actions.refund(ctx, paymentId, { idempotency: anIntent(), amountMinor });
    await house.workLanes();
    const view = await house.queries.find(ctx, paymentId);
    return { sent: house.wire.submitted.at(-1)?.conversion?.amountMinor, refunded: view?.dcc?.refundedForeignMinor };
  };

  it('goes back at the rate of the sale, part by part, and sums exactly', async () => {
    const id = await sold();
    expect(await refund(id, 5_000)).toEqual({ sent: 3_356, refunded: 3_356 });
    expect(await refund(id, 5_000)).toEqual({ sent: 3_356, refunded: 6_712 });
    expect(await refund(id)).toEqual({ sent: 3_356, refunded: 10_068 });
    expect(await house.queries.find(ctx, id)).toMatchObject({ status: 'refunded', refundedMinor: 15_000 });
  });

  it('that is declined leaves its share for the next one', async () => {
    const id = await sold();
    await house.workLanes(); // what earlier specs left
    house.wire.next.push({ state: 'declined', actionCode: '100' });
    expect(await refund(id, 5_000)).toMatchObject({ refunded: 0 });
    expect(await refund(id, 5_000)).toMatchObject({ sent: 3_356, refunded: 3_356 });
  });

  it('of the whole on the same day is a cancel of both', async () => {
    const id = await sold();
    expect(await refund(id)).toMatchObject({ refunded: 10_068 });
    expect(await house.queries.find(ctx, id)).toMatchObject({ status: 'voided', refunds: [{ kind: 'torikeshi' }] });
  });
});

describe('a choice', () => {
  it.each([
    ['foreign', 'dcc', 'accepted', { foreignMinor: 10_068 }],
    ['local', 'credit', 'refused', {}],
  ] as const)('of the %s currency sends the sale on lane %s', async (choice, method, status, extra) => {
    const { paymentId, offerId } = await offered();
    const { resource } = await choose(paymentId, offerId, choice);
    expect(resource).toMatchObject({ status: 'processing', method, dcc: { status } });
    expect(house.bells.rung.at(-1)?.lane).toBe(method);
    expect((await rows('attempt')).map((row) => row['extra'] ?? {})).toEqual([extra]);
    await house.workLanes();
    const sent = house.wire.submitted.at(-1);
    expect(sent?.conversion?.amountMinor).toBe(choice === 'foreign' ? 10_068 : undefined);
    expect(await house.queries.find(ctx, paymentId)).toMatchObject({
      status: 'captured',
      capturedMinor: 15_000,
      currency: 'JPY',
    });
  });

  it('is kept with what shows that it was one, and cannot be changed', async () => {
    const { paymentId, offerId } = await offered();
    await choose(paymentId, offerId, 'foreign');
    const evidence = await choices.evidence(ctx, paymentId);
    expect(evidence).toMatchObject({
      isIntact: true, offers: [{ id: offerId, disclaimer: 'As it is.', disclosure: { ko: '통화' } }],
      choice: { choice: 'foreign', offerId, locale: 'en', terminalId: house.directory.entry.id },
    }); // prettier-ignore
    const gateway = new pg.Client({ connectionString: db.url('gateway') });
    await gateway.connect();
    for (const attack of [`UPDATE gateway.dcc_choice SET choice = 'local'`, `DELETE FROM gateway.dcc_offer`])
      await expect(gateway.query(attack)).rejects.toThrow('permission denied');
    await gateway.end();
  });

  it('that was tampered with is seen', async () => {
    const { paymentId, offerId } = await offered();
    await choose(paymentId, offerId, 'local');
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    await admin.query(`UPDATE gateway.dcc_choice SET choice = 'foreign' WHERE payment_id = $1`, [paymentId]);
    await admin.end();
    expect(await choices.evidence(ctx, paymentId)).toMatchObject({ isIntact: false });
  });

  it('may be repeated, and changes nothing any more', async () => {
    const { paymentId, offerId } = await offered();
    const intent = anIntent();
    await choose(paymentId, offerId, 'foreign', intent);
    expect(await choose(paymentId, offerId, 'foreign', intent)).toMatchObject({ replayed: true });
    expect((await choose(paymentId, offerId, 'foreign')).resource.attempts).toHaveLength(1);
    await expect(choose(paymentId, offerId, 'local')).rejects.toMatchObject({ code: 'dcc_choice_invalid' });
    expect(await rows('dcc_choice')).toHaveLength(1);
  });

  it('of an offer of another payment, or of none, is refused', async () => {
    const [one, two] = [await offered(), await offered()];
    for (const offerId of [two.offerId, one.paymentId])
      await expect(choose(one.paymentId, offerId, 'local')).rejects.toMatchObject({ code: 'dcc_choice_invalid' });
    expect(await rows('dcc_choice')).toHaveLength(0);
  });

  it('is lost to the other one when both race, and one attempt is made', async () => {
    const { paymentId, offerId } = await offered();
    const ends = await Promise.allSettled([choose(paymentId, offerId, 'foreign'), choose(paymentId, offerId, 'local')]);
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await rows('attempt')).toHaveLength(1);
    expect(await rows('dcc_choice')).toHaveLength(1);
  });

  it('after the end of the offer may only be the local currency', async () => {
    const { paymentId, offerId } = await offered();
    house.clock.pass(58_000); // two seconds are left: too few to be sent in
    await expect(choose(paymentId, offerId, 'foreign')).rejects.toMatchObject({ code: 'offer_expired' });
    expect((await choose(paymentId, offerId, 'local')).resource).toMatchObject({ method: 'credit' });
  });

  it('that could not be sent while the quote held charges nobody, and is not tried again', async () => {
    await house.workLanes(); // what earlier specs left
    const { paymentId, offerId } = await offered();
    await choose(paymentId, offerId, 'foreign');
    house.wire.next.push({ state: 'not_sent', reason: 'offer_expired' });
    await house.workLanes();
    expect(house.wire.submitted.at(-1)?.conversion?.expiresAt).toBe(
      new Date(house.clock.now().getTime() + 60_000).toISOString(),
    );
    expect(await house.queries.find(ctx, paymentId)).toMatchObject({
      status: 'declined', reason: 'not_sent', customerCharged: 'no', attempts: [{ status: 'not_sent', reason: 'offer_expired' }],
    }); // prettier-ignore
  });

  it('counts at the rate of the offer, whatever the rate is by then', async () => {
    const { paymentId, offerId } = await offered();
    provider.change = { rate: '0.0099999', foreignMinor: 15_000 };
    const { resource } = await choose(paymentId, offerId, 'foreign');
    expect(resource.dcc).toMatchObject({ rate: '0.0067123', foreignMinor: 10_068, providerReference: 'rec-1' });
  });

  it('of a payment of another tenant finds nothing', async () => {
    const { paymentId, offerId } = await offered();
    ctx = aTenant();
    await expect(choose(paymentId, offerId, 'local')).rejects.toMatchObject({ code: 'resource_missing' });
    await expect(choices.evidence(ctx, paymentId)).rejects.toMatchObject({ code: 'resource_missing' });
  });
});
