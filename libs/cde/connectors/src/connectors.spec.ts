import {
  compileSpec,
  defineSpec,
  IsoMessage,
  presenceIssues,
  readOriginalDataElements,
  readPrivateTlv,
  responseMti,
  validator,
} from '@tsunagu/iso8583';
import { Sad } from '@tsunagu/kernel';
import type { BuildFacts, Connector, WireOrder } from '@tsunagu/links';
import { describe, expect, it } from 'vitest';
import { CONNECTOR_NAMES, connectorNamed } from './connectors.js';

const CODEC = compileSpec(defineSpec('hybrid'));
const SENT_AT = new Date('2026-11-23T00:15:00Z');

/** One suite for every counterpart: a new profile passes it, or does not go on a line. */
describe.each(CONNECTOR_NAMES)('connector %s', (name) => {
  const connector = connectorNamed(name) as Connector;

  it('builds requests, advices and reversals that carry every mandatory field and fit the wire', () => {
    const original = {
      mti: '1100',
      stan: '000001',
      localTime: '261122120000',
      approvalCode: '654321',
      amountMinor: 1_500,
    };
    const messages = [
      connector.buildRequest(facts()),
      connector.buildRequest(facts({ operation: 'authorize' })),
      connector.buildRequest({ ...facts({ operation: 'refund' }), original }),
      connector.buildAdvice({ ...facts({ operation: 'capture' }), original }, false),
      connector.buildReversal({ ...facts(), original }, '4021', true),
    ];
    expect(messages.map((message) => message.mti)).toEqual(['1200', '1100', '1200', '1220', '1421']);
    for (const message of messages) {
      expect(presenceIssues(message)).toEqual([]);
      expect(CODEC.decode(CODEC.encode(message)).fields()).toEqual(message.fields());
    }
  });

  it('carries the request id to the issuer in the field that must be echoed', () => {
    expect(connector.buildRequest(facts()).text(59)).toBe('req_spec');
  });

  it('sends the number in field 2 only when track 2 does not carry it', () => {
    const keyed = connector.buildRequest(facts());
    const chip = connector.buildRequest(
      facts({ entryMode: 'chip' }, { track2: new Sad('3566000020000410=30122010000000000000') }),
    );
    expect([keyed.has(2), keyed.has(14), keyed.has(35)]).toEqual([true, true, false]);
    expect([chip.has(2), chip.has(14), chip.has(35)]).toEqual([false, false, true]);
  });

  it('names the original as it was sent first, and keeps time, terminal and merchant in a reversal', () => {
    const request = connector.buildRequest(facts());
    const original = { mti: '1200', stan: '000105', localTime: '261123091500', approvalCode: null, amountMinor: 1_500 };
    const reversal = connector.buildReversal({ ...facts({}, {}, '000106'), original }, '4021', false);
    expect(readOriginalDataElements(reversal.text(56) ?? '')).toMatchObject({ mti: '1200', stan: '000105' });
    for (const kept of [12, 37, 41, 42]) expect(reversal.text(kept)).toBe(request.text(kept));
    expect([reversal.text(11), reversal.text(24), reversal.text(25)]).toEqual(['000106', '400', '4021']);
    for (const sensitive of [35, 52, 53, 55]) expect(reversal.has(sensitive)).toBe(false);
  });

  it('carries a format-4 PIN block in field 53, never in 52', () => {
    const pin = { block: new Sad(Buffer.alloc(16, 7)), keyId: Buffer.from('zpk-link') };
    const message = connector.buildRequest(facts({ entryMode: 'chip' }, { pin }));
    expect(message.has(52)).toBe(false);
    expect(message.bytes(53)?.subarray(0, 2).toString('hex')).toBe('0404');
    expect(message.bytes(53)).toHaveLength(26);
  });

  it.each(['000', '001', '003', '007'])('reads %s with an approval code as a yes', (code) => {
    const request = connector.buildRequest(facts());
    expect(connector.readAnswer(request, answerTo(request, code))).toMatchObject({
      kind: 'approved',
      approvedMinor: 1_500,
    });
  });

  it('reads a partial approval with the approved amount', () => {
    const request = connector.buildRequest(facts());
    const answer = answerTo(request, '002').set(4, '000000000750').set(30, '000000001500000000000000');
    expect(connector.readAnswer(request, answer)).toMatchObject({ kind: 'approved', approvedMinor: 750 });
    expect(connector.readAnswer(request, answer.set(4, '000000001501')).kind).toBe('unusable');
  });

  it.each(['100', '116', '208', '907', '911'])('reads %s as a decline', (code) => {
    const request = connector.buildRequest(facts());
    expect(connector.readAnswer(request, answerTo(request, code))).toMatchObject({
      kind: 'declined',
      actionCode: code,
    });
  });

  it('reads neither a yes nor a no into what it cannot use', () => {
    const request = connector.buildRequest(facts());
    const yes = () => answerTo(request, '000');
    const wrong = [
      yes().set(38, undefined),
      yes().set(4, '000000015000'),
      yes().set(4, undefined),
      yes().set(41, 'OTHER'),
      yes().set(49, '840'),
      yes().set(39, undefined),
      answerTo(request, '099'),
      answerTo(request, '913'),
      answerTo(request, '923'),
      answerTo(request, '400'),
    ];
    expect(wrong.map((answer) => connector.readAnswer(request, answer).kind)).toEqual(wrong.map(() => 'unusable'));
  });

  it.each([
    ['reversal', '400', 'done'],
    ['reversal', '914', 'done'],
    ['reversal', '909', 'retry'],
    ['reversal', '904', 'refused'],
    ['advice', '900', 'done'],
    ['advice', '923', 'retry'],
    ['advice', '914', 'refused'],
    ['advice', '950', 'refused'],
  ] as const)('takes the answer %s %s as %s', (kind, code, expected) => {
    const answer = new IsoMessage(kind === 'reversal' ? '1430' : '1230', { 39: code });
    expect(connector.readAcknowledgement(kind, answer).kind).toBe(expected);
  });
});

describe('what differs between counterparts', () => {
  it('says a Japanese plan where the counterpart knows plans, and refuses it elsewhere', () => {
    const order = { plan: { type: 'installments', count: 10 } };
    const said = connectorNamed('jcb')?.buildRequest(facts(order)).text(48) ?? '';
    expect(readPrivateTlv(said).get('JP01')).toBe('6110000');
    expect(() => connectorNamed('cup')?.buildRequest(facts(order))).toThrow('cannot be said');
  });

  it.each([
    [undefined, '1000000'],
    [{ type: 'one_time', code: '10' }, '1000000'],
    [{ type: 'installments', count: 10, code: '61', firstMonth: 1 }, '6110010'],
    [{ type: 'revolving', code: '80' }, '8000000'],
    [{ type: 'bonus', code: '21', bonuses: [{ month: 8, amountMinor: 0 }] }, '210000108000000000000'],
    [
      {
        type: 'bonus_combined',
        count: 6,
        code: '31',
        bonuses: [
          { month: 7, amountMinor: 500 },
          { month: 12, amountMinor: 200 },
        ],
      },
      '31060020700000000050012000000000200',
    ],
  ])('writes the plan %j as %s, in a message that its own table takes', (plan, expected) => {
    const message = connectorNamed('jcb')?.buildRequest(facts({ plan }));
    expect(readPrivateTlv(message?.text(48) ?? '').get('JP01')).toBe(expected);
    expect(validator(defineSpec('hybrid')).check(message ?? new IsoMessage('1200', {}))).toEqual([]);
  });

  it.each([
    { type: 'installments' },
    { type: 'installments', count: 1 },
    { type: 'one_time', count: 3 },
    { type: 'bonus_combined', count: 6 },
    { type: 'on_the_slate' },
  ])('refuses to write %j', (plan) => {
    expect(() => connectorNamed('jcb')?.buildRequest(facts({ plan }))).toThrow('cannot be said');
  });

  it('names the UnionPay operation', () => {
    const said = connectorNamed('cup')?.buildRequest(facts()).text(48) ?? '';
    expect(readPrivateTlv(said).get('UP01')).toBe('01');
  });
});

function facts(order: Partial<WireOrder> = {}, card: Partial<BuildFacts['card']> = {}, stan = '000105'): BuildFacts {
  return {
    order: {
      operation: 'sale',
      method: 'credit',
      amountMinor: 1_500,
      currency: 'JPY',
      brand: 'jcb',
      entryMode: 'keyed',
      acceptor: { terminal: 'T0000001', merchant: 'M00000000000001', mcc: '5411', name: 'Shop 渋谷 ｼﾌﾞﾔ' },
      requestId: 'req_spec',
      ...order,
    },
    card: { pan: '3566000020000410', expiry: '3012', sequence: null, track2: null, emv: null, pin: null, ...card },
    identity: {
      stan,
      rrn: '632701000105',
      localTime: '261123091500',
      acquirerId: '35001',
      forwardingId: '35901',
      sentAt: SENT_AT,
    },
    original: null,
  };
}

function answerTo(request: IsoMessage, actionCode: string): IsoMessage {
  const answer = new IsoMessage(responseMti(request.mti), {
    39: actionCode,
    38: actionCode[0] === '0' ? '123456' : undefined,
  });
  for (const echoed of [3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59]) answer.set(echoed, request.get(echoed));
  return answer;
}
