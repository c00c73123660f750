import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IsoMessage, writePrivateTlv, type FieldValue } from '@tsunagu/iso8583';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import { FaultPanel } from '../faults/fault-panel.js';
import { IssuerLedger } from '../ledger/issuer-ledger.js';
import type { LedgerEntry } from '../ledger/ledger-record.js';
import { ScriptBook } from '../scripts/script-book.js';
import { MessageTrace } from '../trace/message-trace.js';
import { AcquirerLine, following, network, request } from './acquirer-line.fixture.js';
import { IssuerHost } from './issuer-host.js';
import { UNION_PAY_COMPLETION } from './union-pay-rules.js';

const DAY_MS = 86_400_000;

describe('UnionPay host', () => {
  let directory: string;
  let ledger: IssuerLedger;
  let host: IssuerHost;
  let line: AcquirerLine;
  let aheadMs = 0;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-cup-'));
    ledger = IssuerLedger.open(directory, 'cup');
    host = new IssuerHost({
      link: 'cup',
      ledger,
      faults: new FaultPanel(),
      scripts: new ScriptBook(),
      trace: new MessageTrace(),
      timings: { lateYesMs: 10, afterTimeoutMs: 20 },
      completion: UNION_PAY_COMPLETION,
      count: () => undefined,
      now: () => Date.now() + aheadMs,
    });
    await host.listen(0);
    line = await AcquirerLine.signedOn(host.ports.primary ?? 0);
  });
  afterAll(async () => {
    line.close();
    await host.close();
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  const card = { 2: undefined, 35: TEST_CARDS['unionpay']?.track2 };
  const op = (operation: string): Record<number, FieldValue> => ({ 48: writePrivateTlv([['UP01', operation]]) });
  const preAuth = async (amountMinor: number): Promise<IsoMessage> => {
    const message = request('1100', amountMinor, { ...card, ...op('01') });
    expect(await line.actionOf(message)).toBe('000');
    return message;
  };
  const completion = (auth: IsoMessage, amountMinor: number) => following('1220', auth, amountMinor, op('02'));
  const cancel = (mti: string, original: IsoMessage, amountMinor: number, operation: string) =>
    following(mti, original, amountMinor, { 3: '200000', 24: mti === '1100' ? '100' : '200', ...op(operation) });
  const entry = (message: IsoMessage): LedgerEntry | undefined =>
    ledger.entries().find(({ rrn }) => rrn === message.text(37));

  it.each([
    [10_000, 11_500, '000'],
    [10_000, 11_501, '950'],
    [999, 1_148, '000'],
    [999, 1_149, '950'],
  ])('completes a pre-authorization of %i with %i: %s (115 %% is the cap, whole yen)', async (held, taken, action) => {
    const auth = await preAuth(held);
    expect(await line.actionOf(completion(auth, taken))).toBe(action);
  });

  it('completes once, and not after thirty days', async () => {
    const auth = await preAuth(10_000);
    expect(await line.actionOf(completion(auth, 4_000))).toBe('000');
    expect(await line.actionOf(completion(auth, 4_000))).toBe('950');
    const [young, old] = [await preAuth(10_000), await preAuth(10_000)];
    aheadMs = 30 * DAY_MS - 60_000;
    expect(await line.actionOf(completion(young, 10_000))).toBe('000');
    aheadMs = 30 * DAY_MS + 60_000;
    expect(await line.actionOf(completion(old, 10_000))).toBe('950');
    aheadMs = 0;
  });

  it('cancels a pre-authorization whole and once; what is cancelled is not completed', async () => {
    const auth = await preAuth(10_000);
    expect(await line.actionOf(cancel('1100', auth, 9_999, '32'))).toBe('902');
    const whole = cancel('1100', auth, 10_000, '32');
    expect(await line.actionOf(whole)).toBe('000');
    expect(await line.actionOf(cancel('1100', auth, 10_000, '32'))).toBe('902');
    expect([entry(auth)?.state, entry(whole)?.kind]).toEqual(['reversed', 'cancel']);
    expect(await line.actionOf(completion(auth, 10_000))).toBe('950');
  });

  it('cancels a completion, and its pre-authorization is open again', async () => {
    const auth = await preAuth(10_000);
    const taken = completion(auth, 10_000);
    await line.ask(taken);
    expect(await line.actionOf(cancel('1200', taken, 10_000, '33'))).toBe('000');
    expect([entry(auth)?.state, entry(auth)?.capturedMinor, entry(taken)?.state]).toEqual(['approved', 0, 'reversed']);
    expect(await line.actionOf(completion(auth, 9_000))).toBe('000');
  });

  it('cancels a purchase on its own business date only; later it is refunded, in parts, up to what was paid', async () => {
    const [sale, later] = [
      request('1200', 8_000, { ...card, ...op('01') }),
      request('1200', 8_000, { ...card, ...op('01') }),
    ];
    for (const one of [sale, later]) await line.ask(one);
    expect(await line.actionOf(cancel('1200', sale, 8_000, '31'))).toBe('000');
    aheadMs = DAY_MS;
    expect(await line.actionOf(cancel('1200', later, 8_000, '31'))).toBe('902');
    const refund = (amountMinor: number) =>
      following('1200', later, amountMinor, { 3: '200000', 24: '200', ...op('04') });
    expect(await line.actionOf(refund(5_000))).toBe('000');
    expect(await line.actionOf(refund(3_001))).toBe('110');
    expect(await line.actionOf(refund(3_000))).toBe('000');
    aheadMs = 0;
  });

  it('takes a cancel by reversal only while it may: whole, on its day, of what nobody refunded', async () => {
    const reversed = (original: IsoMessage, amountMinor: number, operation?: string) =>
      line.actionOf(
        following('1420', original, amountMinor, operation === undefined ? {} : { 25: '4000', ...op(operation) }),
      );
    const sale = async () => {
      const message = request('1200', 8_000, { ...card, ...op('01') });
      await line.ask(message);
      return message;
    };
    const [today, refunded, later] = [await sale(), await sale(), await sale()];
    expect(await reversed(today, 8_000, '31')).toBe('400');
    await line.ask(following('1200', refunded, 1_000, { 3: '200000', 24: '200' }));
    expect(await reversed(refunded, 8_000, '31')).toBe('902');
    expect(await reversed(later, 8_000, '32')).toBe('902'); // the word of another operation
    const auth = await preAuth(10_000);
    const taken = completion(auth, 11_500);
    await line.ask(taken);
    aheadMs = DAY_MS;
    expect([await reversed(later, 8_000, '31'), await reversed(taken, 11_500, '33')]).toEqual(['902', '902']);
    aheadMs = 0;
    expect(await reversed(taken, 11_500, '33')).toBe('400');
    expect([entry(auth)?.state, entry(auth)?.capturedMinor]).toEqual(['approved', 0]);
    expect(await reversed(auth, 10_000, '32')).toBe('400');
    aheadMs = DAY_MS;
    expect(await reversed(later, 8_000)).toBe('400'); // a technical reversal is taken whenever it comes
    aheadMs = 0;
    expect([today, refunded, later].map((one) => entry(one)?.state)).toEqual(['reversed', 'approved', 'reversed']);
  });

  it('takes back a cancel whose answer was lost: the purchase stands again', async () => {
    const sale = request('1200', 8_000, { ...card, ...op('01') });
    await line.ask(sale);
    const cancelled = cancel('1200', sale, 8_000, '31');
    await line.ask(cancelled);
    expect(await line.actionOf(following('1420', cancelled, 8_000))).toBe('400');
    expect(entry(sale)?.state).toBe('approved');
    expect(await line.actionOf(network('831'))).toBe('800');
  });
});
