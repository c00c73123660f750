import { IsoMessage } from '@tsunagu/iso8583';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Tsn93Reconciliation } from './tsn93-reconciliation.js';

const speech = new Tsn93Reconciliation();
const VECTORS = JSON.parse(
  readFileSync(new URL('../../../../../test/vectors/iso8583/iso8583-1993.json', import.meta.url), 'utf8'),
) as { messages: { id: string; fields: Record<string, string> }[] };

function vector(id: string): IsoMessage {
  const { 0: mti, ...fields } = VECTORS.messages.find((message) => message.id === id)!.fields;
  return new IsoMessage(mti!, fields);
}

const facts = (message: IsoMessage) => ({
  stan: '000300',
  localTime: '261122000000',
  acquirerId: '88001234567',
  forwardingId: '88001234567',
  sentAt: new Date('2026-11-21T15:00:00Z'),
  businessDate: '2026-11-21',
  currency: 'JPY' as const,
  totals: speech.readSheet(message)!.totals,
});

describe('counter exchange', () => {
  const advice = vector('recon-1520-advice.binary');

  it('reads and writes the published advice, net with its sign included', () => {
    const sheet = speech.readSheet(advice)!;
    expect(sheet).toMatchObject({ businessDate: '2026-11-21', currency: 'JPY' });
    expect(sheet.totals.debit).toEqual({
      original: { number: 1_843, amountMinor: 25_481_920n },
      reversal: { number: 7, amountMinor: 98_700n },
    });
    const written = speech.buildFinal(facts(advice), false);
    for (const field of advice.fields()) expect([field, written.text(field)]).toEqual([field, advice.text(field)]);
  });

  it('repeats under the same names, and numbers a checkpoint', () => {
    const [first, again] = [false, true].map((isRepeat) => speech.buildFinal(facts(advice), isRepeat)) as [
      IsoMessage,
      IsoMessage,
    ];
    expect([first.mti, again.mti, again.text(11), again.text(12)]).toEqual([
      '1520',
      '1521',
      first.text(11),
      first.text(12),
    ]);
    const checkpoint = speech.buildInquiry(facts(advice), 7);
    expect([checkpoint.mti, checkpoint.text(24), checkpoint.text(29)]).toEqual(['1500', '501', '007']);
    expect(speech.buildInquiry(facts(advice), null).text(24)).toBe('504');
  });

  it.each([
    ['500', 'balanced'],
    ['501', 'differs'],
    ['502', 'differs'],
    ['503', 'later'],
    ['504', 'differs'],
    ['906', 'retry'],
    ['915', 'retry'],
    ['904', 'refused'],
  ])('takes %s as %s', (code, kind) => {
    expect(speech.readAnswer(new IsoMessage('1530', { 39: code })).kind).toBe(kind);
  });

  it('brings the totals of the peer, and refuses a net that does not follow from them', () => {
    const answer = speech.answerSheet(advice, {
      actionCode: '501',
      totals: speech.readSheet(advice)!.totals,
      sentAt: new Date(0),
    });
    expect([answer.mti, answer.text(11), answer.text(28)]).toEqual(['1530', '000300', '261121']);
    expect(speech.readAnswer(answer).totals?.credit.original).toEqual({ number: 12, amountMinor: 153_600n });
    expect(speech.readAnswer(answer.set(97, 'C0000000025242420')).totals).toBeNull();
  });

  it('answers the advice of an issuer, and reads no sheet into anything else', () => {
    const issuers = new IsoMessage('1522');
    for (const field of advice.fields()) issuers.set(field, advice.get(field));
    expect(speech.readSheet(issuers)?.businessDate).toBe('2026-11-21');
    expect(speech.answerSheet(issuers, { actionCode: '500', totals: null, sentAt: new Date(0) }).mti).toBe('1532');
    expect(speech.readSheet(issuers.set(28, '261199'))).toBeUndefined();
    expect(speech.readSheet(new IsoMessage('1304'))).toBeUndefined();
  });
});
