import { listed, maskOf, ofText, said, wordOf, type Explain, type Part } from './parts.js';
import { ACCOUNT_TYPES, AMOUNT_TYPES } from './code-words.js';

interface Currency {
  readonly code: string;
  readonly decimals: number;
}

/** Currencies seen on Japanese lines, by number. @source ISO 4217 list one */
const CURRENCIES: Readonly<Record<string, Currency>> = {
  '036': { code: 'AUD', decimals: 2 },
  '124': { code: 'CAD', decimals: 2 },
  '156': { code: 'CNY', decimals: 2 },
  '344': { code: 'HKD', decimals: 2 },
  '392': { code: 'JPY', decimals: 0 },
  '410': { code: 'KRW', decimals: 0 },
  '458': { code: 'MYR', decimals: 2 },
  '702': { code: 'SGD', decimals: 2 },
  '756': { code: 'CHF', decimals: 2 },
  '764': { code: 'THB', decimals: 2 },
  '826': { code: 'GBP', decimals: 2 },
  '840': { code: 'USD', decimals: 2 },
  '901': { code: 'TWD', decimals: 2 },
  '978': { code: 'EUR', decimals: 2 },
};

/** Fields 49 to 51. */
export const currency: Explain = listed(
  Object.fromEntries(Object.entries(CURRENCIES).map(([number, { code }]) => [number, code])),
);

/** An amount whose currency stands in another field. */
export function amountIn(currencyField: number): Explain {
  return ofText((digits, message) => said(moneyWords(digits, message.text(currencyField))));
}

/** A sign and an amount: fields 28 to 31 of 1987, 97. */
export function signedAmountIn(currencyField: number): Explain {
  return ofText((text, message) => {
    const words = moneyWords(text.slice(1), message.text(currencyField));
    return said(`${text.startsWith('C') ? 'credit' : 'debit'} ${words}`);
  });
}

/** Field 30: two amounts of twelve digits. @source iso8583-1993.md §10.3 */
export const originalAmounts: Explain = ofText((digits, message) =>
  said('amounts of the original', [
    part('transaction', digits.slice(0, 12), message.text(49)),
    part('reconciliation', digits.slice(12), message.text(50)),
  ]),
);

/** Fields 9 and 10: the first digit counts decimals. @source iso8583-1993.md §10.7 */
export const conversionRate: Explain = ofText((text) => {
  const decimals = Number(text[0]);
  const digits = text.slice(1).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/^0+(?=\d)/, '');
  return said(decimals === 0 ? whole : `${whole}.${digits.slice(-decimals)}`);
});

/** Field 54: sets of 20 characters; the amounts are balances and stay hidden. @source iso8583-1993.md §10.4 */
export const additionalAmounts: Explain = ofText((text) => {
  const sets = text.match(/.{20}/g) ?? [];
  return said(`${sets.length} amounts`, sets.map(additionalAmount));
});

function additionalAmount(set: string): Part {
  const [account, type, number, sign] = [set.slice(0, 2), set.slice(2, 4), set.slice(4, 7), set[7]];
  return {
    label: wordOf(AMOUNT_TYPES, type),
    value: maskOf(12),
    meaning: `${sign === 'C' ? 'credit' : 'debit'}, ${currencyWord(number)}, ${wordOf(ACCOUNT_TYPES, account)}`,
  };
}

/** Field 46: sets of 34 characters. @source iso8583-1993.md §10.5 */
export const fees: Explain = ofText((text) => {
  const sets = text.match(/.{34}/g) ?? [];
  const parts = sets.map((set): Part => ({
    label: `fee type ${set.slice(0, 2)}`,
    value: maskOf(34),
    meaning: `${currencyWord(set.slice(2, 5))}, reconciled in ${currencyWord(set.slice(31))}`,
  }));
  return said(`${sets.length} fees`, parts);
});

function part(label: string, value: string, number: string | undefined): Part {
  return { label, value, meaning: moneyWords(value, number) };
}

function moneyWords(digits: string, number: string | undefined): string {
  const known = number === undefined ? undefined : CURRENCIES[number];
  if (known === undefined || !/^\d+$/.test(digits)) return `${digits.replace(/^0+(?=\d)/, '')} minor units`;
  const { code, decimals } = known;
  const plain = digits.replace(/^0+(?=\d)/, '').padStart(decimals + 1, '0');
  const whole = plain.slice(0, plain.length - decimals).replace(/\B(?=(?:\d{3})+$)/g, ',');
  return decimals === 0 ? `${code} ${whole}` : `${code} ${whole}.${plain.slice(-decimals)}`;
}

function currencyWord(number: string): string {
  return CURRENCIES[number]?.code ?? `currency ${number}`;
}
