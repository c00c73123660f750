import type { Presentment, SubmitRequest } from '@tsunagu/contracts';
import { describe, expect, it } from 'vitest';
import type { Conversion } from '../conversion/conversion.js';
import type { Attempt, Payment } from '../payment-record.js';
import { aRecord } from '../testing/a-record.js';
import { submitRequest } from './submit-request.js';

const SHOWN: Presentment = {
  cvm: 'online_pin',
  fallback: null,
  application: { aid: 'A000000333010101', label: 'UnionPay Debit', brand: 'unionpay' },
  hasPin: true,
  emv: { '9F26': '0011223344556677' },
};
const TAKEN: Conversion = {
  status: 'accepted',
  offerId: 'off_1',
  currency: 'USD',
  foreignMinor: 671,
  rate: '0.0067123',
  markupBps: 350,
  rateSource: 'spec',
  rateAt: '2026-11-22T03:00:00.000Z',
  providerReference: 'Q-1',
  disclaimer: null,
  chosenAt: '2026-11-22T03:00:10.000Z',
  refundedForeignMinor: 0,
};

describe('what the switch is asked for', () => {
  it('routes a card of two brands by the application that was chosen on it', () => {
    const visa = { aid: 'A0000000031010', label: null, brand: 'visa' } as const;
    const asked = (application: Presentment['application']) =>
      said({ card: { ...aRecord().payment.card, brand: 'unionpay' }, presentment: { ...SHOWN, application } }).brand;
    expect(asked(visa)).toBe('visa');
    expect(asked({ ...visa, brand: 'unknown' })).toBe('unionpay');
    expect(asked(null)).toBe('unionpay');
  });

  it('says how the card was shown, but nothing of the record of its chip, and only of the charge itself', () => {
    expect(said({ presentment: SHOWN }).presentment).toEqual({ ...SHOWN, emv: null });
    expect(said({ presentment: SHOWN }, { kind: 'refund' })).not.toHaveProperty('presentment');
    expect(said({})).not.toHaveProperty('presentment');
  });

  it('says the conversion that the holder took, a refund with its own share of it', () => {
    const quote = { currency: 'USD', rate: '0.0067123', markupBps: 350, quoteId: 'Q-1', quotedAt: TAKEN.rateAt };
    expect(said({ dcc: TAKEN }).conversion).toEqual({ ...quote, amountMinor: 671 });
    expect(said({ dcc: TAKEN }, { kind: 'refund', extra: { foreignMinor: 224 } }).conversion?.amountMinor).toBe(224);
    for (const dcc of [{ ...TAKEN, status: 'refused' } as const, { ...TAKEN, providerReference: null }, null])
      expect(said({ dcc })).not.toHaveProperty('conversion');
  });

  it('posts what was approved by telephone, and says a purchase again with its PIN', () => {
    const posted = said({}, { extra: { voiceCode: 'V12345' } });
    expect([posted.operation, posted.voiceApproval]).toEqual(['voice_sale', { code: 'V12345' }]);
    expect(said({}, { extra: { isRepeat: true } }).repeatOf).toBe('pin');
    expect(said({})).toMatchObject({ operation: 'sale' });
    expect(said({})).not.toHaveProperty('repeatOf');
  });
});

function said(payment: Partial<Payment>, attempt: Partial<Attempt> = {}): SubmitRequest {
  const record = aRecord({ payment, attempt });
  const asked = record.attempts[0]!;
  const kind = asked.kind === 'void' ? 'sale' : asked.kind;
  return submitRequest({ payment: record.payment, attempt: asked }, { kind, requestId: 'req-spec' });
}
