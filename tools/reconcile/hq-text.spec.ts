import { describe, expect, it } from 'vitest';
import { hqText, latestOfHq, type HqLineText } from './hq-text.js';

const WRONG: HqLineText = {
  link: 'hq-demo',
  tenantId: 'tenant',
  businessDate: '261123',
  currency: 'JPY',
  functionCode: '500',
  checkpoint: null,
  actionCode: '501',
  theirs: { 76: '0000000002', 88: '0000000000003000', 97: 'D0000000000003000' },
  ours: { 76: '0000000002', 88: '0000000000000000', 97: 'D0000000000000000' },
  different: ['88', '97'],
  at: '2026-11-23T03:00:00.000Z',
};
const RIGHT = { ...WRONG, actionCode: '500', theirs: WRONG.ours, different: [] };

describe('comparisons of payment servers, in words', () => {
  it('names the fields that differ, with both sides', () => {
    const [head, debits, net, ...more] = hqText([WRONG]).split('\n');
    expect(head).toContain('hq-demo 2026-11-23 JPY final: OUT OF BALANCE, answered 501');
    expect(debits?.replace(/ +/g, ' ')).toBe(' amount of debits theirs 3000 ours 0');
    expect(net?.replace(/ +/g, ' ')).toBe(' net theirs D3000 ours D0');
    expect(more).toEqual([]);
  });

  it('holds the last comparison of a date for the one that counts', () => {
    expect(latestOfHq([RIGHT, WRONG])).toEqual([RIGHT]);
    expect(latestOfHq([WRONG, RIGHT, { ...RIGHT, businessDate: '261122' }])).toHaveLength(2);
  });

  it('says it when nobody has compared anything', () => {
    expect(hqText([])).toBe('no payment server has compared its totals with ours yet');
  });
});
