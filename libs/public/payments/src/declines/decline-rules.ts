import { unionPayActionCode } from '@tsunagu/iso8583/unionpay';
import { ACTION_CODE_RULES, HIDDEN_PICK_UP } from './action-code-rules.js';
import { declineRow as row, type DeclineRule, type DeclineTable, type RawCode } from './decline-rule.js';
import { DOMESTIC_CODE_RULES } from './domestic-code-rules.js';

/** Reasons of our own, without a word from the card company. */
export const OWN_REASON_RULES: DeclineTable = {
  version: '2026-11-23',
  source: 'payment-features.md §1.3 rows 11, 24, 26; ADR 0047',
  rows: {
    reversed: row('reversed', 'technical', 'SR', 'reversed', 'technical'),
    not_processed: row('not_processed', 'technical', 'SR', 'notProcessed', 'technical'),
    not_sent: row('not_sent', 'technical', 'SR', 'notSent', 'technical'),
    retry_limit: row('blocked_by_rule', 'blocked_by_rule', 'XO', 'rule'),
    blocked: row('blocked_by_rule', 'blocked_by_rule', 'XO', 'rule'),
    pin_required: row('pin_required', 'soft', 'PE', 'pinRequired', 'enterAgain'),
  },
};

/** How a domestic code looks. What came in its place and looks otherwise is shown raw, and says nothing. */
const DOMESTIC_CODE = /^[GCI]\d{2}$/;

/** A code that no table knows: refused without a reason. The raw code stays beside it. */
const UNKNOWN_CODE = row('card_declined', 'hard', 'XO', 'general');

/**
 * What a raw code means. A source's own table decides; UnionPay's two characters are read through the action code
 * that the wire made of them.
 * @example ruleOf({ source: 'domestic', code: 'G55' }).class // 'F'
 */
export function ruleOf(raw: RawCode): DeclineRule {
  switch (raw.source) {
    case 'tsunagu':
      return own(OWN_REASON_RULES, raw.code) ?? UNKNOWN_CODE;
    case 'domestic':
      return domesticRule(raw);
    case 'unionpay':
      return actionRule(unionPayActionCode(raw.code) ?? '');
    case 'iso8583_1993':
      return actionRule(raw.code);
  }
}

/** The rule of a declined payment: a reason of our own outranks what the network said before. */
export function declineRule(raw: RawCode | null, reason: string | null): DeclineRule {
  const mine = reason === null ? undefined : own(OWN_REASON_RULES, reason);
  return mine ?? (raw === null ? UNKNOWN_CODE : ruleOf(raw));
}

function domesticRule({ code, actionCode }: RawCode): DeclineRule {
  if (!DOMESTIC_CODE.test(code)) return actionRule(actionCode ?? '');
  return own(DOMESTIC_CODE_RULES, code) ?? UNKNOWN_CODE;
}

function actionRule(code: string): DeclineRule {
  return own(ACTION_CODE_RULES, code) ?? (code.startsWith('2') ? HIDDEN_PICK_UP : UNKNOWN_CODE);
}

function own({ rows }: DeclineTable, code: string): DeclineRule | undefined {
  return Object.hasOwn(rows, code) ? rows[code] : undefined;
}
