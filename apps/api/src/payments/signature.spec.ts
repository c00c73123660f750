import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { toWireId } from '@tsunagu/kernel';
import { SIGNATURE_BYTES_MAX } from '@tsunagu/receipts';
import { PublishedDocument } from '../docs/published-document.js';
import { apiUnderTest, TENANT, TERMINAL } from '../testing/api-under-test.js';
import { aPayment, type FakePayments } from '../testing/fake-payments.js';
import { PICTURE } from '../testing/generated-routes.js';
import { replyErrors } from '../testing/schema-check.js';

let app: NestFastifyApplication;
let payments: FakePayments;
let logged: string[];
let id: string;

beforeAll(async () => void ({ app, payments, logged } = await apiUnderTest()));
afterAll(() => app.close());
beforeEach(() => {
  const payment = aPayment({ tenantId: TENANT, terminalId: TERMINAL });
  payments.rows.splice(0, payments.rows.length, payment);
  payments.pictures.clear();
  id = toWireId('pay', payment.id);
});

async function put(
  payload: Buffer | string | undefined,
  more: { headers?: Record<string, string>; path?: string } = {},
) {
  const headers = { authorization: 'Bearer all', 'content-type': 'image/png', ...more.headers };
  return app.inject({ method: 'PUT', url: more.path ?? `/v1/payments/${id}/signature`, headers, payload });
}

it('keeps a signature, and knows it again when it comes twice', async () => {
  const first = await put(PICTURE);
  expect([first.statusCode, first.headers['idempotent-replayed']]).toEqual([200, undefined]);
  expect(first.json()).toMatchObject({ id, signature: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string } });
  const asked = { method: 'PUT', path: `/v1/payments/${id}/signature` };
  const document = app.get(PublishedDocument).get();
  expect(replyErrors(document, asked, { status: 200, body: first.json() })).toEqual([]);
  const again = await put(PICTURE);
  expect([again.statusCode, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
});

it('hands on a picture that is made anew, and writes nothing of it into replies or logs', async () => {
  const text = 'tEXtcard 3530111333300000';
  const reply = await put(Buffer.concat([PICTURE, Buffer.from(text)]));
  const [kept] = [...payments.pictures.values()].map((png) => Buffer.from(png));
  expect(kept!.subarray(0, 8)).toEqual(PICTURE.subarray(0, 8));
  expect(kept!.includes(text)).toBe(false);
  const said = reply.body + logged.join();
  for (const part of [text, kept!.toString('base64').slice(0, 20), kept!.toString('hex').slice(0, 32)])
    expect(said).not.toContain(part);
});

it('takes 200 KB and not one byte more; every other route takes 64 KB as before', async () => {
  const padded = (bytes: number) => Buffer.concat([PICTURE, Buffer.alloc(bytes - PICTURE.length)]);
  expect((await put(padded(SIGNATURE_BYTES_MAX))).statusCode).toBe(200);
  const tooLarge = await put(padded(SIGNATURE_BYTES_MAX + 1));
  expect([tooLarge.statusCode, tooLarge.json<{ code: string }>().code]).toEqual([413, 'body_too_large']);
  const path = `/v1/payments/${id}/refunds`;
  const json = await app.inject({
    method: 'POST', url: path, headers: { authorization: 'Bearer all', 'idempotency-key': 'k', 'content-type': 'application/json' },
    payload: JSON.stringify({ slip_no: 'x'.repeat(65_536) }),
  }); // prettier-ignore
  expect(json.statusCode).toBe(413);
});

it.each([
  ['a JPEG that is called a PNG', Buffer.from('ffd8ffe000104a464946', 'hex'), 'not_png'],
  ['a PNG that is cut off', PICTURE.subarray(0, -1), 'broken'],
  ['a PNG larger than a signature pad', Buffer.concat([PICTURE.subarray(0, 8), Buffer.from('0000000d4948445200010000000000010800000000d2b4a4f6', 'hex')]), 'broken'],
])('refuses %s', async (_, file, file_fault) => {
  const reply = await put(file);
  expect([reply.statusCode, reply.json()]).toEqual([422, expect.objectContaining({ code: 'file_rejected', file_fault })]);
  expect(payments.pictures.size).toBe(0);
}); // prettier-ignore

it('takes nothing but image/png, and no other route takes that', async () => {
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'image/jpeg' }, { 'content-encoding': 'gzip' }] as Record<string, string>[]) {
    const reply = await put(PICTURE, { headers });
    expect([reply.statusCode, reply.headers['accept']]).toEqual([415, 'image/png']);
  }
  expect((await put(undefined)).json()).toMatchObject({ code: 'file_rejected', file_fault: 'not_png' });
  const elsewhere = await app.inject({
    method: 'POST', url: `/v1/payments/${id}/cancel`, headers: { authorization: 'Bearer all', 'idempotency-key': 'k', 'content-type': 'image/png' }, payload: PICTURE,
  });
  expect([elsewhere.statusCode, elsewhere.headers['accept']]).toEqual([415, 'application/json']);
}); // prettier-ignore
