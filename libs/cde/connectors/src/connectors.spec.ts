import {
  writePrivateTlv,
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
const RULES = validator(defineSpec('hybrid'));
/** An authorization of the day before. */
const HOLD = { mti: '1100', stan: '000001', localTime: '261122120000', approvalCode: '654321', amountMinor: 1_500 };
const SENT_AT = new Date('2026-11-23T00:15:00Z');

/** One suite for every counterpart: a new profile passes it, or does not go on a line. */
describe.each(CONNECTOR_NAMES)('connector %s', (name) => {
  const connector = connectorNamed(name) as Connector;

  it('builds requests, advices and reversals that carry every mandatory field and fit the wire', () => {
    const original = HOLD;
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

  it('keeps what it says of the chip and of the PIN when the opened card is wiped before the message is written', () => {
    const emv = Buffer.from('9F2608112233445566778895050000008000', 'hex');
    const block = Buffer.alloc(8, 0x5a);
    const pin = { block: new Sad(block), format: 0, keyId: Buffer.from('ZPK00001', 'latin1') } as const;
    const message = connector.buildRequest(facts({ entryMode: 'chip' }, { emv: new Sad(emv), pin }));
    for (const bytes of [emv, block]) bytes.fill(0);
    const written = CODEC.decode(CODEC.encode(message));
    expect(written.bytes(55)?.toString('hex').toUpperCase()).toBe('9F2608112233445566778895050000008000');
    expect(written.bytes(52)?.toString('hex')).toBe('5a'.repeat(8));
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
    const pin = { block: new Sad(Buffer.alloc(16, 7)), format: 4, keyId: Buffer.from('zpk-link') } as const;
    const message = connector.buildRequest(facts({ entryMode: 'chip' }, { pin }));
    expect(message.has(52)).toBe(false);
    expect(message.bytes(53)?.subarray(0, 2).toString('hex')).toBe('0404');
    expect(message.bytes(53)).toHaveLength(26);
  });

  it.each([0, 3] as const)('carries a PIN block of format %i in field 52, its key and format in 53', (format) => {
    const pin = { block: new Sad(Buffer.alloc(8, 7)), format, keyId: Buffer.from('zpk-link') };
    const message = connector.buildRequest(facts({ entryMode: 'chip' }, { pin }));
    expect(message.bytes(52)).toEqual(Buffer.alloc(8, 7));
    expect(message.bytes(53)).toEqual(Buffer.concat([Buffer.from([3, format]), Buffer.from('zpk-link')]));
    expect(RULES.check(message)).toEqual([]);
    const wrong = { ...pin, block: new Sad(Buffer.alloc(16, 7)) };
    expect(() => connector.buildRequest(facts({ entryMode: 'chip' }, { pin: wrong }))).toThrow('cannot be said');
  });

  it('lets an authorization grow by a supplementary one that names it', () => {
    const message = connector.buildRequest({ ...facts({ operation: 'increase', amountMinor: 700 }), original: HOLD });
    expect([message.mti, message.text(24), message.text(38)]).toEqual(['1100', '106', '654321']);
    expect(message.text(4)).toBe('000000000700');
    expect(readOriginalDataElements(message.text(56) ?? '')).toMatchObject({ mti: '1100', stan: '000001' });
    expect(RULES.check(message)).toEqual([]);
  });

  it('posts what was approved by telephone as an advice with that approval and no original', () => {
    const order = { operation: 'voice_sale', voiceApproval: { code: 'V12345' } } as const;
    const message = connector.buildAdvice(facts(order), false);
    expect([message.mti, message.text(24), message.text(25), message.text(38), message.has(56)]).toEqual([
      '1220',
      '200',
      '1377',
      'V12345',
      false,
    ]);
    expect(RULES.check(message)).toEqual([]);
    expect(() => connector.buildAdvice(facts({ operation: 'voice_sale' }), false)).toThrow('cannot be said');
  });

  it('says a denied purchase again, now with the PIN, and names the one before', () => {
    const denied = { ...HOLD, mti: '1200', approvalCode: null };
    const pin = { block: new Sad(Buffer.alloc(16, 7)), format: 4, keyId: Buffer.from('zpk-link') } as const;
    const again = (operation: 'sale' | 'authorize') =>
      connector.buildRequest({
        ...facts({ operation, repeatOf: 'pin', entryMode: 'contactless' }, { pin }),
        original: denied,
      });
    expect([again('sale').text(24), again('authorize').text(24)]).toEqual(['203', '104']);
    expect(again('sale').text(22)).toBe('M10101M13144');
    expect(readOriginalDataElements(again('sale').text(56) ?? '')).toMatchObject({ stan: '000001' });
    expect(RULES.check(again('sale'))).toEqual([]);
  });

  it.each([
    ['contactless', null, null, 'M00101M00141'],
    ['contactless', 'device', null, 'M00101MD5141'],
    ['contactless', 'signature', null, 'M00101M54141'],
    ['chip', 'offline_pin', null, '510101511344'],
    ['chip', 'offline_pin_and_signature', null, '510101511344'],
    ['chip', 'failure', null, '510101500344'],
    ['stripe', null, null, '210101254144'],
    ['stripe', 'signature', 'chip_read_once', '210101F54144'],
    ['stripe', null, 'chip_failed_again', '210101F54144'],
  ] as const)('describes %s, %s, %s as %s', (entryMode, cvm, fallback, said) => {
    const presentment = { cvm, fallback, application: null, hasPin: false };
    expect(connector.buildRequest(facts({ entryMode, presentment })).text(22)).toBe(said);
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

  it('passes on what the issuer says to the cashier: katakana bytes, no card number, nothing from a field that is broken', () => {
    const request = connector.buildRequest(facts());
    const said = (field: string) => {
      const reading = connector.readAnswer(request, answerTo(request, '107').set(48, field));
      return reading.kind === 'declined' ? reading.issuerMessage : reading.kind;
    };
    expect(said(writePrivateTlv([['JP07', '\u00c3\u00de\u00dd\u00dc 03-1234']]))).toBe('ﾃﾞﾝﾜ 03-1234');
    expect(said(writePrivateTlv([['JP07', 'CARD 4242 4242 4242 4242']]))).toBe('CARD ***');
    expect(said(writePrivateTlv([['JP05', '102']]))).toBeNull();
    expect(said('JP07999x')).toBeNull();
  });

  it('keeps the domestic code of a refusal as it came, where its profile says that one comes', () => {
    const request = connector.buildRequest(facts());
    const kept = (value: string) => {
      const field = writePrivateTlv([['JP07', 'hi'], ['JP08', value]]); // prettier-ignore
      const reading = connector.readAnswer(request, answerTo(request, '121').set(48, field));
      return reading.kind === 'declined' ? reading.domesticCode : reading.kind;
    };
    const codes = ['G55', 'G13', 'g5?', ' ', 'G\u00c3\u0007', '4242424242424242'].map(kept);
    const raw = ['G55', 'G13', 'g5?', null, 'G??', '424242'];
    expect(codes).toEqual(name === 'cup' ? raw.map(() => null) : raw);
    const broken = connector.readAnswer(request, answerTo(request, '121').set(48, 'JP08999G55'));
    expect(broken).toMatchObject({ kind: 'declined', actionCode: '121', domesticCode: null });
    expect(connector.readAnswer(request, answerTo(request, '000').set(48, 'JP08003G55')).kind).toBe('approved');
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

  it.each([
    ['sale', '01', '31'],
    ['authorize', '01', '32'],
    ['capture', '02', '33'],
    ['refund', undefined, undefined],
  ] as const)('names the UnionPay operation of %s and of its cancel', (operation, own, cancel) => {
    const cup = connectorNamed('cup');
    const asked = {
      ...facts({ operation }),
      original: operation === 'sale' || operation === 'authorize' ? null : HOLD,
    };
    const message = operation === 'capture' ? cup?.buildAdvice(asked, false) : cup?.buildRequest(asked);
    const said = tagsOf(message);
    expect([said.get('UP01'), said.get('UP02')]).toEqual([own, asked.original === null ? undefined : '1122654321']);
    const taken = (reason: string) =>
      tagsOf(cup?.buildReversal({ ...facts({ operation }), original: HOLD }, reason, false));
    expect([taken('4000').get('UP01'), taken('4000').get('UP02')]).toEqual([cancel, '1122654321']);
    for (const technical of ['4021', '4013', '4001', '4002']) expect([...taken(technical)]).toEqual([]);
  });

  it('leaves the words of UnionPay to UnionPay', () => {
    for (const name of ['jcb', 'acq']) {
      const reversal = connectorNamed(name)?.buildReversal({ ...facts(), original: HOLD }, '4000', false);
      expect(reversal?.has(48)).toBe(false);
    }
  });

  it.each([
    ['cup', 'cancel', '119', 'declined'],
    ['cup', 'cancel', '902', 'declined'],
    ['cup', 'cancel', '904', 'refused'],
    ['cup', 'cancel', '909', 'retry'],
    ['cup', 'cancel', '914', 'done'],
    ['cup', 'reversal', '902', 'refused'],
    ['jcb', 'cancel', '119', 'refused'],
    ['acq', 'cancel', '400', 'done'],
  ] as const)('%s takes the answer %s %s as %s', (name, kind, code, expected) => {
    const answer = new IsoMessage('1430', { 39: code });
    expect(connectorNamed(name)?.readAcknowledgement(kind, answer).kind).toBe(expected);
  });

  it.each([
    ['USD', 1_007, '0.0067123', '840', '000000001007', '70067123'],
    ['KRW', 13_685, '9.1234', '410', '000000013685', '69123400'],
    ['KWD', 3_082, '0.0020547', '414', '000000003082', '70020547'],
  ] as const)(
    'says a conversion to %s in fields and in its own tag, which agree',
    (currency, amountMinor, rate, ...said) => {
      const conversion = {
        currency,
        amountMinor,
        rate,
        markupBps: 350,
        quoteId: 'Q-1',
        quotedAt: '2026-11-22T15:10:00Z',
      };
      const message = connectorNamed('acq')?.buildRequest(facts({ method: 'dcc', brand: 'visa', conversion }));
      expect([51, 6, 10, 16, 4, 49].map((field) => message?.text(field))).toEqual([
        ...said,
        '1123',
        '000000001500',
        '392',
      ]);
      expect(tagsOf(message).get('DC01')).toBe(`${said.join('')}03502611230010Y`);
      expect(tagsOf(message).get('DC02')).toBe('Q-1');
      expect(RULES.check(message ?? new IsoMessage('1200', {}))).toEqual([]);
      const reversal = connectorNamed('acq')?.buildReversal(
        { ...facts({ conversion }), original: HOLD },
        '4021',
        false,
      );
      expect([reversal?.text(6), reversal?.text(51)]).toEqual([said[1], said[0]]);
    },
  );

  it('refuses a conversion where the counterpart reads none, or that no field holds', () => {
    const conversion = {
      currency: 'USD',
      amountMinor: 1,
      rate: '0.0067',
      markupBps: 350,
      quoteId: 'Q',
      quotedAt: '2026-11-23T00:00:00Z',
    } as const;
    const said = (name: string, change: Partial<typeof conversion> | Record<string, unknown>) => () =>
      connectorNamed(name)?.buildRequest(facts({ conversion: { ...conversion, ...change } as typeof conversion }));
    expect(said('cup', {})).toThrow('cannot be said');
    expect(said('jcb', {})).toThrow('cannot be said');
    expect(said('acq', { rate: '12345678' })).toThrow('cannot be said');
    expect(said('acq', { markupBps: 10_000 })).toThrow('cannot be said');
    expect(said('acq', { quotedAt: 'today' })).toThrow('cannot be said');
    expect(said('acq', {})).not.toThrow();
  });
});

function tagsOf(message: IsoMessage | undefined): Map<string, string> {
  return readPrivateTlv(message?.text(48) ?? '');
}

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
