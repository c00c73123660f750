import { readFileSync } from 'node:fs';
import { MemoryJournal, TillClient, type CardPresent, type Outcome } from '@tsunagu/sdk';
import { CardReader, TEST_CARDS } from '@tsunagu/simulator';
import { expect, it } from 'vitest';
import { makePng } from '../../libs/public/receipts/src/testing/make-png.js';
import type { OpenAPIObject } from '@nestjs/swagger';
import { replyErrors } from '../../apps/api/src/testing/schema-check.js';
import type { House } from '../../tools/supervisor.mjs';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';

type Place = () => { house: House; terminal: SandboxTerminal; nextCounter: () => number };

const TEST_MS = 60_000;
const yen = (amount: number) => ({ money: { amount, currency: 'JPY' as const } });

/** A picture of four pixels, one of them this dark. */
const picture = (tone: number) =>
  Uint8Array.from(makePng({ width: 2, height: 2, samples: Buffer.from([0, 255, tone, 0, 255, 255]) }));

/** Cases of the SDK, for a house that is running. */
export function sdkCases(place: Place): void {
  it(
    'the types of the SDK are those of live answers: every answer that it got is as the document says',
    async () => {
      const { till, faults, read } = openTill(place());
      const sale = known(await till.pay({ kind: 'sale', ...yen(3_000), card_present: read('jcb', 3_000) }));
      expect(await till.refund(sale.id, yen(1_000))).toMatchObject({ result: 'done', refund: { status: 'approved' } });
      const auth = known(await till.pay({ kind: 'auth', ...yen(5_000), card_present: read('mastercard', 5_000) }));
      expect(await till.increase(auth.id, yen(500).money)).toMatchObject({ result: 'done' });
      expect(await till.capture(auth.id, yen(2_000))).toMatchObject({ result: 'done' });
      expect(await till.release(auth.id)).toMatchObject({ result: 'done', payment: { status: 'captured' } });
      const asked = await till.pay({
        kind: 'sale',
        method: 'dcc',
        ...yen(12_000),
        card_present: read('visa-usd', 12_000),
      });
      expect(asked).toMatchObject({
        result: 'action_required',
        payment: { required_action: { type: 'choose_currency' } },
      });
      const { id } = asked.payment!;
      expect((await till.openPayments()).map((payment) => payment.id)).toContain(id);
      const offer = await till.dccOffer(id);
      expect(await till.dccChoice(id, { offer_id: offer.id!, choice: 'foreign' })).toMatchObject({ result: 'charged' });
      expect((await till.receipt(id, { copy: 'customer', lang: 'en' })).text).toContain('USD');
      expect((await till.plans({ ...yen(30_000), card: { bin: '353011' } })).length).toBeGreaterThan(0);
      expect(await till.attempt(sale.client_reference)).toMatchObject({ payment: { id: sale.id } });
      expect(await till.giveUp('never-sent')).toMatchObject({ result: 'not_charged', payment: null });
      expect((await till.recentPayments()).length).toBeGreaterThan(2);
      expect(await till.payment('pay_01JDA0Q5P8F6TBN3X2V7K9M4RE').catch((error: unknown) => error)).toMatchObject({
        code: 'resource_missing',
        nextAction: 'fix_request',
      });
      expect(await faults()).toEqual([]);
    },
    TEST_MS,
  );
  signatureCases(place);
}

function signatureCases(place: Place): void {
  it(
    'a signature stays with its payment, stands on the slips of the shop, and a refund has a slip of its own',
    async () => {
      const { till, faults, read } = openTill(place());
      const sold = { kind: 'sale', ...yen(2_000), card_present: read('jcb', 2_000), slip_no: '00042' } as const;
      const { id } = known(await till.pay(sold));
      const { signature, sequence } = await till.sign(id, picture(0));
      expect(signature).toMatchObject({ sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
      expect(await till.sign(id, picture(0))).toMatchObject({ signature, sequence });
      expect(await till.sign(id, picture(9)).catch((error: unknown) => error)).toMatchObject({
        code: 'state_conflict',
      });
      const signed = async (copy: 'customer' | 'merchant' | 'issuer') =>
        (await till.receipt(id, { copy })).lines.filter(({ state }) => state === 'signed').length;
      expect([await signed('customer'), await signed('merchant'), await signed('issuer')]).toEqual([0, 1, 1]);
      const { refund } = await till.refund(id, { slip_no: '00043' });
      expect(refund?.slip_no).toBe('00043');
      expect((await till.receipt(id, { lang: 'en', refund: refund!.id })).text).toMatch(
        /Slip no. +00043\nOriginal slip +00042\n/,
      );
      expect(await till.sign(id, picture(0))).toMatchObject({ signature, status: 'voided' }); // the whole on the same day: 取消
      expect(await faults()).toEqual([]);
    },
    TEST_MS,
  );
}

function openTill({ house, terminal, nextCounter }: ReturnType<Place>) {
  const document = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as OpenAPIObject;
  const reader = new CardReader(terminal);
  const checks: Promise<string[]>[] = [];
  const till = new TillClient({
    baseUrl: house.urls.api,
    apiKey: terminal.api_key,
    terminalId: terminal.id,
    journal: new MemoryJournal(),
    fetch: async (request) => {
      const response = await fetch(request);
      checks.push(check(document, request, response.clone()));
      return response;
    },
  });
  return {
    till,
    faults: async () => (await Promise.all(checks)).flat(),
    read: (card: string, amountMinor: number): CardPresent =>
      reader.present(nextCounter(), { card: TEST_CARDS[card]!, entry: 'chip', amountMinor }).cardPresent,
  };
}

/** What of one live answer is not as the document promises. */
async function check(document: OpenAPIObject, { method, url }: Request, response: Response): Promise<string[]> {
  const path = new URL(url).pathname;
  return replyErrors(document, { method, path }, { status: response.status, body: await response.json() });
}

function known(outcome: Outcome): NonNullable<Outcome['payment']> {
  expect(outcome).toMatchObject({ result: 'charged' });
  return outcome.payment!;
}
