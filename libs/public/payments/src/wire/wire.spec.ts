import { describe, expect, it } from 'vitest';
import type { AttemptView, PaymentView } from '../payment-api.js';
import { ATTEMPT_STATUSES, PAYMENT_STATUSES } from './payment.response.js';
import { declineRule } from '../declines/decline-rules.js';
import { CASHIER_DECLINE_WORDS, CUSTOMER_DECLINE_WORDS } from '../declines/decline-words.js';
import { cashierState } from './cashier-state.js';
import { CASHIER_TEXTS } from './cashier-words.js';
import { presentAttemptAnswer, presentPayment, presentRefund } from './present-payment.js';

const ID = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01';
const AT = new Date('2026-11-22T03:04:05.678Z');
const TEST = { language: 'ja', isLive: false } as const;
const NOT_CHARGED = /請求はされていません|請求はありません|not charged|Nothing was charged/;

function anAttempt(change: Partial<AttemptView> = {}): AttemptView {
  return {
    id: ID, kind: 'sale', status: 'approved', amountMinor: 1500, actionCode: '000', approvalCode: '012345', reason: null,
    network: { link: 'jcb', rrn: '632712000001', stan: '000001', localTime: '261122120405' }, createdAt: AT, ...change,
  }; // prettier-ignore
}

function aView(change: Partial<PaymentView> = {}): PaymentView {
  return {
    id: ID, tenantId: ID, storeId: ID, terminalId: ID, clientReference: 'order-1', kind: 'sale', method: 'credit',
    status: 'captured', reason: null, final: true, customerCharged: 'yes', amountMinor: 1500, currency: 'JPY',
    authorizedMinor: 1500, capturedMinor: 1500, refundedMinor: 0, refundPendingMinor: 0, tokenId: ID,
    card: { brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 12, expYear: 2030, funding: 'credit', country: 'JP', issuerName: null },
    entryMode: 'chip', presentment: null, action: null, dcc: null, approvalSource: 'issuer', expiresAt: null, plan: null, slipNo: null, clerk: null, metadata: {}, approvalCode: '012345', actionCode: '000',
    emvResponse: null, cancelRequested: false, sequence: 2, businessDate: '2026-11-22', allowedActions: ['refund'],
    pendingUnknown: [], attempts: [anAttempt()], refunds: [], nextCheckAt: null, createdAt: AT, updatedAt: AT, ...change,
  }; // prettier-ignore
}

describe('what the clerk reads', () => {
  it('says "not charged" of a reference without a payment only when it is burned [A7]', () => {
    for (const status of ['never_seen', 'burned'] as const) {
      const answer = { clientReference: 'r', status, final: false, customerCharged: 'unknown', allowedActions: [], nextCheckAt: null, payment: null } as const; // prettier-ignore
      const { code, message_ja, message_en, may_retry_card } = presentAttemptAnswer(answer, TEST).cashier_state;
      const isClaim = NOT_CHARGED.test(`${message_ja} ${message_en}`);
      expect([code, isClaim, may_retry_card]).toEqual([status, status === 'burned', status === 'burned']);
    }
  });

  it('has a sentence of its own for every status', () => {
    const seen = PAYMENT_STATUSES.map((status) => cashierState(aView({ status, customerCharged: 'no' })).code);
    expect(new Set(seen).size).toBe(PAYMENT_STATUSES.length);
  });

  it('never invites a second card while the outcome is open', () => {
    for (const status of ['processing', 'unknown', 'requires_action'] as const)
      expect(cashierState(aView({ status, customerCharged: 'unknown' })).may_retry_card).toBe(false);
    expect(CASHIER_TEXTS.unknown.ja).toContain('もう一度カードを通さないで');
  });

  it('never calls a payment complete of which the issuer approved only a part', () => {
    for (const status of ['authorized', 'captured'] as const) {
      const whole = cashierState(aView({ status, amountMinor: 1906, authorizedMinor: 1906 }));
      const part = cashierState(aView({ status, amountMinor: 1906, authorizedMinor: 953 }));
      expect(whole.code).not.toBe('partially_approved');
      expect(part.code).toBe('partially_approved');
    }
  });

  it('shows an attempt in doubt before anything else', () => {
    expect(cashierState(aView({ attempts: [anAttempt({ status: 'in_doubt' })] })).code).toBe('in_doubt');
  });

  it('shows a refund without an answer while the payment keeps its state', () => {
    const attempts = [anAttempt(), anAttempt({ id: 'other', kind: 'refund', status: 'sent_unknown' })];
    expect(cashierState(aView({ attempts, pendingUnknown: ['other'] })).code).toBe('refund_pending');
  });
});

describe('a decline', () => {
  const declined = (actionCode: string | null, reason: string | null = null) =>
    presentPayment(aView({ status: 'declined', customerCharged: 'no', actionCode, reason }), TEST).decline;

  it('hides lost, stolen and every other pick-up behind the general decline', () => {
    for (const code of ['200', '201', '207', '208', '209', '210', '299'])
      expect(declined(code)).toMatchObject({
        code: 'card_declined',
        category: 'pickup_hidden',
        cashier_message: CASHIER_DECLINE_WORDS.general.ja,
        customer_message: CUSTOMER_DECLINE_WORDS.neutral.ja,
        retry_same_card: false,
      });
  });

  it('is told by code, category and next step', () => {
    expect(declined('116')).toEqual({
      code: 'insufficient_funds',
      category: 'soft',
      class: 'funds',
      act: 'use_other_card',
      network_code: '116',
      raw: { source: 'iso8583_1993', code: '116' },
      issuer_message: null,
      retry_same_card: false,
      cashier_message: '残高不足のため承認されませんでした。別のお支払い方法をご案内ください。',
      customer_message: 'このカードはご利用いただけません。',
      customer_messages: CUSTOMER_DECLINE_WORDS.neutral,
      next_action: 'use_other_method',
    });
  });

  it('says of a card that its network does not want to see again: blocked by a rule, another way to pay, and no word of an issuer', () => {
    expect(declined(null, 'retry_limit')).toEqual({
      code: 'blocked_by_rule',
      category: 'blocked_by_rule',
      class: 'refused',
      act: 'use_other_card',
      network_code: null,
      raw: null,
      issuer_message: null,
      retry_same_card: false,
      cashier_message: 'このお取引は受け付けられません。別のお支払い方法をご案内ください。',
      customer_message: 'このカードはご利用いただけません。',
      customer_messages: CUSTOMER_DECLINE_WORDS.neutral,
      next_action: 'use_other_method',
    });
  });

  it('exists only on a declined payment', () => {
    for (const status of PAYMENT_STATUSES.filter((each) => each !== 'declined'))
      expect(presentPayment(aView({ status }), TEST).decline).toBeNull();
  });

  it('believes our own reason before the action code of an approval that was reversed', () => {
    expect(declineRule({ source: 'iso8583_1993', code: '000' }, 'reversed').code).toBe('reversed');
  });

  it('keeps what the network said in its own code and words, and speaks the language that was asked for', () => {
    const answer = { source: 'unionpay', code: '51', message: 'ｻﾞﾝﾀﾞｶﾌﾞｿｸ' } as const;
    const network = { link: 'unionpay', rrn: '632712000001', stan: '000001', localTime: '261122120405', answer };
    const view = aView({
      status: 'declined',
      customerCharged: 'no',
      actionCode: '116',
      attempts: [anAttempt({ network })],
    });
    const { decline, attempts } = presentPayment(view, { language: 'ko', isLive: false });
    expect(decline).toMatchObject({
      code: 'insufficient_funds',
      raw: { source: 'unionpay', code: '51' },
      issuer_message: 'ｻﾞﾝﾀﾞｶﾌﾞｿｸ',
      cashier_message: CASHIER_DECLINE_WORDS.funds.ko,
      customer_message: CUSTOMER_DECLINE_WORDS.neutral.ko,
    });
    expect(attempts[0]?.network_reference).not.toHaveProperty('answer');
    expect(attempts[0]?.raw_code).toEqual({ source: 'unionpay', code: '51' });
  });
});

describe('the payment on the wire', () => {
  it('carries every field, null when empty [E6]', () => {
    const wire = presentPayment(aView({ card: null, tokenId: null, approvalCode: null }), TEST);
    expect(Object.values(wire)).not.toContain(undefined);
    expect(wire).toMatchObject({
      id: 'pay_01JEGW4ZRGFGZ9P6JX5T7MMTR1',
      money: { amount: 1500, currency: 'JPY', amount_display: '¥1,500' },
      card: null,
      token: null,
      payment_plan: expect.objectContaining({ type: 'one_time', count: null, table_version: null }) as object,
      livemode: false,
      poll_after_ms: null,
      deadline: null,
    });
  });

  it('says whether the house moves real money, in the payment and in its refunds', () => {
    const refund = { id: ID, paymentId: ID, kind: 'henpin', status: 'approved', amountMinor: 500, currency: 'JPY', attemptId: ID, createdAt: AT } as const; // prettier-ignore
    for (const isLive of [true, false]) {
      const wire = presentPayment(aView({ refunds: [refund] }), { language: 'en', isLive });
      expect([wire.livemode, wire.refunds[0]?.livemode]).toEqual([isLive, isLive]);
    }
  });

  it('tells an open payment when to ask again', () => {
    const wire = presentPayment(aView({ status: 'processing', final: false, customerCharged: 'unknown' }), TEST);
    expect(wire).toMatchObject({ poll_after_ms: 500, deadline: '2026-11-22T03:05:00.678Z' });
  });

  it('gives the reference that finds the attempt in the books of the issuer', () => {
    const [attempt] = presentPayment(aView(), TEST).attempts;
    expect(attempt?.network_reference).toMatchObject({ link: 'jcb', rrn: '632712000001' });
    expect(attempt?.raw_code).toEqual({ source: 'iso8583_1993', code: attempt?.action_code });
  });

  it('never carries the tenant, the row ids or anything that looks like a whole card number [C5, E6]', () => {
    const text = JSON.stringify(presentPayment(aView(), TEST));
    expect(text).not.toContain(ID);
    expect(text).not.toMatch(/\d{13,19}/);
  });

  it('answers for every attempt status, and for a reference never seen', () => {
    for (const status of [...ATTEMPT_STATUSES, 'never_seen', 'burned'] as const) {
      const answer = presentAttemptAnswer({
        clientReference: 'r', status, final: false, customerCharged: 'unknown', allowedActions: [], nextCheckAt: null, payment: null,
      }, TEST); // prettier-ignore
      expect(answer).toMatchObject({ object: 'attempt_answer', status, payment: null });
      expect(answer.poll_after_ms).toBeGreaterThan(0);
    }
  });

  it('names a refund by 取消 or 返品 and by its payment', () => {
    const refund = presentRefund({
      id: ID, paymentId: ID, kind: 'henpin', status: 'unknown', amountMinor: 500, currency: 'JPY', attemptId: ID, createdAt: AT,
    }, TEST); // prettier-ignore
    expect(refund).toMatchObject({
      kind: 'henpin',
      final: false,
      poll_after_ms: 2000,
      payment: presentPayment(aView(), TEST).id,
    });
  });
});
