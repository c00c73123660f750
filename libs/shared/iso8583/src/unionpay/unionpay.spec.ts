import { describe, expect, it } from 'vitest';
import { CodecError, FrameDecoder, IsoMessage, compileSpec, frame, readSpec, validator } from '../index.js';
import { plainOf } from '../testing/plain.fixture.js';
import {
  INTERCHANGE_HEADER,
  UNIONPAY_TRANSACTIONS,
  answerHeader,
  unionPayActionCode,
  unionPayTransaction,
} from './index.js';

const host = compileSpec(readSpec({ base: 'unionpay-1987' }));
const terminal = compileSpec(readSpec({ base: 'unionpay-1987-terminal' }));
const PAN = '6222021234567890123';
const purchase = (): IsoMessage =>
  new IsoMessage('0200', {
    2: PAN,
    3: '000000',
    4: '000000012800',
    7: '1121001530',
    11: '000001',
    12: '091530',
    13: '1121',
    14: '3012',
    22: '051',
    25: '00',
    41: '00000001',
    42: '104110000000001',
    49: '156',
    60: '22000001',
  });

const codeOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    if (error instanceof CodecError) return [error.code, error.field, error.offset];
    throw error;
  }
  return 'accepted';
};

describe('a line to the switch', () => {
  const message = purchase();
  message.header = { destination: '00010000', source: '48021000', transactionInformation: '00000001' };
  const bytes = host.encode(message);

  it('carries 46 bytes before the MTI, laid out as the reference says', () => {
    expect(bytes.subarray(0, 2).toString('hex')).toBe('2e02');
    expect(bytes.toString('latin1', 2, 28)).toBe(`${String(bytes.length).padStart(4, '0')}00010000   48021000   `);
    expect(bytes.subarray(28, 32).toString('hex')).toBe('00000000');
    expect(bytes.toString('latin1', 32, 40)).toBe('00000001');
    expect(bytes.subarray(40, 41).toString('hex')).toBe('00');
    expect(bytes.toString('latin1', 41, 50)).toBe('00000' + '0200');
  });

  it('comes back identical', () => {
    const again = host.decode(bytes);
    expect(again.header).toMatchObject({ destination: '00010000   ', source: '48021000   ', rejectCode: '00000' });
    expect(plainOf(again)).toEqual(plainOf(message));
    expect(host.encode(again).equals(bytes)).toBe(true);
  });

  it('answers with the addresses swapped and the request data back to zeros', () => {
    const request = host.decode(bytes);
    const answer = new IsoMessage('0210', { 3: '000000', 11: '000001', 39: '00' });
    answer.header = answerHeader(INTERCHANGE_HEADER, { ...request.header, rejectCode: '01234' });
    const read = host.decode(host.encode(answer));
    expect(read.header).toMatchObject({
      destination: '48021000   ',
      source: '00010000   ',
      transactionInformation: '00000000',
      rejectCode: '00000',
    });
  });

  it('keeps the reject code of the switch, for whoever sent the message', () => {
    const refused = Buffer.from(bytes);
    refused.write('90001', 41, 'latin1');
    expect(host.decode(refused).header?.['rejectCode']).toBe('90001');
  });

  it.each([
    ['another header length', 0, '2f', ['INVALID_VALUE', 0, 0]],
    ['another version', 1, '01', ['INVALID_VALUE', 0, 1]],
    ['another total length', 5, '30', ['BAD_LENGTH', 0, 2]],
    ['a total length that is no number', 2, '41', ['BAD_DIGIT', 0, 2]],
    ['an address with a control byte', 8, '07', ['BAD_CHAR', 0, 6]],
    ['a reject code that is no number', 41, '58', ['BAD_DIGIT', 0, 41]],
    ['an MTI of 1993', 46, '31', ['UNSUPPORTED_VERSION', 0, 46]],
  ])('refuses %s', (_, at, hex, refusal) => {
    const damaged = Buffer.from(bytes);
    damaged.write(hex, at, 'hex');
    expect(codeOf(() => host.decode(damaged))).toEqual(refusal);
  });

  it('refuses a message that ends in its header, and an address that is too long', () => {
    for (let length = 1; length < 46; length++) {
      expect(codeOf(() => host.decode(bytes.subarray(0, length)))).not.toBe('accepted');
    }
    const long = purchase();
    long.header = { destination: '000100001234' };
    expect(codeOf(() => host.encode(long))).toEqual(['BAD_LENGTH', 0, 6]);
    long.header = { adress: '1' };
    expect(codeOf(() => host.encode(long))).toEqual(['INVALID_VALUE', 0, 0]);
  });
});

describe('a line of a terminal', () => {
  it('frames TPDU, six bytes, packed MTI; the answer swaps the TPDU and repeats the six', () => {
    const message = purchase().set(35, `${PAN}D301022000000047`);
    message.header = { application: '603100311508' };
    const sent = frame('be2+tpdu', terminal.encode(message), Buffer.from('6000030000', 'hex'));
    expect(sent.subarray(2, 15).toString('hex')).toBe('6000000003' + '603100311508' + '0200');
    const decoder = new FrameDecoder('be2+tpdu');
    const [payload] = decoder.push(sent).frames;
    const request = terminal.decode(payload as Buffer);
    expect(plainOf(request)).toEqual(plainOf(message));
    expect(request.header).toEqual({ application: '603100311508' });
    expect(terminal.encode(request).equals(payload as Buffer)).toBe(true);
    expect(
      frame('be2+tpdu', payload as Buffer, decoder.tpdu)
        .subarray(2, 7)
        .toString('hex'),
    ).toBe('6000030000');
  });

  it('packs the track two digits to a byte', () => {
    const bytes = terminal.encode(new IsoMessage('0200', { 35: '621094D29' }));
    expect(bytes.subarray(16).toString('hex')).toBe('09' + '621094d290');
  });
});

describe('the tables', () => {
  it.each([
    ['00', '000'],
    ['51', '116'],
    ['96', '909'],
    ['A0', '916'],
    ['41', '208'],
    ['06', undefined],
    ['', undefined],
    ['constructor', undefined],
  ])('answer %s is action %s', (answer, action) => {
    expect(unionPayActionCode(answer)).toBe(action);
  });

  it('tell the eight transactions apart, in request and answer', () => {
    expect(unionPayTransaction(purchase())?.operation).toBe('purchase');
    for (const one of UNIONPAY_TRANSACTIONS) {
      const fields = { 3: one.processingCode, 25: one.conditionCode, 60: `${one.transactionType}000001` };
      const answer = `${one.mti.slice(0, 2)}${Number(one.mti[2]) + 1}0`;
      expect(unionPayTransaction(new IsoMessage(one.mti, fields))).toEqual(one);
      expect(unionPayTransaction(new IsoMessage(answer, fields))).toEqual(one);
    }
    expect(unionPayTransaction(purchase().set(60, '99'))).toBeUndefined();
  });

  it('ask a refund for its original', () => {
    const { check } = validator(readSpec({ base: 'unionpay-1987' }));
    const refund = purchase();
    refund.mti = '0220';
    expect(check(refund)).toEqual([{ field: 90, rule: 'original_data' }]);
    expect(check(refund.set(61, '000001000001'))).toEqual([]);
  });
});
