import { CURRENCIES, TILL_LANGUAGES, type CurrencyCode, type TillLanguage, type Wording } from '@tsunagu/kernel';

const JST_MS = 9 * 60 * 60 * 1_000;

/** What the holder is to choose between. */
interface Sides {
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
}
interface Offered {
  readonly currency: CurrencyCode;
  readonly foreignMinor: number;
  readonly rate: string;
  readonly markupBps: number;
  readonly source: string;
  readonly quotedAt: Date;
  readonly disclaimer: string;
}

interface Words {
  readonly choose: string;
  readonly amount: (code: string) => string;
  readonly rate: string;
  readonly markup: string;
  readonly source: string;
}

/** Neither side is praised, neither is called the usual one. @source payment-features.md §5.3, §5.4 */
const WORDS: Readonly<Record<TillLanguage, Words>> = {
  ja: {
    choose: 'お支払いの通貨を選んでください。',
    amount: (code) => `${code} でのお支払い額`,
    rate: '換算レート',
    markup: 'レートに含まれる上乗せ（卸売レート比）',
    source: 'レートの出所',
  },
  en: {
    choose: 'Please select the currency of your payment.',
    amount: (code) => `Total in ${code}`,
    rate: 'Exchange rate',
    markup: 'Mark-up over the wholesale rate, included',
    source: 'Source of the rate',
  },
  'zh-Hans': {
    choose: '请选择付款货币。',
    amount: (code) => `以 ${code} 付款的金额`,
    rate: '汇率',
    markup: '汇率中包含的加价（相对批发汇率）',
    source: '汇率来源',
  },
  'zh-Hant': {
    choose: '請選擇付款貨幣。',
    amount: (code) => `以 ${code} 付款的金額`,
    rate: '匯率',
    markup: '匯率中包含的加價（相對批發匯率）',
    source: '匯率來源',
  },
  ko: {
    choose: '결제 통화를 선택해 주십시오.',
    amount: (code) => `${code} 결제 금액`,
    rate: '환율',
    markup: '환율에 포함된 가산율(도매 환율 대비)',
    source: '환율 출처',
  },
};

/**
 * All that must be on the screen before the choice, one text a language, line by line: instruction, both totals, rate, mark-up
 * directly under it, source, and the provider's disclaimer unchanged.
 * @source payment-features.md §5.3
 */
export function disclose(local: Sides, offered: Offered): Wording {
  return Object.fromEntries(
    TILL_LANGUAGES.map((language) => [language, text(WORDS[language], local, offered)]),
  ) as Record<TillLanguage, string>;
}

function text(words: Words, local: Sides, offered: Offered): string {
  return [
    words.choose,
    `${words.amount(local.currency)}: ${plainAmount(local.amountMinor, local.currency)}`,
    `${words.amount(offered.currency)}: ${plainAmount(offered.foreignMinor, offered.currency)}`,
    `${words.rate}: ${rateDisplay(local.currency, offered.rate, offered.currency)}`,
    `${words.markup}: ${percent(offered.markupBps)}`,
    `${words.source}: ${offered.source}, ${inJapan(offered.quotedAt)}`,
    offered.disclaimer,
  ].join('\n');
}

/** Both amounts are written alike: a sign for one of them would set it apart. */
export function plainAmount(amountMinor: number, currency: CurrencyCode): string {
  const { exponent } = CURRENCIES[currency];
  const digits = String(amountMinor).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${currency} ${exponent === 0 ? whole : `${whole}.${digits.slice(-exponent)}`}`;
}

/** `JPY 1 = USD 0.0067123`. */
export function rateDisplay(local: CurrencyCode, rate: string, foreign: CurrencyCode): string {
  return `${local} 1 = ${foreign} ${rate}`;
}

/** `2026/11/23 18:49 JST`: the customer stands in a shop in Japan. The API gives the instant beside it. @source api-conventions.md §12 */
function inJapan(instant: Date): string {
  const text = new Date(instant.getTime() + JST_MS).toISOString();
  return `${text.slice(0, 10).replaceAll('-', '/')} ${text.slice(11, 16)} JST`;
}

/** Hundredths of a percent as a percentage: 375 is `3.75%`. */
function percent(bps: number): string {
  return `${Math.floor(bps / 100)}.${String(bps % 100).padStart(2, '0')}%`;
}
