import { describe, expect, it } from 'vitest';
import { ATTEMPT_TABLE, advanceAttempt, isOpen, needsEnvelope, type AttemptEvent } from './attempt/attempt-state.js';
import { dueAfter } from './attempt/attempt-timers.js';
import type { AttemptStatus } from './payment-api.js';
import { IllegalTransitionError } from './payment-error.js';
import { PAYMENT_TABLE, advancePayment, isSettled } from './payment-state.js';

const STATES = Object.keys(ATTEMPT_TABLE) as AttemptStatus[];
const TERMINAL: AttemptStatus[] = [
  'not_sent',
  'declined',
  'reversed',
  'abandoned',
  'written_off',
  'expired',
  'declined_after_goods',
];

describe('attempts', () => {
  it('keeps terminal states for ever [A9]', () => {
    for (const state of TERMINAL) {
      expect(new Set([state, ...Object.values(ATTEMPT_TABLE[state])])).toEqual(new Set([state]));
      expect(isOpen(state)).toBe(false);
    }
  });

  it('undoes an approval only by a confirmed reversal', () => {
    expect(ATTEMPT_TABLE.approved).toEqual({ approve: 'approved', confirmReversal: 'reversed' });
  });

  it('keeps reversing when an approval arrives after the reversal was decided [A8]', () => {
    expect(advanceAttempt('sent_unknown', 'lateYes')).toBe('sent_unknown');
    expect(advanceAttempt('reversed', 'lateYes')).toBe('reversed');
  });

  it('never says not_sent of an attempt that may have been sent [A6]', () => {
    expect(() => advanceAttempt('sent_unknown', 'proveUnsent')).toThrow(IllegalTransitionError);
    expect(() => advanceAttempt('in_doubt', 'proveUnsent')).toThrow(IllegalTransitionError);
  });

  it('abandons only what was never sent', () => {
    const abandonable = STATES.filter((state) => ATTEMPT_TABLE[state].abandon === 'abandoned' && state !== 'abandoned');
    expect(abandonable).toEqual(['created', 'stored_offline']);
  });

  it('looks again at exactly the attempts that can still move by themselves', () => {
    const now = new Date();
    const watched = STATES.filter((state) => dueAfter(state, now) !== null);
    expect(watched).toEqual(STATES.filter((state) => isOpen(state) && state !== 'stored_offline'));
  });

  it('keeps the sealed card only until the switch has taken over [C2]', () => {
    expect(STATES.filter(needsEnvelope)).toEqual(['created', 'sending', 'stored_offline']);
  });

  it('answers every move that is not in the table with the present state [A14]', () => {
    const error = new IllegalTransitionError('declined', 'approve' satisfies AttemptEvent);
    expect([error.code, error.category, error.facts['current_status']]).toEqual([
      'state_conflict',
      'conflict',
      'declined',
    ]);
  });
});

describe('payments', () => {
  it('has one line for each state and trigger', () => {
    const keys = PAYMENT_TABLE.map(({ from, trigger }) => `${from} ${trigger}`);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has a line for every row of the specification that moves a payment [A14]', () => {
    const rows = new Set(PAYMENT_TABLE.map(({ row }) => row));
    const makesOrShares = [1, 2, 22, 24, 26, 27]; // 24 and 26 are row 5, 27 is row 18, told apart by their reason
    const expected = Array.from({ length: 27 }, (_, index) => index + 1).filter((row) => !makesOrShares.includes(row));
    expect([...rows].sort((a, b) => a - b)).toEqual(expected);
  });

  it('leaves unknown only by a proof [A7]', () => {
    const ways = PAYMENT_TABLE.filter(({ from }) => from === 'unknown').map(({ trigger }) => trigger);
    expect(ways).toEqual(['approveAuth', 'approveSale', 'decline']);
  });

  it('never moves a payment that has ended [A9]', () => {
    for (const ended of ['declined', 'voided', 'expired', 'refunded', 'offline_lost'] as const) {
      expect(PAYMENT_TABLE.filter(({ from }) => from === ended)).toEqual([]);
      expect(isSettled(ended)).toBe(true);
    }
    expect(() => advancePayment('declined', 'approveSale')).toThrow(IllegalTransitionError);
  });
});
