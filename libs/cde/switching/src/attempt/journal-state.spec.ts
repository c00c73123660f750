import { describe, expect, it } from 'vitest';
import { advance, sourcesOf, type JournalEvent, type JournalState } from './journal-state.js';

describe('journal states', () => {
  it('reverses what was lost, and never approves it by a late yes [A8]', () => {
    expect(advance('sending', 'lose')).toBe('sent_unknown');
    expect(advance('sent_unknown', 'lateYes')).toBe('sent_unknown');
    expect(advance('sent_unknown', 'confirmReversal')).toBe('reversed');
  });

  it.each<[JournalState, JournalEvent]>([
    ['approved', 'decline'],
    ['declined', 'approve'],
    ['declined', 'decideReversal'],
    ['not_sent', 'approve'],
    ['not_sent', 'decideReversal'],
    ['reversed', 'approve'],
    ['reversed', 'giveUp'],
    ['reversing', 'approve'],
    ['burned', 'approve'],
    ['sent_unknown', 'proveUnsent'],
  ])('lets nothing %s be changed by %s [A9]', (from, event) => {
    expect(() => advance(from, event)).toThrow('no such move');
  });

  it('proves "not sent" only from an attempt that is being sent', () => {
    expect(sourcesOf('proveUnsent')).toEqual(['sending']);
  });
});
