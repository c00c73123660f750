import type { IsoMessage } from './iso-message.js';

/** A field that the message should carry and does not. */
export interface PresenceIssue {
  readonly field: number;
  readonly rule: 'mandatory' | 'card_number' | 'approval_code' | 'original_data' | 'original_amount';
}

type Rule = (message: IsoMessage) => PresenceIssue | undefined;

interface PresenceRules {
  readonly mandatory: readonly number[];
  readonly conditional: readonly Rule[];
}

/** Field 2, or field 35 when the track carries the number. */
const cardNumber: Rule = (message) =>
  message.has(2) || message.has(35) ? undefined : { field: 2, rule: 'card_number' };
/** A yes has an approval code; one without is in doubt. */
const approvalCode: Rule = (message) =>
  isApproval(message) && !message.has(38) ? { field: 38, rule: 'approval_code' } : undefined;
/** A refund, and whatever refers to an earlier transaction, names it. */
const refundOriginal: Rule = (message) =>
  message.text(3)?.startsWith('20') === true && !message.has(56) ? { field: 56, rule: 'original_data' } : undefined;
const partialApprovalAmount: Rule = (message) =>
  isPartial(message.text(39)) && !message.has(30) ? { field: 30, rule: 'original_amount' } : undefined;
const partialReversalAmount: Rule = (message) =>
  message.text(24) === '401' && !message.has(30) ? { field: 30, rule: 'original_amount' } : undefined;

const REQUEST = [3, 4, 7, 11, 12, 22, 24, 26, 32, 37, 41, 42, 49];
const RESPONSE = [3, 4, 7, 11, 12, 15, 32, 37, 39, 41, 42, 49];
const TOTALS = [74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 97];

/** Presence by class and function of the MTI (request, its repeat and any originator alike). @source iso8583-1993.md §5.1 */
const RULES: Readonly<Record<string, PresenceRules>> = {
  '10': { mandatory: REQUEST, conditional: [cardNumber, refundOriginal] },
  '11': { mandatory: RESPONSE, conditional: [approvalCode, partialApprovalAmount] },
  '12': { mandatory: [...REQUEST, 25], conditional: [cardNumber, refundOriginal] },
  '13': { mandatory: [3, 4, 7, 11, 12, 32, 37, 39, 41, 42, 49], conditional: [] },
  '42': {
    mandatory: [3, 4, 7, 11, 12, 24, 25, 32, 37, 41, 42, 49, 56],
    conditional: [cardNumber, partialReversalAmount],
  },
  '43': { mandatory: [3, 4, 7, 11, 12, 32, 37, 39, 41, 42, 49], conditional: [] },
  '30': { mandatory: [7, 11, 12, 24, 25, 33, 71, 72, 73, 101], conditional: [] },
  '31': { mandatory: [7, 11, 12, 33, 39], conditional: [] },
  '52': { mandatory: [7, 11, 12, 24, 28, 32, 50, ...TOTALS], conditional: [] },
  '53': { mandatory: [7, 11, 12, 32, 39], conditional: [] },
  '80': { mandatory: [7, 11, 12, 24, 33], conditional: [] },
  '81': { mandatory: [7, 11, 12, 24, 33, 39], conditional: [] },
};
const SAME_RULES: Readonly<Record<string, string>> = {
  '20': '10',
  '21': '11',
  '22': '12',
  '23': '13',
  '32': '30',
  '33': '31',
  '50': '52',
  '51': '53',
  '82': '80',
  '83': '81',
};

/**
 * Which fields of TSN-93 are missing. Extra fields are not an issue: a receiver ignores them.
 * @returns empty when the message is complete, or when TSN-93 has no rules for its MTI
 * @source iso8583-1993.md §5.1
 */
export function presenceIssues(message: IsoMessage): PresenceIssue[] {
  const family = message.mti.slice(1, 3);
  const rules = RULES[SAME_RULES[family] ?? family];
  if (rules === undefined) return [];
  const missing = rules.mandatory.filter((field) => !message.has(field));
  const issues: PresenceIssue[] = missing.map((field) => ({ field, rule: 'mandatory' }));
  for (const rule of rules.conditional) {
    const issue = rule(message);
    if (issue !== undefined) issues.push(issue);
  }
  return issues;
}

function isApproval(message: IsoMessage): boolean {
  return message.text(39)?.startsWith('0') === true;
}

function isPartial(actionCode: string | undefined): boolean {
  return actionCode === '002' || actionCode === '006';
}
