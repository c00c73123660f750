import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '@tsunagu/simulator';
import type { House, ProcessName } from '../../tools/supervisor.mjs';
import { CardReader } from '../../tools/till/card-reader.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';
import { runningHouse } from '../kit/running-house.js';
import { lifecycleCases } from './lifecycle-cases.js';
import { sdkCases } from './sdk-cases.js';
import { UnionPayTill } from '../kit/union-pay-till.js';

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

const START_MS = 120_000;
const TEST_MS = 60_000;
const counters = new Map<string, number>();

describe('the whole house', () => {
  let house: House;
  let end: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ house, end } = await runningHouse());
  }, START_MS);
  afterAll(() => end(), START_MS);

  const terminalOf = (tenant: number, scheme = 'AES-DUKPT'): SandboxTerminal => {
    const terminal = house.sandbox.tenants[tenant]!.stores[0]!.terminals.find((one) => one.scheme === scheme);
    return terminal!;
  };

  async function ask(
    method: string,
    path: string,
    key: string,
    more: { headers?: object; body?: unknown } = {},
  ): Promise<Reply> {
    const response = await fetch(house.urls.api + path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json; charset=utf-8', ...more.headers },
      body: more.body === undefined ? undefined : JSON.stringify(more.body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }

  function order(terminal: SandboxTerminal, amountMinor: number, isPinned = false): Record<string, unknown> {
    const counter = counters.get(terminal.id) ?? 1;
    const card = TEST_CARDS['jcb']!;
    const { cardPresent, nextCounter } = new CardReader(terminal).present(counter, {
      card,
      entry: isPinned ? 'chip' : 'contactless',
      amountMinor,
      ...(isPinned && { pin: card.pin }),
    });
    counters.set(terminal.id, nextCounter);
    return {
      client_reference: randomUUID(),
      terminal_id: terminal.id,
      kind: 'sale',
      money: { amount: amountMinor, currency: 'JPY' },
      card_present: cardPresent,
    };
  }

  const pay = (terminal: SandboxTerminal, body: unknown, idempotencyKey: string): Promise<Reply> =>
    ask('POST', '/v1/payments', terminal.api_key, {
      headers: { 'idempotency-key': idempotencyKey, prefer: 'wait=25' },
      body,
    });

  /** Like a till after a lost connection: the same request with the same key, until somebody answers. */
  async function payUntilAnswered(terminal: SandboxTerminal, body: unknown, key: string): Promise<Reply> {
    for (;;) {
      const reply = await pay(terminal, body, key).catch(() => undefined);
      if (reply !== undefined && reply.status < 500 && reply.body['code'] !== 'idempotency_in_progress') return reply;
    }
  }

  async function issuerEntries(reply: Reply): Promise<unknown[]> {
    const attempts = reply.body['attempts'] as { network_reference: { rrn: string; link: string } | null }[];
    const ledger = (await (await fetch(house.urls.ledger)).json()) as {
      authorizations: { rrn: string; link: string; state: string }[];
    };
    return ledger.authorizations.filter(
      ({ rrn, link, state }) =>
        state !== 'reversed' &&
        attempts.some(({ network_reference: reference }) => reference?.rrn === rrn && reference.link === link),
    );
  }

  describe('UnionPay', () => {
    const counterOf = ({ id }: SandboxTerminal) => {
      const counter = counters.get(id) ?? 1;
      counters.set(id, counter + 1);
      return counter;
    };
    let till: UnionPayTill;
    beforeAll(() => {
      till = new UnionPayTill(house, terminalOf(0), () => counterOf(terminalOf(0)));
    });
    afterEach(() => till.clearPanel());

    it(
      'purchase: approved with the right PIN, declined with a wrong one, reversed when nobody knows',
      async () => {
        expect(await till.pay('sale', 1_500)).toMatchObject({ status: 'captured', customer_charged: 'yes' });
        const wrong = await till.pay('sale', 1_500, { pin: '654321' });
        expect(wrong).toMatchObject({ status: 'requires_action', customer_charged: 'no' });
        const pinBlock = till.typePin();
        const again = await till.ask(`/${wrong.id}/continue`, { pin_block: pinBlock });
        expect(again).toMatchObject({ status: 'captured', customer_charged: 'yes' });
        expect(again.attempts.map(({ status }) => status)).toEqual(['declined', 'approved']);
        const { id } = await till.pay('sale', 5_911);
        expect(await till.until(id, ({ status }) => status === 'declined')).toMatchObject({ customer_charged: 'no' });
        expect((await till.heard('1420')).at(-1)?.['48']).toBeUndefined(); // a technical reversal says no operation
      },
      TEST_MS,
    );

    it.each(['AES-DUKPT', 'TDES-DUKPT'])(
      'a PIN typed at a reader with %s keys is what the issuer reads: four to twelve digits, and no other one',
      async (scheme) => {
        const terminal = terminalOf(0, scheme);
        const other = new UnionPayTill(house, terminal, () => counterOf(terminal));
        expect(await other.pay('sale', 1_500)).toMatchObject({ status: 'captured' });
        expect(await other.pay('sale', 1_500, { pin: '123457' })).toMatchObject({ status: 'requires_action' });
        const long = {
          ...TEST_CARDS['unionpay']!,
          pan: '6250941006528599',
          track2: '6250941006528599D30122200000000000',
        };
        for (const pin of ['7391', '739154812345'])
          expect(await other.pay('sale', 1_500, { card: long, pin })).toMatchObject({ status: 'captured' });
      },
      TEST_MS,
    );

    it(
      'a card of two brands goes by the application that was chosen on it, and says which',
      async () => {
        const card = TEST_CARDS['unionpay-visa']!;
        for (const [application, brand, link] of [
          [card.applications[0], 'unionpay', 'cup'],
          [card.applications[1], 'visa', 'acq'],
        ] as const) {
          const payment = await till.pay('sale', 1_800, { card, pin: card.pin, application });
          expect(payment).toMatchObject({ status: 'captured', presentment: { application: { brand } } });
          expect(payment.attempts[0]?.network_reference?.link).toBe(link);
        }
      },
      TEST_MS,
    );

    it(
      'purchase cancel: taken on its day, refused by the host, repeated until it is known',
      async () => {
        const taken = await till.pay('sale', 2_500);
        await till.mustSay('1420', '31');
        await till.move(taken.id, 'refunds');
        await till.until(taken.id, ({ status }) => status === 'voided');
        expect(await till.wasSaid()).toBe(true);
        const stands = await till.pay('sale', 2_600);
        await till.refuse('1420', '119');
        await till.move(stands.id, 'refunds');
        expect(await till.until(stands.id, ({ refunds }) => refunds[0]?.status === 'declined')).toMatchObject({
          status: 'captured',
          customer_charged: 'yes',
        });
        const lost = await till.pay('sale', 2_700);
        await till.lose('1420');
        await till.move(lost.id, 'refunds');
        expect(await till.until(lost.id, ({ status }) => status === 'voided')).toMatchObject({
          customer_charged: 'no',
        });
      },
      TEST_MS,
    );

    it(
      'refund: in parts, declined, and unknown until its reversal is known; nothing is cancelled after it',
      async () => {
        const { id } = await till.pay('sale', 3_500);
        await till.move(id, 'refunds', 1_000);
        await till.until(id, ({ status }) => status === 'partially_refunded');
        expect(await till.move(id, 'refunds', undefined, { kind: 'torikeshi' })).toMatchObject({
          code: 'state_conflict',
        });
        await till.refuse('1200', '119');
        await till.move(id, 'refunds', 500);
        await till.until(id, ({ refunds }) => refunds.at(-1)?.status === 'declined');
        await till.lose('1200');
        await till.move(id, 'refunds', 700);
        const lost = await till.until(
          id,
          ({ refunds }) => refunds.at(-1)?.status === 'declined' && refunds.length === 3,
        );
        expect(lost).toMatchObject({ status: 'partially_refunded', customer_charged: 'yes' });
        await till.move(id, 'refunds');
        await till.until(id, ({ status }) => status === 'refunded');
      },
      TEST_MS,
    );

    it(
      'pre-authorization and its cancel: approved, declined, unknown',
      async () => {
        expect(await till.pay('auth', 4_116)).toMatchObject({ status: 'declined', decline: { network_code: '116' } });
        const unknown = await till.pay('auth', 5_911);
        await till.until(unknown.id, ({ status }) => status === 'declined');
        const held = await till.pay('auth', 4_500);
        expect(held).toMatchObject({ status: 'authorized' });
        await till.refuse('1420', '119');
        await till.move(held.id, 'cancel');
        await till.until(
          held.id,
          ({ status, allowed_actions }) => status === 'authorized' && allowed_actions.includes('capture'),
        );
        const gone = await till.pay('auth', 4_600);
        await till.lose('1420');
        await till.mustSay('1420', '32');
        await till.move(gone.id, 'cancel');
        await till.until(gone.id, ({ status }) => status === 'voided');
        expect(await till.wasSaid()).toBe(true);
      },
      TEST_MS,
    );

    it(
      'completion: once, up to 115 %, beyond it nothing is sent; declined by the host; repeated until it is known',
      async () => {
        const { id } = await till.pay('auth', 10_000);
        const before = (await till.heard('1220')).length;
        expect(await till.move(id, 'captures', 11_501)).toMatchObject({ code: 'amount_exceeds_authorized' });
        expect(await till.heard('1220')).toHaveLength(before);
        await till.lose('1220');
        await till.mustSay('1220', '02');
        await till.move(id, 'captures', 11_500);
        await till.until(id, ({ status }) => status === 'captured');
        expect(await till.booked('capture')).toMatchObject({ amountMinor: 11_500, state: 'approved' });
        expect(await till.wasSaid()).toBe(true);
        expect((await till.move(id, 'captures', 1)).code).toBeDefined();
        const refused = await till.pay('auth', 6_000);
        await till.refuse('1220', '950');
        await till.move(refused.id, 'captures', 6_000);
        await till.until(
          refused.id,
          ({ status, attempts }) => status === 'authorized' && attempts.at(-1)?.status === 'declined',
        );
      },
      TEST_MS,
    );

    it(
      'completion cancel: taken on its day, refused by the host, repeated until it is known',
      async () => {
        const taken = await till.completed(7_000, 7_500);
        await till.mustSay('1420', '33');
        await till.move(taken.id, 'refunds');
        await till.until(taken.id, ({ status }) => status === 'voided');
        expect(await till.wasSaid()).toBe(true);
        expect([(await till.booked('capture'))?.state, (await till.booked('auth'))?.state]).toEqual([
          'reversed',
          'reversed',
        ]);
        const stands = await till.completed(7_000);
        await till.refuse('1420', '119');
        await till.move(stands.id, 'refunds');
        await till.until(stands.id, ({ refunds }) => refunds[0]?.status === 'declined');
        expect(await till.read(stands.id)).toMatchObject({ status: 'captured', customer_charged: 'yes' });
        const lost = await till.completed(7_000);
        await till.lose('1420');
        await till.move(lost.id, 'refunds');
        await till.until(lost.id, ({ status }) => status === 'voided');
      },
      TEST_MS,
    );
  });

  const place = () => {
    const terminal = terminalOf(0);
    const nextCounter = () => {
      const counter = counters.get(terminal.id) ?? 1;
      counters.set(terminal.id, counter + 1);
      return counter;
    };
    return { house, terminal, nextCounter };
  };
  lifecycleCases(place);
  sdkCases(place);

  it.each(['AES-DUKPT', 'TDES-DUKPT'])(
    'takes a payment from a reader with %s keys to the books of the issuer',
    async (scheme) => {
      const terminal = terminalOf(0, scheme);
      const reply = await pay(terminal, order(terminal, 1_500), randomUUID());
      expect(reply).toMatchObject({ status: 201, body: { status: 'captured', final: true, customer_charged: 'yes' } });
      expect(await issuerEntries(reply)).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'says a decline as data, and leaves nothing at the issuer that costs the customer money',
    async () => {
      const terminal = terminalOf(0);
      const reply = await pay(terminal, order(terminal, 1_116), randomUUID());
      expect(reply).toMatchObject({
        status: 201,
        body: { status: 'declined', customer_charged: 'no', decline: { network_code: '116' } },
      });
    },
    TEST_MS,
  );

  it(
    'explains a domestic code beside the action code, raw: one of the table, one of no table, one that is none',
    async () => {
      const terminal = terminalOf(0);
      const declined = async (amountMinor: number) => {
        const { status, body } = await pay(terminal, order(terminal, amountMinor, true), randomUUID());
        expect([status, body['status'], body['customer_charged']]).toEqual([201, 'declined', 'no']);
        return body['decline'];
      };
      expect(await declined(742_055)).toMatchObject({
        code: 'amount_limit_exceeded',
        class: 'funds',
        act: 'use_other_card',
        network_code: '121',
        raw: { source: 'domestic', code: 'G55' },
        cashier_message: 'ご利用限度額または回数を超えるため承認されませんでした。別のお支払い方法をご案内ください。',
      });
      expect(await declined(742_013)).toMatchObject({
        class: 'refused',
        network_code: '100',
        raw: { source: 'domestic', code: 'G13' },
        retry_same_card: false,
      });
      expect(await declined(742_100)).toMatchObject({
        code: 'do_not_honor',
        network_code: '100',
        raw: { source: 'domestic', code: 'g?5' },
      });
    },
    TEST_MS,
  );

  it(
    'answers the same purchase with the same payment, and charges once',
    async () => {
      const terminal = terminalOf(0);
      const [body, key] = [order(terminal, 2_000), randomUUID()];
      const first = await pay(terminal, body, key);
      const second = await pay(terminal, body, key);
      expect(second.body['id']).toBe(first.body['id']);
      expect(await issuerEntries(second)).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'refuses a card message that was used for another purchase',
    async () => {
      const terminal = terminalOf(0);
      const body = order(terminal, 2_100);
      await pay(terminal, body, randomUUID());
      const replay = await pay(terminal, { ...body, client_reference: randomUUID() }, randomUUID());
      expect(replay.body['code']).toBe('ksn_replay');
      expect(replay.status).toBeGreaterThanOrEqual(400);
    },
    TEST_MS,
  );

  it(
    'shows a payment to nobody but its merchant',
    async () => {
      const terminal = terminalOf(0);
      const { body } = await pay(terminal, order(terminal, 2_200), randomUUID());
      const other = house.sandbox.tenants[1]!.api_key;
      expect((await ask('GET', `/v1/payments/${String(body['id'])}`, other)).status).toBe(404);
      expect((await ask('GET', '/v1/payments', other)).body['data']).toEqual([]);
    },
    TEST_MS,
  );

  it.each(['api', 'worker', 'switch', 'vault', 'postgres'] as const satisfies readonly ProcessName[])(
    'charges once when %s is killed while the till waits',
    async (victim) => {
      const terminal = terminalOf(1);
      const [body, key] = [order(terminal, 2_300), randomUUID()];
      const waiting = payUntilAnswered(terminal, body, key);
      await house.kill9(victim);
      await house.waitReady();
      let reply = await waiting;
      while (reply.body['final'] !== true) {
        reply = await ask('GET', `/v1/payments/${String(reply.body['id'])}?wait=10`, terminal.api_key);
      }
      const entries = await issuerEntries(reply);
      expect(entries).toHaveLength(reply.body['customer_charged'] === 'yes' ? 1 : 0);
      expect(reply.body['customer_charged']).not.toBe('unknown');
    },
    TEST_MS,
  );
});
