import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newId, toWireId } from '@tsunagu/kernel';
import type { PaymentView, RefundView } from '@tsunagu/payments';
import { PublishedDocument } from '../docs/published-document.js';
import { apiUnderTest, TENANT, TERMINAL } from '../testing/api-under-test.js';
import { aPayment, AT, type FakePayments } from '../testing/fake-payments.js';
import { PICTURE } from '../testing/generated-routes.js';
import { replyErrors } from '../testing/schema-check.js';
import type { ReceiptResponse } from './receipt.response.js';

let app: NestFastifyApplication;
let payments: FakePayments;

beforeAll(async () => void ({ app, payments } = await apiUnderTest()));
afterAll(() => app.close());
beforeEach(() => void (payments.rows.length = 0));

/** A payment of the first tenant, in the books. @returns its wire id */
function kept(change: Partial<PaymentView> = {}): string {
  const view = aPayment({ tenantId: TENANT, terminalId: TERMINAL, ...change });
  payments.rows.push(view);
  return toWireId('pay', view.id);
}

async function get(path: string, headers: Record<string, string> = {}, key = 'all') {
  return app.inject({
    method: 'GET',
    url: `/v1/payments/${path}`,
    headers: { authorization: `Bearer ${key}`, ...headers },
  });
}

async function receipt(path: string, headers: Record<string, string> = {}): Promise<ReceiptResponse> {
  const reply = await get(path, headers);
  expect(reply.statusCode, reply.body).toBe(200);
  const answer = { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
  const asked = { method: 'GET', path: `/v1/payments/${path}`.split('?')[0]! };
  expect(replyErrors(app.get(PublishedDocument).get(), asked, answer)).toEqual([]);
  return reply.json<ReceiptResponse>();
}

it('gives a copy in the language and width that are asked for, without a card number', async () => {
  const id = kept();
  const slip = await receipt(`${id}/receipt?copy=merchant&lang=zh-Hant&width=80`);
  expect(slip).toMatchObject({ kind: 'sale', copy: 'merchant', lang: 'zh-Hant', width: 80, print: 1, reprint: false });
  expect(slip.text).toContain('商店存根');
  expect(slip.text).toContain('**** **** **** 0000');
  expect(slip.lines.at(0)).toMatchObject({ type: 'text', text: '測試交易（無效）', align: 'center' });
});

it('speaks the language of the client when none is named', async () => {
  expect((await receipt(`${kept()}/receipt`, { 'accept-language': 'ko' })).text).toContain('고객용');
});

it('says 再発行 from the second print of a copy on, and shows an earlier print again without counting', async () => {
  const id = kept();
  expect((await receipt(`${id}/receipt`)).reprint).toBe(false);
  const second = await receipt(`${id}/receipt`);
  expect([second.reprint, second.print, second.text.includes('再発行')]).toEqual([true, 2, true]);
  expect((await receipt(`${id}/receipt?print=1`)).text).not.toContain('再発行');
  expect((await receipt(`${id}/receipt?copy=issuer`)).reprint).toBe(false);
  expect((await get(`${id}/receipt?print=3`)).json()).toMatchObject({ code: 'parameter_invalid' });
});

it.each(['receipt', 'receipt.pdf'])('counts no print when only the headers of %s are asked for', async (route) => {
  const id = kept();
  const head = async (query = '') => {
    const url = `/v1/payments/${id}/${route}${query}`;
    const reply = await app.inject({ method: 'HEAD', url, headers: { authorization: 'Bearer all' } });
    return [reply.statusCode, reply.body];
  };
  expect(await head()).toEqual([200, '']);
  expect(await head()).toEqual([200, '']);
  expect(await receipt(`${id}/receipt`)).toMatchObject({ print: 1, reprint: false });
  expect(await head('?print=1')).toEqual([200, '']);
  expect(await head('?print=2')).toEqual([400, '']);
  expect(await receipt(`${id}/receipt`)).toMatchObject({ print: 2, reprint: true });
});

it('shows on the copies of the shop that the cardholder signed, in the PDF the signature itself', async () => {
  const id = kept({ signature: { receivedAt: AT, sha256: 'a'.repeat(64) } });
  payments.pictures.set(payments.rows[0]!.id, PICTURE);
  const signed = async (copy: string) =>
    (await receipt(`${id}/receipt?copy=${copy}&lang=en`)).lines.filter(({ type }) => type === 'signature');
  const line = { label: 'Signature', text: 'Signed 2026/11/22 12:04', state: 'signed' };
  expect(await Promise.all(['customer', 'merchant', 'issuer'].map(signed))).toMatchObject([[], [line], [line]]);
  const images = async (copy: string) =>
    (await get(`${id}/receipt.pdf?copy=${copy}`)).rawPayload.toString('latin1').includes('/Subtype /Image');
  expect(await Promise.all(['customer', 'merchant', 'issuer'].map(images))).toEqual([false, true, true]);
});

it('prints another slip anew when the payment says something else: 処理未了 first, then 売上', async () => {
  const id = kept({ status: 'unknown', final: false, customerCharged: 'unknown', approvalCode: null });
  expect(await receipt(`${id}/receipt`)).toMatchObject({ kind: 'unknown', reprint: false });
  payments.rows[0] = { ...payments.rows[0]!, status: 'captured', customerCharged: 'yes', approvalCode: '012345' };
  expect(await receipt(`${id}/receipt`)).toMatchObject({ kind: 'sale', reprint: false });
});

it('links a PDF of the very same print, and gives it to who accepts one', async () => {
  const { pdf_url } = await receipt(`${kept()}/receipt?lang=en`);
  const reply = await app.inject({ url: pdf_url, headers: { authorization: 'Bearer all', accept: 'application/pdf' } });
  expect([reply.statusCode, reply.headers['content-type']]).toEqual([200, 'application/pdf']);
  expect(reply.rawPayload.subarray(0, 5).toString()).toBe('%PDF-');
});

it('has a slip of each refund of the payment, and of no other', async () => {
  const refund: RefundView = {
    id: newId(AT), paymentId: newId(AT), kind: 'henpin', status: 'approved', amountMinor: 500, currency: 'JPY', attemptId: newId(AT), slipNo: '00043', createdAt: AT,
  }; // prettier-ignore
  const id = kept({ slipNo: '00042', refunds: [refund], status: 'partially_refunded', refundedMinor: 500 });
  const slip = await receipt(`${id}/receipt?refund=${toWireId('ref', refund.id)}`);
  expect(slip).toMatchObject({ kind: 'henpin', refund: toWireId('ref', refund.id) });
  expect(slip.text).toContain('-¥500');
  expect(slip.text).toMatch(/伝票番号 +00043\n元伝票番号 +00042\n/);
  expect((await get(`${id}/receipt?refund=${toWireId('ref', newId(AT))}`)).statusCode).toBe(404);
});

it('says what was charged in the other currency, and takes the same back, when the issuer approved half', async () => {
  const refund: RefundView = {
    id: newId(AT), paymentId: newId(AT), kind: 'torikeshi', status: 'approved', amountMinor: 7_953, currency: 'JPY', attemptId: newId(AT), createdAt: AT,
  }; // prettier-ignore
  const dcc = {
    status: 'accepted', offerId: newId(AT), currency: 'USD', foreignMinor: 10_677, rate: '0.0067123', markupBps: 375, rateSource: 'A', rateAt: AT.toISOString(),
    providerReference: 'r', disclaimer: null, chosenAt: AT.toISOString(), refundedForeignMinor: 0,
  } as const; // prettier-ignore
  const id = kept({ amountMinor: 15_906, authorizedMinor: 7_953, capturedMinor: 7_953, dcc, refunds: [refund] });
  expect((await get(id)).json()).toMatchObject({ dcc: { amount: 5_339, amount_display: 'USD 53.39' } });
  const sale = await receipt(`${id}/receipt?lang=en`);
  expect(sale.text).toMatch(/Transaction amount +USD 53\.39/);
  expect(sale.text).not.toContain('106.77');
  const cancel = await receipt(`${id}/receipt?lang=en&refund=${toWireId('ref', refund.id)}`);
  expect(cancel.text).toMatch(/Transaction amount +-USD 53\.39/);
});

it('says why a payment was declined: to the customer nothing, to the shop the code', async () => {
  const id = kept({
    status: 'declined',
    customerCharged: 'no',
    actionCode: '208',
    approvalCode: null,
    authorizedMinor: 0,
    capturedMinor: 0,
  });
  const customer = await receipt(`${id}/receipt`);
  expect(customer.lines.map(({ text }) => text)).toContain('このカードはご利用いただけません。');
  expect(customer.text).not.toContain('208');
  expect((await receipt(`${id}/receipt?copy=merchant`)).text).toContain('208');
});

it('says of a payment that was given up before its approval that nothing was charged, and shows no money going back', async () => {
  const never = { status: 'voided', customerCharged: 'no', approvalCode: null, capturedMinor: 0 } as const;
  const slip = await receipt(`${kept({ ...never, authorizedMinor: 0 })}/receipt?lang=en`);
  expect(slip).toMatchObject({ kind: 'declined' });
  expect(slip.text).toContain('You were not charged.');
  expect(slip.text).not.toMatch(/TOTAL|-¥/);
  expect(await receipt(`${kept({ ...never, authorizedMinor: 1_500 })}/receipt`)).toMatchObject({ kind: 'voided' });
});

it('has a slip for every status but the one that waits for the till', async () => {
  const { PAYMENT_STATUSES } = { PAYMENT_STATUSES: ['requires_action', 'processing', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded', 'voided', 'declined', 'expired', 'unknown', 'offline_accepted', 'offline_lost'] as const }; // prettier-ignore
  for (const status of PAYMENT_STATUSES) {
    const reply = await get(`${kept({ status, customerCharged: 'no' })}/receipt`);
    expect([status, reply.statusCode]).toEqual([status, status === 'requires_action' ? 409 : 200]);
  }
});

it('belongs to its tenant and needs payments:read', async () => {
  const id = kept();
  expect((await get(`${id}/receipt`, {}, 'other')).statusCode).toBe(404);
  expect((await get(`${id}/receipt`, {}, 'none')).statusCode).toBe(403);
  expect((await get(`${id}/receipt?width=70`)).json()).toMatchObject({ code: 'parameter_invalid' });
});
