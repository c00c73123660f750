import { describe, expect, it } from 'vitest';
import { decideExpiry } from '../expiry/decide-expiry.js';
import type { PaymentRecord } from '../payment-record.js';
import { aRecord, SPEC_TIME } from '../testing/a-record.js';
import { attemptAnswer, customerCharged, isFinal } from './payment-view.js';

/** An authorization of a brand whose unused holds are reversed when their time is over. */
function anExpiredHold(): PaymentRecord {
  const authorized = aRecord({
    kind: 'auth',
    payment: { status: 'authorized', authorizedMinor: 1000, expiresAt: SPEC_TIME },
    attempt: { status: 'approved', approvedMinor: 1000, dueAt: null, envelope: null },
  });
  const card = { ...authorized.payment.card, brand: 'visa' as const };
  const record = { ...authorized, payment: { ...authorized.payment, card } };
  return decideExpiry(record, new Date(SPEC_TIME.getTime() + 1000))!.after;
}

describe('an authorization that expired', () => {
  it('is not said to be uncharged while the reversal of its hold has no answer', () => {
    const record = anExpiredHold();
    expect(record.payment.status).toBe('expired');
    expect(record.attempts.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['auth approved', 'void created']);
    expect([customerCharged(record), isFinal(record)]).toEqual(['unknown', false]);
  });

  it('is uncharged when the reversal was acknowledged', () => {
    const { attempts, ...rest } = anExpiredHold();
    const ended = attempts.map((attempt) =>
      attempt.kind === 'void' ? { ...attempt, status: 'approved' as const } : attempt,
    );
    expect(customerCharged({ ...rest, attempts: ended })).toBe('no');
  });
});

describe('a payment that began without an attempt', () => {
  const waiting = aRecord({ payment: { status: 'requires_action' } });
  const answer = (status: 'requires_action' | 'voided' | 'expired') =>
    attemptAnswer('order-1', { ...waiting, attempts: [], payment: { ...waiting.payment, status } });

  it('says of its attempt that it is still to come, and once it is given up that it never came', () => {
    expect(answer('requires_action')).toMatchObject({ status: 'created', final: false });
    for (const status of ['voided', 'expired'] as const)
      expect(answer(status)).toMatchObject({ status: 'abandoned', final: true, customerCharged: 'no' });
  });
});
