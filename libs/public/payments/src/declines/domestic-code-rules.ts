import { declineRow as row, type DeclineTable } from './decline-rule.js';

const CARD = row('card_declined', 'hard', 'CO', 'general');
const HIDDEN = row('card_declined', 'pickup_hidden', 'CO', 'general');
const FUNDS = row('insufficient_funds', 'soft', 'FO', 'funds');
const LIMIT = row('amount_limit_exceeded', 'soft', 'FO', 'limit');
const OUR_FAULT = row('invalid_transaction', 'technical', 'DB', 'configuration');
const PLAN = row('plan_not_accepted', 'soft', 'DEB', 'plan', 'enterAgain');
const BUSY = row('issuer_unavailable', 'technical', 'SR', 'busy', 'technical');
const CODE = row('security_code_wrong', 'soft', 'PE', 'securityCode', 'enterAgain');

/**
 * Codes of Japanese card terminals (CCT) and what public sources say they mean; the official wording is not public.
 * G02 to G99 of card companies, C20 of the debit network, I01 to I05 of the terminal itself.
 * @source payment-features.md §11
 */
export const DOMESTIC_CODE_RULES: DeclineTable = {
  version: '2026-11-23',
  source: 'payment-features.md §11',
  rows: {
    G02: FUNDS,
    G03: LIMIT, // one client reads it as a missing security code; two say limit
    G04: FUNDS,
    G05: LIMIT,
    G06: FUNDS,
    G07: row('frequency_limit_exceeded', 'soft', 'FO', 'limit'),
    G12: CARD,
    G22: CARD,
    G30: row('refer_to_issuer', 'soft', 'XA', 'referral'),
    G42: row('incorrect_pin', 'soft', 'PE', 'pin', 'enterAgain'),
    G44: CODE,
    G45: CODE,
    G54: row('frequency_limit_exceeded', 'soft', 'FO', 'limit'),
    G55: LIMIT,
    G56: HIDDEN,
    G60: HIDDEN,
    G61: HIDDEN,
    G65: row('invalid_card_number', 'hard', 'DE', 'cardNumber', 'enterAgain'),
    G67: OUR_FAULT,
    G68: row('invalid_amount', 'technical', 'DB', 'configuration'),
    G69: OUR_FAULT,
    G70: PLAN,
    G71: PLAN,
    G72: PLAN,
    G73: PLAN,
    G74: row('plan_not_accepted', 'soft', 'DE', 'plan', 'enterAgain'),
    G75: PLAN,
    G76: OUR_FAULT,
    G77: OUR_FAULT,
    G78: PLAN,
    G79: OUR_FAULT,
    G80: OUR_FAULT,
    G81: OUR_FAULT,
    G83: row('expiry_wrong', 'hard', 'DE', 'expiry', 'enterAgain'),
    G85: row('account_type_missing', 'hard', 'CO', 'notPermitted'),
    G91: BUSY,
    G92: BUSY,
    G94: row('original_not_found', 'technical', 'DB', 'nothingToCancel'),
    G95: row('issuer_closed', 'technical', 'SRO', 'busy', 'technical'),
    G96: CARD,
    G97: row('do_not_honor', 'hard', 'XO', 'general'),
    G98: row('do_not_honor', 'hard', 'XO', 'general'),
    G99: row('issuer_closed', 'technical', 'SRO', 'busy'),
    C20: row('card_not_in_service', 'hard', 'DO', 'notPermitted'),
    I01: row('chip_unreadable', 'soft', 'TE', 'chipUnread', 'showAgain'),
    I02: row('insert_chip', 'soft', 'TE', 'insertChip', 'showAgain'),
    I05: row('pin_pad_unreachable', 'technical', 'TR', 'pinPad', 'showAgain'),
  },
};
