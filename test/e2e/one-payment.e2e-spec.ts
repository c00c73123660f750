import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '@tsunagu/simulator';
import type { House, ProcessName } from '../../tools/supervisor.mjs';
import { CardReader } from '../../tools/till/card-reader.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';
import { runningHouse } from '../kit/running-house.js';

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

  function order(terminal: SandboxTerminal, amountMinor: number): Record<string, unknown> {
    const counter = counters.get(terminal.id) ?? 1;
    const card = TEST_CARDS['jcb']!;
    const { cardPresent, nextCounter } = new CardReader(terminal).present(counter, {
      card,
      entry: 'contactless',
      amountMinor,
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
