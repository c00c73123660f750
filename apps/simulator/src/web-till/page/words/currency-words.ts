/** Languages in which a cardholder may choose the currency. @source api-conventions.md §12 */
export const CARDHOLDER_LANGUAGES = ['ja', 'en', 'zh-Hans', 'zh-Hant', 'ko'] as const;
export type CardholderLanguage = (typeof CARDHOLDER_LANGUAGES)[number];

interface CurrencyWords {
  /** Name of the language in itself. */
  readonly name: string;
  readonly choose: string;
  readonly rate: string;
  readonly markup: string;
  readonly source: string;
  readonly until: string;
  readonly expired: string;
}

/**
 * Words of the currency choice. They name and explain, and never recommend, warn or ask for a yes or no.
 * @source payment-features.md §5.3, §5.4
 */
export const CURRENCY_WORDS: Readonly<Record<CardholderLanguage, CurrencyWords>> = {
  ja: {
    name: '日本語',
    choose: 'お支払いの通貨をお選びください',
    rate: '為替レート',
    markup: '上乗せ率',
    source: 'レートの出典',
    until: '有効期限',
    expired: 'この換算の有効期限が過ぎました。',
  },
  en: {
    name: 'English',
    choose: 'Please select the currency of your payment',
    rate: 'Exchange rate',
    markup: 'Mark-up',
    source: 'Source of the rate',
    until: 'Valid until',
    expired: 'This conversion has expired.',
  },
  'zh-Hans': {
    name: '简体中文',
    choose: '请选择付款货币',
    rate: '汇率',
    markup: '加价率',
    source: '汇率来源',
    until: '有效期至',
    expired: '此换算报价已过期。',
  },
  'zh-Hant': {
    name: '繁體中文',
    choose: '請選擇付款貨幣',
    rate: '匯率',
    markup: '加價率',
    source: '匯率來源',
    until: '有效期限',
    expired: '此換算報價已過期。',
  },
  ko: {
    name: '한국어',
    choose: '결제 통화를 선택해 주세요',
    rate: '환율',
    markup: '가산율',
    source: '환율 출처',
    until: '유효 기한',
    expired: '이 환산의 유효 기한이 지났습니다.',
  },
};
