import { ACTION_CODE_RULES } from './action-code-rules.js';
import type { DeclineRule, DeclineTable } from './decline-rule.js';
import { OWN_REASON_RULES } from './decline-rules.js';
import { CASHIER_DECLINE_WORDS, CUSTOMER_DECLINE_WORDS } from './decline-words.js';
import { DOMESTIC_CODE_RULES } from './domestic-code-rules.js';

const TABLES: readonly (readonly [string, string, DeclineTable])[] = [
  ['Action codes', '`raw.source: iso8583_1993`, field 39', ACTION_CODE_RULES],
  ['Codes of Japanese card terminals', '`raw.source: domestic`', DOMESTIC_CODE_RULES],
  ['Reasons of this house', '`raw: null`, the payment’s `reason`', OWN_REASON_RULES],
];

/** The decline tables as a page for developers of tills (`docs/decline-codes.md`), made from the tables themselves. */
export function declineCodesPage(): string {
  return [
    '# Decline codes',
    '',
    'Made by `npm run gen` from `libs/public/payments/src/declines`. Branch on `class` and `act`, never on the raw code: raw codes are kept beside the answer and may share one `code`.',
    '',
    '`class`: F funds or limit · C card · P PIN or security code · D data sent · S system or closed · X refused without a reason, and every code that no table knows · T the terminal.',
    '`act`: R retry later · O other card or method · E enter or show it again · A call the card company · B a fault in our request (calls our on-call).',
    '`retry`: whether the same card may be tried again; never for C and X. UnionPay’s two characters (`raw.source: unionpay`) are read through the action code that the wire made of them.',
    '',
    ...TABLES.flatMap(([title, where, table]) => [
      `## ${title}`,
      '',
      `${where}. Version ${table.version}; source ${table.source}.`,
      '',
      '| raw | code | class | act | retry | clerk (ja) | customer (ja) |',
      '|---|---|---|---|---|---|---|',
      ...Object.entries(table.rows).map(([raw, rule]) => rowOf(raw, rule)),
      '',
    ]),
  ].join('\n');
}

function rowOf(raw: string, rule: DeclineRule): string {
  const words = [CASHIER_DECLINE_WORDS[rule.cashier].ja, CUSTOMER_DECLINE_WORDS[rule.customer].ja];
  const cells = [raw, `\`${rule.code}\``, rule.class, rule.acts.join('/'), rule.retrySameCard ? 'yes' : 'no', ...words];
  return `| ${cells.join(' | ')} |`;
}
