import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toWireId } from '@tsunagu/kernel';
import { ApiKeys } from '@tsunagu/merchants';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

let house: ApiHouse;
beforeAll(async () => void (house = await ApiHouse.start(testDatabase())), 90_000);
afterAll(() => house.stop(), 60_000);

function open(id: string, headers: Record<string, string> = {}, key = house.tenant(0).apiKey): Promise<Response> {
  return fetch(house.url(`/v1/payments/${id}/stream`), {
    headers: { authorization: `Bearer ${key}`, accept: 'text/event-stream', ...headers },
  });
}

/** Events of a stream as they come. */
async function* eventsOf(reply: Response): AsyncGenerator<{ id: string; data: Json }> {
  let rest = '';
  for await (const chunk of reply.body!.pipeThrough(new TextDecoderStream())) {
    const blocks = `${rest}${chunk}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const id = /^id: ([0-9]+)$/m.exec(block)?.[1];
      if (id !== undefined) yield { id, data: JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? '') as Json };
    }
  }
}

const cancel = (id: string) =>
  house.ask(`/v1/payments/${id}/cancel`, { body: {}, headers: { 'idempotency-key': randomUUID() } });

describe('the stream of a payment', () => {
  it('tells each change once with the whole payment, and ends when it is final', async () => {
    const { id } = (await house.pay()) as { id: string };
    const reply = await open(id);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(reply.headers.get('request-id')).toMatch(/^req_/);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const events = eventsOf(reply);
    const first = await events.next();
    expect(first.value).toMatchObject({ id: '1', data: { id, status: 'processing', final: false, sequence: 1 } });
    await cancel(id);
    const heard = [];
    for await (const event of events) heard.push(event);
    expect(heard.at(-1)).toMatchObject({ data: { id, status: 'voided', final: true } });
    const sequences = heard.map((event) => Number(event.id));
    expect(sequences.every((each, index) => each > (sequences[index - 1] ?? 1))).toBe(true);
  });

  it('goes on after the last event that was seen, and says when nothing is left to tell', async () => {
    const { id } = (await house.pay()) as { id: string };
    const { body } = await cancel(id);
    const last = String(body['sequence']);
    const again = [];
    for await (const event of eventsOf(await open(id, { 'last-event-id': '1' }))) again.push(event.id);
    expect(again).toEqual([last]);
    expect((await open(id, { 'last-event-id': last })).status).toBe(204);
    expect((await open(id, { 'last-event-id': 'x' })).status).toBe(400);
  });

  it('is nobody else’s, and takes no key from the URL', async () => {
    const { id } = (await house.pay()) as { id: string };
    for (const key of [house.tenant(1).apiKey, house.terminal(0, 1).apiKey])
      expect((await open(id, {}, key)).status).toBe(404);
    expect((await open(toWireId('pay', randomUUID()))).status).toBe(404);
    const inUrl = await fetch(house.url(`/v1/payments/${id}/stream?access_token=${house.tenant(0).apiKey}`));
    expect(inUrl.status).toBe(401);
    const head = { method: 'HEAD', headers: { authorization: `Bearer ${house.tenant(0).apiKey}` } };
    expect((await fetch(house.url(`/v1/payments/${id}/stream`), head)).status).toBe(405);
  });

  it('ends when its key is revoked', async () => {
    const { id } = (await house.pay()) as { id: string };
    const keys = house.get(ApiKeys);
    const ctx = { tenantId: house.tenant(0).id };
    const guest = await keys.issue(ctx, { mode: 'test', scopes: ['payments:read'] });
    const events = eventsOf(await open(id, {}, guest.key));
    expect((await events.next()).value).toMatchObject({ id: '1' });
    await keys.revoke(ctx, guest.id);
    expect(await events.next()).toMatchObject({ done: true });
  }, 15_000);
});
