import type { ReceiptLine, ReceiptWidth } from '../receipt-facts.js';
import { displayWidth, wrapText } from './display-width.js';

/** Columns of half-width characters at the usual 12-dot font. */
export const COLUMNS: Readonly<Record<ReceiptWidth, number>> = { 58: 32, 80: 48 };

/** A slip as plain text for a printer with a fixed pitch; no line is wider than the paper. */
export function receiptText(lines: readonly ReceiptLine[], width: ReceiptWidth): string {
  const columns = COLUMNS[width];
  return `${lines.flatMap((line) => printed(line, columns)).join('\n')}\n`;
}

function printed(line: ReceiptLine, columns: number): string[] {
  const { label, text } = { label: line.label ?? '', text: line.text ?? '' };
  switch (line.type) {
    case 'rule':
      return ['-'.repeat(columns)];
    case 'space':
      return [''];
    case 'text':
      return line.align === 'center' ? middle(text, columns) : wrapText(text, columns);
    case 'pair':
      return pairLines(label, text, columns);
    case 'mark':
      return framed(text, columns);
    case 'signature':
      return [label, ...(line.state === 'signed' ? middle(text, columns) : roomToSign(columns))];
  }
}

function roomToSign(columns: number): string[] {
  return ['', '', '_'.repeat(columns)];
}

function middle(text: string, columns: number): string[] {
  return wrapText(text, columns).map((part) => centered(part, columns));
}

/** Label left, value right, on one line where both fit; else the value stands below. */
function pairLines(label: string, value: string, columns: number): string[] {
  const free = columns - displayWidth(label) - displayWidth(value);
  if (free >= 1) return [label + ' '.repeat(free) + value];
  return [
    ...wrapText(label, columns),
    ...wrapText(value, columns).map((part) => part.padStart(columns - displayWidth(part) + part.length)),
  ];
}

function framed(text: string, columns: number): string[] {
  const edge = '*'.repeat(columns);
  const inner = wrapText(text, columns - 4).map((part) => {
    const left = Math.floor((columns - 2 - displayWidth(part)) / 2);
    return `*${' '.repeat(left)}${part}${' '.repeat(columns - 2 - left - displayWidth(part))}*`;
  });
  return [edge, ...inner, edge];
}

function centered(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, Math.floor((columns - displayWidth(text)) / 2))) + text;
}
