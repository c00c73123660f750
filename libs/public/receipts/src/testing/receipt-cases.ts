import { TILL_LANGUAGES, type TillLanguage, type Wording } from '@tsunagu/kernel';
import type { ReceiptCopy, ReceiptFacts, ReceiptWidth } from '../receipt-facts.js';

const NEUTRAL: Wording = {
  ja: 'このカードはご利用いただけません。',
  en: 'This card cannot be used.',
  'zh-Hans': '此卡无法使用。',
  'zh-Hant': '此卡無法使用。',
  ko: '이 카드는 사용할 수 없습니다.',
};
const OFFER: Wording = {
  ja: 'カード会社で承認されませんでした。別のお支払い方法をご案内ください。',
  en: 'The card company did not approve. Please offer another way to pay.',
  'zh-Hans': '发卡机构未批准。请建议顾客使用其他支付方式。',
  'zh-Hant': '發卡機構未核准。請建議顧客使用其他付款方式。',
  ko: '카드사가 승인하지 않았습니다. 다른 결제 수단을 안내해 주세요.',
};
const CHIP = {
  aid: 'A0000000651010',
  label: 'JCB CREDIT',
  tags: { '8A': '3030', '95': '0000008000', '9B': 'E800', '9F26': 'A1B2C3D4E5F60718', '9F36': '002A' },
};
const UNIONPAY = {
  method: 'unionpay',
  cardCompany: { name: '銀聯 UnionPay', code: '801' },
  card: { brand: 'unionpay', bin6: '622848', last4: '0018', entryMode: 'chip' },
  chip: { ...CHIP, aid: 'A000000333010102', label: 'UnionPay Credit' },
  cvm: 'online_pin',
  plan: null,
} as const;
const DOLLARS = {
  currency: 'USD',
  foreignMinor: 1032,
  rate: '0.0068800',
  markupBps: 350,
  rateSource: 'SIMULATED RATES',
  disclaimer: 'The exchange rate includes a mark-up of 3.50% over the wholesale rate.',
} as const;
const VISA = { card: { brand: 'visa', bin6: '400000', last4: '0077', entryMode: 'chip' } as const, plan: null };

/** For specs: a sale of JPY 1,500 by chip and PIN. */
export function someFacts(change: Partial<ReceiptFacts> = {}): ReceiptFacts {
  return {
    kind: 'sale',
    isLive: true,
    shop: { name: '繋屋 本店', phone: '03-1234-5678', terminal: 'T0000001', merchant: '000000000000001' },
    reference: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE',
    occurredAt: new Date('2026-11-22T03:04:05.678Z'),
    businessDate: '2026-11-22',
    slipNo: '00042',
    clerk: 'C07',
    method: 'credit',
    cardCompany: { name: 'JCB', code: '102' },
    card: { brand: 'jcb', bin6: '353011', last4: '0000', entryMode: 'chip' },
    approvalCode: '012345',
    approvalSource: 'issuer',
    amountMinor: 1500,
    currency: 'JPY',
    requestedMinor: null,
    originalMinor: null,
    plan: {
      type: 'one_time',
      count: null,
      bonusMonths: [],
      schedule: [{ date: '2026-12-10', amountMinor: 1500, isBonus: false }],
    },
    cvm: 'online_pin',
    chip: CHIP,
    conversion: null,
    decline: null,
    issuerMessage: null,
    ...change,
  };
}

export interface ReceiptCase {
  readonly name: string;
  readonly facts: Partial<ReceiptFacts>;
  readonly languages: readonly TillLanguage[];
  readonly copies: readonly ReceiptCopy[];
  readonly widths: readonly ReceiptWidth[];
  readonly isReprint?: boolean;
}

const ALL_COPIES: readonly ReceiptCopy[] = ['customer', 'merchant', 'issuer'];

const of = (
  name: string,
  facts: Partial<ReceiptFacts>,
  change: Partial<Omit<ReceiptCase, 'name' | 'facts'>> = {},
): ReceiptCase => ({
  name,
  facts,
  languages: ['ja'],
  copies: ['customer', 'merchant'],
  widths: [58],
  ...change,
});
const EVERY = { languages: TILL_LANGUAGES, copies: ['customer'] } as const;
const half = (date: string, isBonus = false) => ({ date, amountMinor: 750, isBonus });

/** One row a golden file: every kind of slip, in the languages, copies and widths where it differs. */
export const RECEIPT_CASES: readonly ReceiptCase[] = [
  ...TILL_LANGUAGES.map((language) =>
    of(`sale-${language}`, {}, { languages: [language], copies: ALL_COPIES, widths: [58, 80] }),
  ),
  of('sale-reprint', {}, { isReprint: true, languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('sale-of-a-test-house', { isLive: false }, EVERY),
  of('sale-instalments', {
    plan: { type: 'installments', count: 2, bonusMonths: [], schedule: [half('2026-12-10'), half('2027-01-10')] },
  }, { languages: TILL_LANGUAGES }),
  of('sale-bonus', { plan: { type: 'bonus', count: null, bonusMonths: [12], schedule: [{ date: '2026-12-28', amountMinor: 1500, isBonus: true }] } }, EVERY),
  of('sale-bonus-combined', {
    plan: { type: 'bonus_combined', count: 6, bonusMonths: [7, 12], schedule: [half('2026-12-10'), half('2026-12-28', true)] },
  }, { languages: ['ja', 'en'] }),
  of('sale-revolving', { plan: { type: 'revolving', count: null, bonusMonths: [], schedule: [] } }, EVERY),
  of('sale-signature', { cvm: 'signature', card: { brand: 'visa', bin6: '400000', last4: '0077', entryMode: 'stripe' }, chip: null, plan: null }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('sale-signed-on-tablet', { cvm: 'signature', signedAt: new Date('2026-11-22T03:05:00.000Z') }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('sale-pin-and-signature', { cvm: 'offline_pin_and_signature' }, { copies: ALL_COPIES }),
  of('sale-contactless-no-cvm', { cvm: 'none', card: { brand: 'mastercard', bin6: '555555', last4: '4444', entryMode: 'contactless' } }, EVERY),
  of('sale-device', { cvm: 'device', card: { brand: 'visa', bin6: '400000', last4: '0077', entryMode: 'contactless' } }, EVERY),
  of('sale-not-verified', { cvm: 'failure', card: { brand: 'amex', bin6: '378282', last4: '0005', entryMode: 'keyed' }, chip: null }),
  of('sale-debit', { method: 'debit' }),
  of('sale-prepaid', { method: 'prepaid' }),
  of('sale-rare-names', {
    shop: { name: '𠮷野家 髙﨑 渡邉 塡 한국관 龙凤', phone: null, terminal: 'T0000001', merchant: '000000000000001' },
  }, { languages: TILL_LANGUAGES, widths: [58, 80], copies: ['customer'] }),
  of('sale-large-amount', { amountMinor: 999_999_999_999, cardCompany: null, slipNo: null, clerk: null }, { widths: [58, 80] }),
  of('authorization', { kind: 'authorization' }, EVERY),
  of('capture', { kind: 'capture', amountMinor: 1200, originalMinor: 1500 }, EVERY),
  of('voided', { kind: 'voided', cvm: null, chip: null }, EVERY),
  of('cancel', { kind: 'torikeshi', originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null, reference: 'ref_01JDA0Q5P8F6TBN3X2V7K9M4RF' }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('refund-of-a-part', { kind: 'henpin', amountMinor: 500, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null, reference: 'ref_01JDA0Q5P8F6TBN3X2V7K9M4RG' }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
of('refund-not-known', { kind: 'refund_unknown', amountMinor: 500, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null, approvalCode: null }, EVERY),
  of('refund-declined', { kind: 'refund_declined', amountMinor: 500, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null, approvalCode: null }, EVERY),
  of('declined', {
    kind: 'declined', approvalCode: null, decline: { customer: NEUTRAL, cashier: OFFER, code: '208' }, issuerMessage: 'ｶｰﾄﾞｶｲｼｬﾆｵﾄｲｱﾜｾｸﾀﾞｻｲ',
  }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('expired', { kind: 'expired', approvalCode: null, cvm: null, chip: null }, EVERY),
  of('not-known-yet', { kind: 'unknown', approvalCode: null }, { languages: TILL_LANGUAGES, widths: [58, 80] }),
  of('offline', { kind: 'offline', approvalCode: '000000' }, EVERY),
  of('partial-approval', { requestedMinor: 1906, amountMinor: 953 }, { languages: TILL_LANGUAGES }),
  of('voice-approval', { approvalSource: 'voice', cvm: 'signature', approvalCode: '771234', chip: null }, { languages: TILL_LANGUAGES, copies: ALL_COPIES }),
  of('dcc-sale', { ...VISA, conversion: DOLLARS }, { languages: TILL_LANGUAGES, copies: ALL_COPIES, widths: [58, 80] }),
  of('dcc-refund-of-a-part', { ...VISA, kind: 'henpin', amountMinor: 500, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null, conversion: { ...DOLLARS, foreignMinor: 344 } }, { languages: ['ja', 'en'] }),
  of('dcc-won', { ...VISA, conversion: { ...DOLLARS, currency: 'KRW', foreignMinor: 14_350, rate: '9.5666667' } }, { languages: ['ko'] }),
  of('dcc-dinar', { ...VISA, conversion: { ...DOLLARS, currency: 'KWD', foreignMinor: 3_105, rate: '0.0020700', disclaimer: null, rateSource: null } }, { languages: ['en'] }),
  of('unionpay-sale', UNIONPAY, { languages: ['ja', 'en', 'ko', 'zh-Hans', 'zh-Hant'], copies: ALL_COPIES }),
  of('unionpay-sale-signed', { ...UNIONPAY, cvm: 'signature' }, { languages: ['ja', 'zh-Hans'], copies: ['issuer'] }),
  of('unionpay-pre-authorization', { ...UNIONPAY, kind: 'authorization' }, { languages: ['ja', 'zh-Hans'] }),
  of('unionpay-completion', { ...UNIONPAY, kind: 'capture', amountMinor: 1725, originalMinor: 1500 }, { languages: ['ja', 'zh-Hans'] }),
  of('unionpay-pre-authorization-cancel', { ...UNIONPAY, kind: 'voided', isOfAuthorization: true, cvm: null, chip: null }, { languages: ['ja', 'zh-Hans', 'zh-Hant'] }),
  of('unionpay-completion-cancel', { ...UNIONPAY, kind: 'torikeshi', isOfAuthorization: true, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null }, { languages: ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko'] }),
  of('unionpay-cancel', { ...UNIONPAY, kind: 'torikeshi', originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null }, { languages: ['ja', 'zh-Hans'] }),
  of('unionpay-refund', { ...UNIONPAY, kind: 'henpin', amountMinor: 500, originalMinor: 1500, slipNo: '00043', originalSlipNo: '00042', cvm: null, chip: null }, { languages: ['ja', 'zh-Hans', 'zh-Hant'] }),
  of('unionpay-not-known-yet', { ...UNIONPAY, kind: 'unknown', approvalCode: null }, { languages: ['ja', 'en', 'zh-Hans'] }),
  of('no-card-known', { kind: 'unknown', card: null, cardCompany: null, approvalCode: null, cvm: null, chip: null, plan: null }),
]; // prettier-ignore
