import { ACTION_CODE_RULES } from './action-code-rules.js';
import { DECLINE_ACT_NAMES, DECLINE_CLASS_NAMES, type DeclineRule, type DeclineTable } from './decline-rule.js';
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
    '`class`: `funds` or limit · `card` · `verification` PIN or security code · `data` sent · `system` away or closed · `refused` without a reason, and every code that no table knows · `terminal`.',
    '`act`: `retry_later` · `use_other_card` or method · `enter_again` or show it again · `call_issuer` · `our_fault` in the request (calls our on-call). The table has what else may help behind the first.',
    '`retry`: whether the same card may be tried again; never for `card` and `refused`. UnionPay’s two characters (`raw.source: unionpay`) are read through the action code that the wire made of them.',
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
  const acts = rule.acts.map((act) => DECLINE_ACT_NAMES[act]).join(', ');
  const cells = [
    raw,
    `\`${rule.code}\``,
    DECLINE_CLASS_NAMES[rule.class],
    acts,
    rule.retrySameCard ? 'yes' : 'no',
    ...words,
  ];
  return `| ${cells.join(' | ')} |`;
}
