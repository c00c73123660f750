import type { Payment } from '@tsunagu/sdk';
import { planWords, scheduleLines } from './plan-text.js';

const WIDTH = 40;

const STATUS_JA: Readonly<Record<string, string>> = {
  captured: '売上',
  authorized: 'オーソリ（仮売上）',
  partially_captured: '一部売上',
  refunded: '返金済',
  partially_refunded: '一部返金',
  voided: '取消済',
  declined: '取引不成立',
  unknown: '結果不明',
  processing: '処理中',
  expired: '期限切れ',
};

const ENTRY_JA: Readonly<Record<string, string>> = {
  contactless: 'タッチ',
  chip: 'IC',
  stripe: '磁気',
  keyed: '手入力',
};

/** Receipt for people, Japanese with English beside it. Shows no more of a card than brand and last four. */
export function receipt(payment: Payment): string {
  const rule = '-'.repeat(WIDTH);
  return [rule, ...head(payment), rule, ...body(payment), rule, ...foot(payment), rule].join('\n');
}

function head(payment: Payment): string[] {
  return [
    centered('クレジット売上票 / CARD RECEIPT'),
    pair('日時 Date', japanTime(payment.created_at)),
    pair('端末 Terminal', payment.terminal_id.slice(-8)),
    pair('伝票番号 Slip', payment.slip_no ?? '-'),
    pair(
      '会員番号 Card',
      payment.card === null ? '-' : `${payment.card.brand.toUpperCase()} ****${payment.card.last4}`,
    ),
    pair('読取 Entry', `${ENTRY_JA[payment.entry_mode] ?? ''} ${payment.entry_mode}`),
  ];
}

function body(payment: Payment): string[] {
  const lines = [
    pair('取引 Kind', payment.kind === 'auth' ? 'オーソリ authorization' : '売上 sale'),
    pair('支払区分 Plan', planWords(payment.payment_plan)),
    pair('金額 Amount', payment.money.amount_display),
    ...scheduleLines(payment.payment_plan).map(([name, value]) => pair(name, value)),
  ];
  if (payment.captured.amount > 0) lines.push(pair('売上確定 Captured', payment.captured.amount_display));
  if (payment.refunded.amount > 0) lines.push(pair('返金 Refunded', payment.refunded.amount_display));
  lines.push(pair('承認番号 Approval', payment.approval_code ?? '-'));
  return lines;
}

function foot(payment: Payment): string[] {
  const why =
    payment.decline === null ? (payment.reason ?? '') : `${payment.decline.code} (${payment.decline.raw?.code ?? '-'})`;
  return [
    pair('結果 Result', `${STATUS_JA[payment.status] ?? ''} ${payment.status}`),
    ...(why === '' ? [] : [pair('理由 Reason', why)]),
    pair('請求 Charged', payment.customer_charged),
    payment.cashier_state.message_ja,
    payment.cashier_state.message_en,
    payment.id,
  ];
}

function pair(name: string, value: string): string {
  return `${name}${' '.repeat(Math.max(1, WIDTH - columns(name) - columns(value)))}${value}`;
}

function centered(text: string): string {
  return ' '.repeat(Math.max(0, Math.floor((WIDTH - columns(text)) / 2))) + text;
}

/** Kana, kanji and full-width signs take two columns of a receipt. */
function columns(text: string): number {
  return Array.from(text).reduce(
    (total, character) => total + (/[\u1100-\u115f\u2e80-\uffdc]/.test(character) ? 2 : 1),
    0,
  );
}

function japanTime(instant: string): string {
  return new Date(instant).toLocaleString('ja-JP', { timeZone: 'Asia/Tokyo', hour12: false });
}
