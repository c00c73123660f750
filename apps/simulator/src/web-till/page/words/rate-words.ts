import type { CardholderLanguage } from './cardholder-languages.js';

interface RateWords {
  readonly title: string;
  readonly lead: string;
  readonly fresh: string;
}

/** For the cardholder, when the time of an offer is over. Neither way on is praised. @source payment-features.md §5.4 */
export const RATE_WORDS: Readonly<Record<CardholderLanguage, RateWords>> = {
  ja: {
    title: 'このレートは期限が切れました',
    lead: '請求はまだ行われていません。新しいレートをご覧になるか、下の金額（円）でお支払いください。',
    fresh: '新しいレートを見る',
  },
  en: {
    title: 'This exchange rate is no longer valid',
    lead: 'Nothing has been charged yet. See a new rate, or pay the amount in yen below.',
    fresh: 'See a new rate',
  },
  'zh-Hans': {
    title: '该汇率已过期',
    lead: '尚未扣款。您可以查看新的汇率，或以下方日元金额付款。',
    fresh: '查看新汇率',
  },
  'zh-Hant': {
    title: '此匯率已過期',
    lead: '尚未扣款。您可以查看新的匯率，或以下方日圓金額付款。',
    fresh: '查看新匯率',
  },
  ko: {
    title: '이 환율의 유효 시간이 지났습니다',
    lead: '아직 청구되지 않았습니다. 새 환율을 확인하시거나 아래 엔화 금액으로 결제해 주십시오.',
    fresh: '새 환율 보기',
  },
};
