import { describe, expect, it } from 'vitest';
import { taskOf, verdictOf, wantsSignature, type TillPayment } from './payment.js';
import { faultOf, mostOf, orderOf } from './movement.js';
import { asksPin, asksPlan, digitsOf } from './till-state.js';

const aPayment = (more: Partial<TillPayment>): TillPayment =>
  ({ status: 'captured', cashier_state: { code: 'approved', message_ja: '', message_en: '' }, ...more }) as TillPayment;
const coded = (status: string, code: string): TillPayment =>
  aPayment({ status, cashier_state: { code, message_ja: '', message_en: '' } });

describe('what the big word says', () => {
  it.each([
    [coded('captured', 'approved'), 'approved', 'good'],
    [coded('authorized', 'authorized'), 'approved', 'good'],
    [coded('declined', 'insufficient_funds'), 'declined', 'bad'],
    [coded('unknown', 'unknown'), 'checking', 'wait'],
    [coded('captured', 'refund_pending'), 'checking', 'wait'],
    [coded('captured', 'partially_approved'), 'partly', 'wait'],
    [coded('refunded', 'refunded'), 'refunded', 'plain'],
    [coded('partially_refunded', 'partially_refunded'), 'partly_refunded', 'plain'],
    [coded('voided', 'voided'), 'cancelled', 'plain'],
  ])('%o', (payment, verdict, tone) => {
    expect(verdictOf(payment)).toEqual({ verdict, tone });
  });

  it('never says that an unheard-of status is a yes or a no', () => {
    expect(verdictOf(coded('frozen_by_moon', 'frozen')).verdict).toBe('checking');
  });

  it('never says approved while it is not known whether the customer was charged', () => {
    expect(verdictOf(coded('declined', 'unknown')).verdict).toBe('checking');
    expect(verdictOf(coded('captured', 'in_doubt')).verdict).toBe('checking');
  });
});

describe('what the customer is asked', () => {
  it('is what the centre requires, as far as this till knows it', () => {
    const asked = (type: string) => aPayment({ status: 'requires_action', required_action: { type, expires_at: '' } });
    expect(taskOf(asked('enter_pin'))).toBe('enter_pin');
    expect(taskOf(asked('sing_a_song'))).toBeUndefined();
    expect(taskOf(aPayment({ status: 'captured', required_action: null }))).toBeUndefined();
  });

  it('is a PIN for every UnionPay card and every inserted chip, and none for a tap or a swipe', () => {
    expect(asksPin({ brand: 'unionpay' }, 'contactless')).toBe(true);
    expect(asksPin({ brand: 'visa' }, 'chip')).toBe(true);
    expect(asksPin({ brand: 'visa' }, 'contactless')).toBe(false);
    expect(asksPin({ brand: 'visa' }, 'stripe')).toBe(false);
  });

  it('is a plan for credit at home only', () => {
    const card = {
      name: 'x',
      brand: 'jcb',
      brands: ['jcb'],
      last4: '0000',
      funding: 'credit',
      currency: 'JPY',
      entries: [],
      device: null,
    } as const;
    expect(asksPlan({ card, brand: undefined, offersCurrency: true })).toBe(true);
    expect(asksPlan({ card: { ...card, brand: 'unionpay' }, brand: undefined, offersCurrency: false })).toBe(false);
    expect(asksPlan({ card: { ...card, funding: 'debit' }, brand: undefined, offersCurrency: false })).toBe(false);
    expect(asksPlan({ card: { ...card, currency: 'USD' }, brand: undefined, offersCurrency: true })).toBe(false);
  });

  it('is a signature only where the slip has a line for it', () => {
    expect(wantsSignature(aPayment({ presentment: { cvm: 'signature' } }))).toBe(true);
    expect(wantsSignature(aPayment({ presentment: { cvm: 'online_pin' } }))).toBe(false);
    expect(wantsSignature(aPayment({ presentment: { cvm: 'signature' }, status: 'declined' }))).toBe(false);
    expect(wantsSignature(aPayment({ presentment: null }))).toBe(false);
    const kept = { received_at: '2026-11-23T00:00:00Z' };
    expect(wantsSignature(aPayment({ presentment: { cvm: 'signature' }, signature: kept }))).toBe(false);
  });
});

describe('the amount', () => {
  it.each([
    ['0', '', ''],
    ['15', '1', '15'],
    ['1,500', '150', '1500'],
    ['１５００', '', '1500'],
    ['123456789', '12345678', '12345678'],
    ['1-2', '1', '12'],
  ])('%s after %s reads %s', (text, before, digits) => {
    expect(digitsOf(text, before)).toBe(digits);
  });
});

describe('a capture or a refund of a part', () => {
  const yen = (amount: number) => ({ amount, currency: 'JPY', amount_display: '' });
  const payment = aPayment({ money: yen(7_000), authorized: yen(7_000), captured: yen(3_000), refunded: yen(1_000) });

  it('is at most what is left', () => {
    expect(mostOf('capture', payment)).toBe(4_000);
    expect(mostOf('refund', payment)).toBe(2_000);
    expect(mostOf('cancel', payment)).toBeUndefined();
  });

  it.each([
    [0, 'none'],
    [1, undefined],
    [2_000, undefined],
    [2_001, 'too_much'],
  ])('of %i yen where 2,000 are left: %s', (amount, fault) => {
    expect(faultOf(amount, mostOf('refund', payment))).toBe(fault);
  });

  it('names its amount; all that is left goes without one, so that the centre chooses the kind', () => {
    expect(orderOf('refund', payment, 1_999)).toEqual({ money: { amount: 1_999, currency: 'JPY' } });
    expect(orderOf('refund', payment, 2_000)).toEqual({});
    expect(orderOf('release', payment, 0)).toEqual({});
  });
});
