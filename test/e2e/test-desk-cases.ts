import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { OpenAPIObject } from '@nestjs/swagger';
import { replyErrors } from '../../apps/api/src/testing/schema-check.js';
import type { House } from '../../tools/supervisor.mjs';

type Json = Record<string, unknown>;

const TEST_MS = 60_000;
const POLL = { timeout: 30_000, interval: 200 };

/** A developer who has HTTP and a key and nothing else. Every answer is held against the document. */
class Developer {
  readonly #document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as OpenAPIObject;

  constructor(private readonly house: House) {}

  async ask(path: string, body?: Json): Promise<Json> {
    const authorization = `Bearer ${this.house.sandbox.tenants[0]!.api_key}`;
    const headers = { authorization, 'idempotency-key': randomUUID(), prefer: 'wait=25' };
    const post = { method: 'POST', headers: { ...headers, 'content-type': 'application/json' } };
    const asked = body === undefined ? { method: 'GET', headers } : { ...post, body: JSON.stringify(body) };
    const reply = await fetch(this.house.urls.api + path, asked);
    const answer = { status: reply.status, body: (await reply.json()) as Json };
    expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
    expect(replyErrors(this.#document, { method: asked.method, path }, answer)).toEqual([]);
    return answer.body;
  }

  atTerminal(what: 'present_card' | 'enter_pin', body: Json): Promise<Json> {
    const { id } = this.house.sandbox.tenants[0]!.stores.at(-1)!.terminals[0]!;
    return this.ask(`/v1/test/terminals/${id}/${what}`, body);
  }

  async pay(card: string, amount: number, more: Json = {}): Promise<Json> {
    const shown = await this.atTerminal('present_card', { card, money: { amount, currency: 'JPY' } });
    return this.ask('/v1/payments', { client_reference: randomUUID(), kind: 'sale', ...shown, ...more });
  }

  async ends(payment: Json, status: string): Promise<void> {
    const look = async () => (await this.ask(`/v1/payments/${String(payment['id'])}`))['status'];
    await expect.poll(look, POLL).toBe(status);
  }
}

/** Cases of the test desk of the sandbox, for a house that is running. */
export function testDeskCases(place: () => House): void {
  const all = 'pays with every test card by its name, and types the PIN that a payment waits for';
  it(all, () => paysWithEveryCard(new Developer(place())), TEST_MS);
  const fault = 'breaks an issuer once, and the next payment is as if nothing had been';
  it(fault, () => breaksAnIssuerOnce(new Developer(place())), TEST_MS);
  const clock = 'lets the time of its open payments pass, and the worker ends them';
  it(clock, () => letsTimePass(new Developer(place())), TEST_MS);
}

async function paysWithEveryCard(developer: Developer): Promise<void> {
  const names = ((await developer.ask('/v1/test/cards'))['data'] as { name: string }[]).map(({ name }) => name);
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) {
    const expected = name === 'visa_chip_wrong_pin' ? 'requires_action' : 'captured';
    expect([name, (await developer.pay(name, 1_500))['status']]).toEqual([name, expected]);
  }
  for (const [card, amount] of [
    ['visa_chip_wrong_pin', 1_502],
    ['visa', 1_908],
  ] as const) {
    const asked = await developer.pay(card, amount);
    expect(asked).toMatchObject({ status: 'requires_action', required_action: { type: 'enter_pin' } });
    const typed = await developer.atTerminal('enter_pin', { card: 'visa' });
    const path = `/v1/payments/${String(asked['id'])}/continue`;
    expect(await developer.ask(path, typed)).toMatchObject({ status: 'captured' });
  }
}

async function breaksAnIssuerOnce(developer: Developer): Promise<void> {
  await developer.ask('/v1/test/issuer/faults', { connector: 'jcb', kind: 'reset', at: 'reply' });
  const struck = await developer.pay('jcb', 2_000);
  await developer.ends(struck, 'declined');
  const path = `/v1/payments/${String(struck['id'])}`;
  expect(await developer.ask(path)).toMatchObject({ reason: 'reversed', customer_charged: 'no' });
  expect((await developer.ask('/v1/test/issuer/faults'))['data']).toEqual([]);
  expect(await developer.pay('jcb', 2_000)).toMatchObject({ status: 'captured' });
}

async function letsTimePass(developer: Developer): Promise<void> {
  const [held, waits] = [await developer.pay('jcb', 3_000, { kind: 'auth' }), await developer.pay('visa', 1_908)];
  expect([held['status'], waits['status']]).toEqual(['authorized', 'requires_action']);
  const { id } = await developer.ask('/v1/test/clocks', { name: 'expiry' });
  expect(await developer.ask(`/v1/test/clocks/${String(id)}/advance`, { by: 'P60D' })).toMatchObject({
    livemode: false,
  });
  for (const payment of [held, waits]) await developer.ends(payment, 'expired');
  expect(await developer.pay('jcb', 3_000, { kind: 'auth' })).toMatchObject({ status: 'authorized' });
}
