import { describe, expect, it } from 'vitest';
import { IsoMessage } from '@tsunagu/iso8583';
import { differences, saidTotals, totalFields } from './totals.js';

const TOTALS = totalFields([
  { kind: 'debit', isReversed: false, count: 5n, amountMinor: 9_000n },
  { kind: 'debit', isReversed: true, count: 1n, amountMinor: 1_500n },
  { kind: 'credit', isReversed: false, count: 2n, amountMinor: 2_500n },
  { kind: 'authorization', isReversed: false, count: 3n, amountMinor: 700n },
]);

function said(change: Record<number, string> = {}): Record<string, string> {
  const fields = Object.fromEntries(Object.entries(TOTALS).map(([field, value]) => [Number(field), value]));
  return saidTotals(new IsoMessage('1520', { ...fields, ...change }));
}

describe('totals of a line', () => {
  it('are gross numbers and amounts in the width of the wire, with a net that has a sign', () => {
    expect(TOTALS).toMatchObject({
      76: '0000000005',
      88: '0000000000009000',
      77: '0000000001',
      89: '0000000000001500',
      74: '0000000002',
      86: '0000000000002500',
      81: '0000000003',
      90: '0000000000',
      97: 'D0000000000005000',
    });
  });

  it('have a credit net when more was given back than sold, and none of either sign when nothing was', () => {
    const given = totalFields([{ kind: 'credit', isReversed: false, count: 1n, amountMinor: 300n }]);
    expect(given[97]).toBe('C0000000000000300');
    expect(differences({ ...given, 97: 'D0000000000000000' }, totalFields([]))).not.toContain('97');
  });

  it('differ by field, and only where the other side says something', () => {
    expect(differences(said(), TOTALS)).toEqual([]);
    expect(differences(said({ 77: '0000000002', 89: '0000000000003000' }), TOTALS)).toEqual(['77', '89']);
    expect(differences(saidTotals(new IsoMessage('1520', { 76: '0000000005' })), TOTALS)).toEqual([]);
  });
});
