import { IsoMessage } from '@tsunagu/iso8583';
import { describe, expect, it } from 'vitest';
import { Tsn93FileActions } from './tsn93-file-action.js';

const speech = new Tsn93FileActions();
const RECORD = `N${'3566000020000410'.padEnd(19)}S0000261123${' '.repeat(6)}`;

function request(changes: Record<number, string | undefined> = {}): IsoMessage {
  const fields = {
    7: '1123000000',
    11: '000001',
    12: '261123090000',
    24: '301',
    25: '3001',
    33: '35901',
    71: '00000007',
    72: RECORD,
    73: '261123',
    101: 'NEGATIVE',
  };
  return new IsoMessage('1304', { ...fields, ...changes });
}

describe('file actions', () => {
  it('reads a blocked card, and prints none of it', () => {
    const action = speech.read(request());
    if (action === undefined || typeof action === 'string' || action.card === null)
      throw new Error('a record is a record');
    expect(action).toMatchObject({ file: 'NEGATIVE', number: 7, operation: 'add' });
    expect(action.card.pan.reveal()).toBe('3566000020000410');
    expect(action.card).toMatchObject({ reason: 'S', expiry: null, effectiveOn: '2026-11-23', purgeOn: null });
    expect(JSON.stringify(action)).not.toContain('3566000020000410');
  });

  it.each([
    ['301', '3001', 'add'],
    ['302', '3001', 'change'],
    ['303', '3001', 'delete'],
    ['304', '3001', 'replace'],
    ['305', '3001', 'inquire'],
    ['306', '8000', 'begin'],
    ['306', '8002', 'end'],
  ])('takes %s with %s as %s', (functionCode, reason, operation) => {
    expect(speech.read(request({ 24: functionCode, 25: reason }))).toMatchObject({ operation });
  });

  it.each([
    ['a function nobody knows', { 24: '309' }, '301'],
    ['a record cut short', { 72: RECORD.slice(1) }, '304'],
    ['a date that is none', { 72: RECORD.replace('261123', '261199') }, '304'],
    ['no number', { 71: undefined }, '307'],
    ['no file', { 101: undefined }, '307'],
  ])('refuses %s', (_what, changes, code) => {
    expect(speech.read(request(changes))).toBe(code);
  });

  it('answers requests and advices under their names, and leaves other messages alone', () => {
    const answer = speech.answer(request(), '300', new Date(0));
    expect([answer.mti, answer.text(11), answer.text(33), answer.text(39), answer.has(72)]).toEqual([
      '1314',
      '000001',
      '35901',
      '300',
      false,
    ]);
    const advice = new IsoMessage('1324', { 11: '000001' });
    expect(speech.answer(advice, '300', new Date(0)).mti).toBe('1334');
    expect(speech.read(new IsoMessage('1522'))).toBeUndefined();
  });
});
