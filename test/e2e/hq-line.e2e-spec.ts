import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyBooks } from '@tsunagu/payments';
import { HqLine, TEST_CARDS, chargeMessage, networkMessage, repeated } from '@tsunagu/simulator';
import type { House } from '../../tools/supervisor.mjs';
import { runReconcile } from '../../tools/reconcile/run-reconcile.js';
import { CardReader } from '../../tools/till/card-reader.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';
import { HqBench } from '../kit/hq-bench.js';
import { runningHouse } from '../kit/running-house.js';

const START_MS = 120_000;
const TEST_MS = 90_000;

interface SeenPayment {
  readonly status: string;
  readonly reason: string | null;
  readonly customer_charged: string;
  readonly captured: { readonly amount: number };
  readonly refunded: { readonly amount: number };
  readonly attempts: readonly unknown[];
}

describe('a payment server of a merchant on its line', () => {
  let house: House;
  let hq: HqBench;
  let end: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ house, end } = await runningHouse());
    hq = new HqBench(house.sandbox.iso8583.hq_link);
  }, START_MS);
  afterAll(async () => {
    hq?.server.hangUp();
    await end();
  }, START_MS);

  /** As head office reads it: through the public API, with the merchant's own key. */
  async function seen(names: { stan: string; localTime: string }, messageClass = '2'): Promise<SeenPayment[]> {
    const { name } = house.sandbox.iso8583.hq_link;
    const reference = `hq:${name}:${names.stan}:${names.localTime}:${hq.lane().terminal}:${messageClass}`;
    const query = `client_reference=${encodeURIComponent(reference)}`;
    const response = await fetch(`${house.urls.api}/v1/payments?${query}`, {
      headers: { authorization: `Bearer ${house.sandbox.tenants[0]!.api_key}` },
    });
    return ((await response.json()) as { data: SeenPayment[] }).data;
  }

  /** A movement goes on after its answer: look until it is as it must be. */
  async function seenUntil(names: { stan: string; localTime: string }, status: string, messageClass = '2') {
    for (;;) {
      const [payment] = await seen(names, messageClass);
      if (payment?.status === status) return payment;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  const sell = (amountMinor: number) => hq.server.charge({ lane: hq.lane(), amountMinor, card: hq.card(amountMinor) });

  const counters = new Map<string, number>();
  /** A sale by REST, at a tablet of that tenant. @returns its status and reason */
  async function tablet(amount: number, { tenant = 0, card = 'visa' } = {}): Promise<string> {
    const terminal: SandboxTerminal = house.sandbox.tenants[tenant]!.stores[0]!.terminals[0]!;
    const read = { card: TEST_CARDS[card]!, entry: 'chip' as const, amountMinor: amount };
    const { cardPresent, nextCounter } = new CardReader(terminal).present(counters.get(terminal.id) ?? 1, read);
    counters.set(terminal.id, nextCounter);
    const reply = await fetch(`${house.urls.api}/v1/payments`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${terminal.api_key}`,
        'content-type': 'application/json; charset=utf-8',
        'idempotency-key': randomUUID(),
        prefer: 'wait=25',
      },
      body: JSON.stringify({
        client_reference: randomUUID(),
        terminal_id: terminal.id,
        kind: 'sale',
        money: { amount, currency: 'JPY' },
        card_present: cardPresent,
      }),
    });
    const { status, reason } = (await reply.json()) as SeenPayment;
    return reason === null || reason === undefined ? status : `${status} ${reason}`;
  }

  async function booksAgree(): Promise<void> {
    const report = await verifyBooks({ ownerUrl: house.databaseUrl('tsunagu_owner'), ledgerUrl: house.urls.ledger });
    expect(report.issuers?.differenceMinor['JPY'] ?? '0').toBe('0');
    expect(report.agrees).toBe(true);
  }

  async function today(): Promise<string> {
    return (await sell(1_000)).answer.text(15)!;
  }

  it(
    'sells with a reader’s encryption, and head office reads the payment like any other',
    { timeout: TEST_MS },
    async () => {
      const sale = await sell(1_500);
      expect(sale).toMatchObject({ actionCode: '000', approvalCode: expect.stringMatching(/^[0-9]{6}$/) });
      expect(await seen(sale.names)).toMatchObject([
        { status: 'captured', customer_charged: 'yes', captured: { amount: 1_500 } },
      ]);
      const db = new pg.Client({ connectionString: house.databaseUrl() });
      await db.connect();
      const { rows } = await db.query(
        `select request -> 'route' as why from switch.journal order by attempt_id desc limit 1`,
      );
      await db.end();
      expect(rows).toEqual([{ why: { table: 'links-file', rule: 'brand:jcb', link: 'jcb', down: [] } }]);
    },
  );

  it(
    'sells with the number in the clear where the contract allows it: it becomes a token before anything is stored',
    { timeout: TEST_MS },
    async () => {
      const sale = await hq.server.charge({ lane: hq.lane(), amountMinor: 1_700, card: hq.clear() });
      expect(sale.actionCode).toBe('000');
      expect(await seen(sale.names)).toMatchObject([{ status: 'captured', card: { last4: '0000' } }]);
    },
  );

  it('tells a decline as the issuer said it', { timeout: TEST_MS }, async () => {
    expect((await sell(1_116)).actionCode).toBe('116');
  });

  it(
    'answers a copy with the stored answer, and the same number again without repeat digit 913',
    { timeout: TEST_MS },
    async () => {
      const line = await hq.server.line();
      const names = hq.server.names();
      const message = chargeMessage({ mti: '1200', lane: hq.lane(), names, amountMinor: 1_900, card: hq.card(1_900) });
      const first = await line.ask(message);
      const copy = await line.ask(repeated(message));
      expect([copy.text(39), copy.text(38), copy.text(15)]).toEqual([first.text(39), first.text(38), first.text(15)]);
      expect((await line.ask(message)).text(39)).toBe('913');
      expect((await line.ask(repeated(message).set(4, '000000009999'))).text(39)).toBe('902');
      expect(await seen(names)).toHaveLength(1);
      // given up as a server does that saw no answer: then neither side counts it
      const lane = hq.lane();
      await hq.server.reverse({ mti: '1200', names, lane, amountMinor: 1_900 }, '4021');
      expect(await seenUntil(names, 'voided')).toMatchObject({ customer_charged: 'no' });
    },
  );

  it(
    'blocks a sale whose reversal came first: declined, and no issuer ever hears of it',
    { timeout: TEST_MS },
    async () => {
      const names = hq.server.names();
      const lane = hq.lane();
      const { actionCode } = await hq.server.reverse({ mti: '1200', names, lane, amountMinor: 2_100 }, '4021');
      expect(actionCode).toBe('400');
      const line = await hq.server.line();
      const message = chargeMessage({ mti: '1200', lane, names, amountMinor: 2_100, card: hq.card(2_100) });
      expect((await line.ask(message)).text(39)).toBe('902');
      expect(await seen(names)).toEqual([]);
    },
  );

  it('takes a sale back that the customer cancelled', { timeout: TEST_MS }, async () => {
    const sale = await sell(2_300);
    expect((await hq.server.reverse(sale, '4000')).actionCode).toBe('400');
    expect(await seenUntil(sale.names, 'voided')).toMatchObject({ customer_charged: 'no' });
  });

  it('authorizes, captures a part by advice, and gives back', { timeout: TEST_MS }, async () => {
    const auth = await hq.server.charge({ mti: '1100', lane: hq.lane(), amountMinor: 5_000, card: hq.card(5_000) });
    expect(auth.actionCode).toBe('000');
    expect((await hq.server.capture(auth, 4_000)).actionCode).toBe('000');
    expect(await seenUntil(auth.names, 'captured', '1')).toMatchObject({ captured: { amount: 4_000 } });
    const sale = await sell(3_000);
    expect((await hq.server.refund(sale, 1_000)).actionCode).toBe('000');
    expect(await seen(sale.names)).toMatchObject([{ status: 'partially_refunded', refunded: { amount: 1_000 } }]);
    expect((await hq.server.refund(sale, 2_500)).actionCode).toBe('110');
  });

  it('tells 911 when the issuer did not answer, and nobody is charged', { timeout: TEST_MS }, async () => {
    const sale = await sell(1_902);
    expect(sale.actionCode).toBe('911');
    expect(await seenUntil(sale.names, 'declined')).toMatchObject({ reason: 'reversed', customer_charged: 'no' });
  });

  it('serves nobody who has not signed on, and no stranger’s lane', { timeout: TEST_MS }, async () => {
    const { host, port } = house.sandbox.iso8583.hq_link;
    const line = await HqLine.connect({ host, port });
    const lane = hq.lane();
    const sale = () =>
      chargeMessage({ mti: '1200', lane, names: hq.server.names(), amountMinor: 500, card: hq.clear() });
    expect((await line.ask(sale())).text(39)).toBe('910');
    const echo = networkMessage('831', hq.server, hq.server.names());
    expect((await line.ask(echo)).text(39)).toBe('800');
    expect((await line.ask(networkMessage('801', { institution: '99999999999' }, hq.server.names()))).text(39)).toBe(
      '905',
    );
    await line.ask(networkMessage('801', hq.server, hq.server.names()));
    expect((await line.ask(sale().set(41, 'STRANGER'))).text(39)).toBe('109');
    expect((await line.ask(sale().set(32, '99999999999'))).text(39)).toBe('905');
    expect((await line.ask(networkMessage('802', hq.server, hq.server.names()))).text(39)).toBe('800');
    expect((await line.ask(sale())).text(39)).toBe('910');
    line.close();
  });

  it(
    'says what it cannot read, shows no card data of it, and hangs up at the third',
    { timeout: TEST_MS },
    async () => {
      const { host, port } = house.sandbox.iso8583.hq_link;
      const line = await HqLine.connect({ host, port });
      const { pan } = TEST_CARDS['visa']!;
      const names = hq.server.names();
      const bytes = line.encode(
        chargeMessage({ mti: '1200', lane: hq.lane(), names, amountMinor: 700, card: hq.clear('visa') }),
      );
      const cut = bytes.subarray(0, bytes.length - 3); // the last field is short: everything in front of it can be read
      line.write(cut);
      const formatError = await line.notice();
      expect([formatError.mti, formatError.text(39), formatError.text(11)]).toEqual(['1210', '904', names.stan]);
      line.write(Buffer.from(`1200${pan}${pan}`, 'latin1'));
      const notice = await line.notice();
      expect([notice.mti, notice.text(24)]).toEqual(['1644', '650']);
      const shown = Buffer.from(notice.text(72)!, 'hex').toString('latin1');
      expect(shown).toMatch(/\*{20}/);
      expect(shown).not.toContain(pan.slice(0, 10));
      line.write(Buffer.from('rubbish'));
      await line.closed();
    },
  );

  it(
    'sells beside a tablet, and both reconcile: HQ’s 1520 is 500, the books differ by nothing',
    { timeout: TEST_MS },
    async () => {
      const [tablets, sales] = await Promise.all([
        (async () => [await tablet(4_000), await tablet(4_010), await tablet(4_020)])(),
        Promise.all([5_000, 5_010, 5_020, 5_030].map((amount) => sell(amount))),
      ]);
      expect(tablets).toEqual(['captured', 'captured', 'captured']);
      expect(sales.map(({ actionCode }) => actionCode)).toEqual(['000', '000', '000', '000']);
      const date = await today();
      expect((await hq.server.reconcile(date)).text(39)).toBe('500');
      await booksAgree();
      expect((await hq.server.reconcile(date, { functionCode: '501' })).text(39)).toBe('500');
      const asked = await hq.server.reconcile(date, { functionCode: '504', totals: {} });
      const wrong = {
        ...Object.fromEntries(asked.fields().map((field) => [field, asked.text(field)!])),
        88: '0'.repeat(16),
      };
      const totals = Object.fromEntries(Object.entries(wrong).filter(([field]) => Number(field) >= 74));
      const different = await hq.server.reconcile(date, { totals });
      expect([different.text(39), different.text(88)]).toEqual(['501', asked.text(88)]);
      const shown = await runReconcile(['hq', '--data', house.dataDir]);
      expect(shown.code).toBe(1);
      expect(shown.text).toMatch(/final: OUT OF BALANCE, answered 501 .*\n {2}amount of debits +theirs 0 ours [1-9]/);
      expect(shown.text).toMatch(/checkpoint: in balance, answered 500/);
    },
  );

  it(
    'takes a card no more that the server has put on its list: at both doors of the merchant, and at no other merchant’s',
    { timeout: TEST_MS },
    async () => {
      const { pan } = TEST_CARDS['mastercard']!;
      const atTheLine = async () => {
        const sold = await hq.server.charge({ lane: hq.lane(), amountMinor: 3_300, card: hq.clear('mastercard') });
        return sold.actionCode;
      };
      const atTablet = (tenant: number) => tablet(3_310, { tenant, card: 'mastercard' });
      expect([await atTheLine(), await atTablet(0)]).toEqual(['000', 'captured']);
      expect(await hq.server.list('block', pan)).toBe('300');
      expect(await hq.server.list('ask', pan)).toBe('300');
      expect(await atTheLine()).toBe('209');
      expect(await atTablet(0)).toMatch(/^declined /);
      expect(await atTablet(1)).toBe('captured');
      expect(await hq.server.list('unblock', pan)).toBe('300');
      expect(await hq.server.list('unblock', pan)).toBe('302');
      expect([await atTheLine(), await atTablet(0)]).toEqual(['000', 'captured']);
    },
  );

  it.each(['api', 'worker', 'switch'] as const)(
    'charges once when %s dies in the middle: the server repeats, and both sides still reconcile',
    { timeout: TEST_MS },
    async (victim) => {
      const sales = Promise.all([6_000, 6_010, 6_020].map((amount) => sell(amount)));
      await house.kill9(victim);
      for (const sale of await sales) {
        expect(['000', '911']).toContain(sale.actionCode);
        const status = sale.actionCode === '000' ? 'captured' : 'declined';
        if (sale.actionCode === '000' || (await seen(sale.names)).length > 0) {
          const payment = await seenUntil(sale.names, status);
          expect(payment.customer_charged).toBe(sale.actionCode === '000' ? 'yes' : 'no');
        }
      }
      await house.waitReady();
      expect((await hq.server.reconcile(await today())).text(39)).toBe('500');
      await booksAgree();
    },
  );
});
