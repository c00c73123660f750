import { displayAmount, type Money } from '@tsunagu/kernel';
import type { ReceiptCard, ReceiptCopy } from '../receipt-facts.js';

const JST_MS = 9 * 60 * 60 * 1_000;

/** `YYYY/MM/DD HH:mm` in Japan. @source api-conventions.md §12 */
export function showInstant(at: Date): string {
  const text = new Date(at.getTime() + JST_MS).toISOString();
  return `${showDate(text.slice(0, 10))} ${text.slice(11, 16)}`;
}

/** @param date `YYYY-MM-DD` */
export function showDate(date: string): string {
  return date.replaceAll('-', '/');
}

/** An amount of a slip; what goes back to the holder has a minus. */
export function showAmount(money: Money, isNegative: boolean): string {
  return `${isNegative ? '-' : ''}${displayAmount(money)}`;
}

/** @param bps hundredths of a percent */
export function showPercent(bps: number): string {
  return `${Math.trunc(bps / 100)}.${String(bps % 100).padStart(2, '0')}%`;
}

/**
 * The number of the card as a copy may show it. The card company finds the card by its first six and last four; nobody else needs more
 * than the last four. The expiry is always `XX/XX`.
 * @source payment-features.md §10; PCI DSS 4.0, 3.4.1
 */
export function showCardNumber({ bin6, last4 }: ReceiptCard, copy: ReceiptCopy): string {
  return copy === 'issuer' ? `${bin6.slice(0, 4)} ${bin6.slice(4, 6)}** **** ${last4}` : `**** **** **** ${last4}`;
}
