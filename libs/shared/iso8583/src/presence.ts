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

/** Rules by class and function of the MTI (its second and third digit); a class that is not listed has none. */
export type PresenceTable = Readonly<Record<string, PresenceRules>>;

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

const FINANCIAL_ADVICE: PresenceRules = {
  mandatory: [...REQUEST, 25],
  conditional: [cardNumber, refundOriginal],
};
const ACKNOWLEDGED: PresenceRules = { mandatory: [3, 4, 7, 11, 12, 32, 37, 39, 41, 42, 49], conditional: [] };
const ASKED: PresenceRules = { mandatory: REQUEST, conditional: [cardNumber, refundOriginal] };
const ANSWERED: PresenceRules = { mandatory: RESPONSE, conditional: [approvalCode, partialApprovalAmount] };
const REVERSAL: PresenceRules = {
  mandatory: [3, 4, 7, 11, 12, 24, 25, 32, 37, 41, 42, 49, 56],
  conditional: [cardNumber, partialReversalAmount],
};
const FILE_ACTION: PresenceRules = { mandatory: [7, 11, 12, 24, 25, 33, 71, 72, 73, 101], conditional: [] };
const FILE_ANSWER: PresenceRules = { mandatory: [7, 11, 12, 33, 39], conditional: [] };
const TOTALS_SENT: PresenceRules = { mandatory: [7, 11, 12, 24, 28, 32, 50, ...TOTALS], conditional: [] };
const TOTALS_ANSWER: PresenceRules = { mandatory: [7, 11, 12, 32, 39], conditional: [] };
const NETWORK: PresenceRules = { mandatory: [7, 11, 12, 24, 33], conditional: [] };
const NETWORK_ANSWER: PresenceRules = { mandatory: [7, 11, 12, 24, 33, 39], conditional: [] };

/** Presence of TSN-93: the request, its repeat and any originator alike. @source iso8583-1993.md §5.1 */
export const TSN93_PRESENCE: PresenceTable = {
  '10': ASKED,
  '11': ANSWERED,
  '12': FINANCIAL_ADVICE,
  '13': ACKNOWLEDGED,
  '20': ASKED,
  '21': ANSWERED,
  '22': FINANCIAL_ADVICE,
  '23': ACKNOWLEDGED,
  '30': FILE_ACTION,
  '31': FILE_ANSWER,
  '32': FILE_ACTION,
  '33': FILE_ANSWER,
  '42': REVERSAL,
  '43': ACKNOWLEDGED,
  '50': TOTALS_SENT,
  '51': TOTALS_ANSWER,
  '52': TOTALS_SENT,
  '53': TOTALS_ANSWER,
  '80': NETWORK,
  '81': NETWORK_ANSWER,
  '82': NETWORK,
  '83': NETWORK_ANSWER,
};

/**
 * Which fields are missing. Extra fields are not an issue: a receiver ignores them.
 * @param table rules of the link's spec; TSN-93 unless said otherwise
 * @returns empty when the message is complete, or when the table has no rules for its MTI
 * @source iso8583-1993.md §5.1
 */
export function presenceIssues(message: IsoMessage, table: PresenceTable = TSN93_PRESENCE): PresenceIssue[] {
  const rules = table[message.mti.slice(1, 3)];
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
