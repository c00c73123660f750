import { describe, expect, it } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.js';
import type { Intent, Journal } from '../journal/journal.js';
import { ScriptedGateway, problem, type Weather } from '../testing/scripted-gateway.js';
import { TestClock } from '../testing/test-clock.js';
import { TsunaguProblem } from '../transport/problem.js';
import { UnfinishedError } from './outcome.js';
import { TillClient, type Purchase, type TillOptions } from './till-client.js';

const SALE: Purchase = {
  kind: 'sale',
  money: { amount: 1_500, currency: 'JPY' },
  card_present: { format: 'dukpt_aes', ksn: '0'.repeat(24), ciphertext: '9C'.repeat(48), entry_mode: 'chip' },
};

function shop(more: Partial<TillOptions> = {}) {
  const gateway = new ScriptedGateway();
  const journal = more.journal ?? new MemoryJournal();
  const clock = new TestClock();
  const options: TillOptions = {
    baseUrl: 'http://gateway.test/',
    apiKey: 'tsk_test_1',
    terminalId: 'trm_1',
    journal,
    clock,
    random: () => 0.5,
    fetch: gateway.fetch,
    ...more,
  };
  return { gateway, journal, clock, till: new TillClient(options), restart: () => new TillClient(options) };
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('a purchase on a bad line', () => {
  const troubles: Weather[][] = [
    ['fine'],
    ['lost_request'],
    ['lost_response'],
    ['half_response'],
    ['error_after'],
    ['foreign_502'],
    ['login_page'],
    ['in_progress'],
    ['too_many'],
    ['lost_response', 'error_after', 'in_progress', 'lost_request', 'half_response'],
  ];

  it.each(troubles.map((weather) => ({ name: weather.join(', '), weather })))(
    'charges once and says so: $name',
    async ({ weather }) => {
      const { gateway, journal, till } = shop();
      gateway.weather.push(...weather);
      expect(await till.pay(SALE)).toMatchObject({ result: 'charged', payment: { status: 'captured' } });
      expect(gateway.charges).toBe(1);
      const keys = gateway.seen.filter(({ path }) => path === '/v1/payments').map(({ key }) => key);
      expect(new Set(keys).size).toBe(1);
      expect(await journal.unfinished()).toEqual([]);
    },
  );

  it('waits as long as it is told, and longer from round to round', async () => {
    const { gateway, clock, till } = shop();
    gateway.weather.push('too_many', 'lost_request', 'lost_request', 'lost_request');
    await till.pay(SALE);
    expect(clock.pauses).toEqual([7_000, 375, 750, 1_500]);
  });

  it('follows a purchase that is still open to its end', async () => {
    const { gateway, till } = shop();
    gateway.readsUntilFinal = 3;
    expect(await till.pay(SALE)).toMatchObject({ result: 'charged' });
    expect(gateway.seen).toHaveLength(4);
  });

  it('says that it does not know, and keeps the purchase, when nobody answers', async () => {
    const { gateway, till, journal } = shop();
    gateway.weather.push(...Array.from({ length: 200 }, (): Weather => 'lost_response'));
    expect(await till.pay(SALE)).toMatchObject({ result: 'unknown', why: 'no_answer', payment: null });
    expect(await journal.unfinished()).toMatchObject([{ action: 'pay' }]);
    expect(await rejection(till.pay(SALE))).toBeInstanceOf(UnfinishedError);
    gateway.weather.length = 0;
    expect(await till.resume()).toMatchObject({ action: 'pay', ending: { result: 'charged' } });
    expect(gateway.charges).toBe(1);
  });

  it('stops waiting when it is told to, and knows afterwards', async () => {
    const { gateway, till, restart } = shop();
    const stop = new AbortController();
    gateway.weather.push('lost_response');
    gateway.onArrival = () => stop.abort();
    expect(await till.pay(SALE, { signal: stop.signal })).toMatchObject({ result: 'unknown', why: 'aborted' });
    expect(await restart().resume()).toMatchObject({ ending: { result: 'charged' } });
  });

  it('asks again when a try hangs, and leaves no timer behind', async () => {
    const { clock, ...state } = shop();
    let tries = 0;
    const fetch = (request: Request) => {
      tries += 1;
      if (tries > 1) return state.gateway.fetch(request);
      const hanging = new Promise<Response>((_, reject) =>
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error)),
      );
      for (const ring of clock.rings) ring();
      return hanging;
    };
    const { till } = shop({ fetch, clock });
    expect(await till.pay(SALE)).toMatchObject({ result: 'charged' });
    expect(tries).toBe(2);
    expect(clock.rings.size).toBe(0);
  });

  it('gives a try up sooner when the API had no reason to hold it: a dead line is noticed in 15 s, not in 40', async () => {
    const { gateway, clock, till } = shop();
    gateway.weather.push('lost_response');
    await till.pay(SALE, { timeoutMs: 60_000 });
    await till.attempt(gateway.payments[0]!.payment.client_reference);
    expect(clock.timersMs).toEqual([40_000, 40_000, 15_000]);
  });

  it('sends nothing when it was stopped before', async () => {
    const { gateway, till, journal } = shop();
    expect(() => till.pay(SALE, { signal: AbortSignal.abort() })).toThrow();
    expect(gateway.seen).toEqual([]);
    expect(await journal.unfinished()).toEqual([]);
  });

  it('tells a decline as not charged, and an exhausted repair as unknown', async () => {
    const { gateway, till } = shop();
    gateway.end = { status: 'declined', customer_charged: 'no' };
    expect(await till.pay(SALE)).toMatchObject({ result: 'not_charged', payment: { status: 'declined' } });
    gateway.end = { status: 'unknown', customer_charged: 'unknown' };
    expect(await till.pay(SALE)).toMatchObject({ result: 'unknown', why: 'in_doubt' });
  });

  it('takes one customer at a time', async () => {
    const { gateway, till } = shop();
    const both = await Promise.allSettled([till.pay(SALE), till.pay(SALE)]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(gateway.payments).toHaveLength(1);
  });

  it('sends nothing that it could not write down', async () => {
    const full: Journal = {
      unfinished: () => Promise.resolve([]),
      save: () => Promise.reject(new Error('the disk is full')),
      finish: () => Promise.resolve(),
    };
    const { gateway, till } = shop({ journal: full });
    expect(await rejection(till.pay(SALE))).toMatchObject({ message: 'the disk is full' });
    expect(gateway.seen).toEqual([]);
  });
});

describe('a refusal', () => {
  const refusing = (status: number, code: string, before: Weather[] = []) => {
    const state = shop({
      fetch: (request) => (before.length > 0 ? lose(before) : Promise.resolve(answer(request))),
    });
    const answer = (request: Request) =>
      request.url.includes('/attempts/')
        ? Response.json({ object: 'attempt_answer', status: 'never_seen', payment: null })
        : problem(status, code);
    return state;
  };
  const lose = (before: Weather[]): Promise<Response> => {
    before.pop();
    return Promise.reject(new TypeError('terminated'));
  };

  it.each([
    [400, 'parameter_invalid'],
    [409, 'ksn_replay'],
    [422, 'card_data_invalid'],
    [422, 'idempotency_key_reused'],
    [401, 'api_key_invalid'],
  ])('is thrown as it is, and leaves nothing unfinished: %i %s', async (status, code) => {
    const { till, journal } = refusing(status, code);
    const error = await rejection(till.pay(SALE));
    expect(error).toBeInstanceOf(TsunaguProblem);
    expect(error).toMatchObject({ code, status, nextAction: 'retry_same_key', requestId: 'req_1' });
    expect(await journal.unfinished()).toEqual([]);
  });

  it('leaves the purchase unfinished when the door closed behind a lost try', async () => {
    const { till, journal } = refusing(401, 'api_key_expired', ['lost_response']);
    expect(await rejection(till.pay(SALE))).toMatchObject({ code: 'api_key_expired' });
    expect(await journal.unfinished()).toMatchObject([{ action: 'pay' }]);
  });

  it('lets the purchase of its own reference decide when the key was used for something else', async () => {
    const { gateway, till } = shop({ fetch: (request) => reused(request) });
    const reused = async (request: Request) => {
      const answer = await gateway.fetch(request);
      return request.method === 'POST' ? problem(422, 'idempotency_key_reused') : answer;
    };
    expect(await till.pay(SALE)).toMatchObject({ result: 'charged' });
  });
});

describe('a till that starts again', () => {
  const unsent = (clock: TestClock): Intent => ({
    id: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01',
    action: 'pay',
    clientReference: 'order-1',
    paymentId: null,
    body: { ...SALE, client_reference: 'order-1', terminal_id: 'trm_1' },
    startedAt: new Date(clock.wallMs()).toISOString(),
  });

  it('has nothing to do when nothing is unfinished', async () => {
    expect(await shop().till.resume()).toBeUndefined();
  });

  it('sends a young purchase that never arrived, with its own key', async () => {
    const { gateway, till, journal, clock } = shop();
    await journal.save(unsent(clock));
    clock.pass(60_000);
    expect(await till.resume()).toMatchObject({ ending: { result: 'charged' } });
    expect(gateway.payments[0]).toMatchObject({ key: unsent(clock).id });
  });

  it.each([
    { name: 'is old', skew: (clock: TestClock) => clock.pass(121_000) },
    {
      name: 'comes from the future, because the clock went back',
      skew: (clock: TestClock) => clock.setBack(3_600_000),
    },
  ])('gives up a purchase that $name: its customer has gone', async ({ skew }) => {
    const { gateway, till, journal, clock } = shop();
    await journal.save(unsent(clock));
    skew(clock);
    expect(await till.resume()).toMatchObject({ ending: { result: 'not_charged', payment: null } });
    expect(gateway.charges).toBe(0);
    expect([...gateway.burned]).toEqual(['order-1']);
    expect(await journal.unfinished()).toEqual([]);
  });

  it('makes keys of its own with a clock that stands still', async () => {
    const { gateway, till } = shop();
    for (let sale = 0; sale < 50; sale += 1) await till.pay(SALE);
    expect(new Set(gateway.payments.map(({ key }) => key)).size).toBe(50);
    expect(new Set(gateway.payments.map(({ payment }) => payment.client_reference)).size).toBe(50);
  });

  it('finishes the purchase of a lost tablet by its reference, and gives up what never arrived', async () => {
    const { gateway, till, restart } = shop();
    const stop = new AbortController();
    gateway.weather.push('lost_response');
    gateway.onArrival = () => stop.abort();
    await till.pay({ ...SALE, client_reference: 'order-2' }, { signal: stop.signal });
    const tablet = new TillClient({ baseUrl: 'http://g.test', apiKey: 'k', terminalId: 'trm_1', journal: new MemoryJournal(), fetch: gateway.fetch }); // prettier-ignore
    expect(await tablet.openPayments()).toMatchObject([{ client_reference: 'order-2' }]);
    expect(await tablet.takeOver('order-2')).toMatchObject({ result: 'charged' });
    expect(await tablet.takeOver('order-3')).toMatchObject({ result: 'not_charged', payment: null });
    expect([...gateway.burned]).toEqual(['order-3']);
    expect(await restart().resume()).toMatchObject({ ending: { result: 'charged' } });
    expect(gateway.payments).toHaveLength(1);
  });

  it('keeps no card once the gateway has the purchase', async () => {
    const { gateway, till, journal } = shop({ patience: { totalMs: 1_000 } });
    gateway.readsUntilFinal = 1_000;
    expect(await till.pay(SALE)).toMatchObject({ result: 'unknown', why: 'still_open' });
    expect(await journal.unfinished()).toMatchObject([{ body: null, paymentId: gateway.payments[0]!.payment.id }]);
  });
});

describe('giving up', () => {
  it('proves that an unanswered purchase is not charged', async () => {
    const { gateway, till, journal } = shop();
    gateway.weather.push(...Array.from({ length: 200 }, (): Weather => 'lost_request'));
    await till.pay(SALE);
    gateway.weather.length = 0;
    expect(await till.giveUp()).toMatchObject({ result: 'not_charged', payment: null });
    expect(await journal.unfinished()).toEqual([]);
  });

  it('stays decided over a restart', async () => {
    const { gateway, till, restart } = shop();
    gateway.weather.push(...Array.from({ length: 400 }, (): Weather => 'lost_request'));
    await till.pay(SALE);
    expect(await till.giveUp()).toMatchObject({ result: 'unknown' });
    gateway.weather.length = 0;
    expect(await restart().resume()).toMatchObject({ action: 'give_up', ending: { result: 'not_charged' } });
    expect(gateway.charges).toBe(0);
  });

  it('has nothing to give up at a till without a purchase', async () => {
    expect(await shop().till.giveUp()).toBeUndefined();
  });
});

describe('a movement', () => {
  it('is done once, over a lost answer and a restart', async () => {
    const { gateway, till, restart } = shop({ patience: { totalMs: 2_000 } });
    const { payment } = (await till.pay(SALE)) as { payment: { id: string } };
    gateway.weather.push(...Array.from({ length: 4 }, (): Weather => 'lost_response'));
    expect(await till.refund(payment.id)).toMatchObject({ result: 'unknown', why: 'no_answer' });
    expect(await rejection(till.pay(SALE))).toBeInstanceOf(UnfinishedError);
    gateway.weather.length = 0;
    expect(await restart().resume()).toMatchObject({ action: 'refund', ending: { result: 'done' } });
    expect(gateway.payments[0]!.payment.refunds).toHaveLength(1);
  });
});

describe('a purchase that waits for its customer', () => {
  const PIN = { pin_block: { format: 'iso4', ksn: '0'.repeat(24), data: '9C'.repeat(16) } } as const;
  const waiting = async (more: Partial<TillOptions> = {}) => {
    const state = shop(more);
    state.gateway.end = { status: 'requires_action', customer_charged: 'no' };
    const outcome = await state.till.pay(SALE);
    expect(outcome).toMatchObject({ result: 'action_required' });
    return { ...state, id: state.gateway.payments[0]!.payment.id };
  };

  it('lets nothing else begin, and ends with the step', async () => {
    const { till, journal, id, gateway } = await waiting();
    expect(await rejection(till.pay(SALE))).toBeInstanceOf(UnfinishedError);
    expect(await rejection(till.refund('pay_other'))).toBeInstanceOf(UnfinishedError);
    expect(await till.continueWith(id, PIN)).toMatchObject({ result: 'charged' });
    expect(await journal.unfinished()).toEqual([]);
    expect(gateway.charges).toBe(1);
  });

  it('still waits after a restart, and goes on there', async () => {
    const { restart, id } = await waiting();
    const till = restart();
    expect(await till.resume()).toMatchObject({ action: 'pay', ending: { result: 'action_required' } });
    expect(await till.continueWith(id, PIN)).toMatchObject({ result: 'charged' });
  });

  it('sends a PIN once, whatever the line does to it', async () => {
    const { gateway, till, restart, id } = await waiting({ patience: { totalMs: 1_000 } });
    gateway.weather.push('lost_response', 'lost_response', 'lost_response', 'lost_response');
    expect(await till.continueWith(id, PIN)).toMatchObject({ result: 'unknown', why: 'no_answer' });
    gateway.weather.length = 0;
    expect(await restart().resume()).toMatchObject({ action: 'continue', ending: { result: 'charged' } });
    expect(await restart().unfinished()).toEqual([]);
  });

  it('takes the choice of currency, and offers anew when the offer has ended', async () => {
    const { till, id } = await waiting();
    expect(await rejection(till.dccChoice(id, { offer_id: 'dcc_0', choice: 'foreign' }))).toMatchObject({
      code: 'offer_expired',
    });
    const offer = await till.dccOffer(id);
    expect(await till.dccChoice(id, { offer_id: offer.id ?? '', choice: 'local' })).toMatchObject({
      result: 'charged',
    });
  });

  it('forgets the step of a payment that is not there any more, and the till is free again', async () => {
    const { gateway, till, restart, id } = await waiting({ patience: { totalMs: 1_000 } });
    gateway.weather.push('lost_request', 'lost_request', 'lost_request', 'lost_request');
    expect(await till.continueWith(id, PIN)).toMatchObject({ result: 'unknown' });
    gateway.weather.length = 0;
    gateway.payments.length = 0; // a sandbox that began anew
    expect(await rejection(restart().resume())).toMatchObject({ code: 'resource_missing' });
    expect((await restart().unfinished()).map(({ action }) => action)).toEqual(['pay']);
    await restart().giveUp();
    expect(await restart().unfinished()).toEqual([]);
  });

  it('can be cancelled, and the till is free again', async () => {
    const { till, id, journal } = await waiting();
    expect(await till.cancel(id)).toMatchObject({ result: 'done', payment: { status: 'voided' } });
    expect(await journal.unfinished()).toEqual([]);
  });
});
