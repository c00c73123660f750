import { declineRow as row, type DeclineTable } from './decline-rule.js';

const GENERAL = row('card_declined', 'hard', 'CO', 'general');
const HIDDEN = row('card_declined', 'pickup_hidden', 'CO', 'general');
const CONFIGURATION = row('configuration_error', 'technical', 'SB', 'configuration');
const BUSY = row('issuer_unavailable', 'technical', 'SR', 'busy', 'technical');
const REFERRAL = row('refer_to_issuer', 'soft', 'XA', 'referral');
const KEYS = row('security_processing_error', 'technical', 'SB', 'general');

/** Field 39. @source ISO 8583:1993 action codes; outcome and G-code columns of `iso8583-1993.md` §11 */
export const ACTION_CODE_RULES: DeclineTable = {
  version: '2026-11-23',
  source: 'iso8583-1993.md §11',
  rows: {
    '100': row('do_not_honor', 'hard', 'XO', 'general'),
    '101': row('expired_card', 'hard', 'CO', 'expired'),
    '102': GENERAL,
    '103': REFERRAL,
    '104': GENERAL,
    '105': REFERRAL,
    '106': row('pin_tries_exceeded', 'hard', 'PO', 'pinBlocked'),
    '107': REFERRAL,
    '108': REFERRAL,
    '109': CONFIGURATION,
    '110': row('invalid_amount', 'hard', 'DB', 'configuration'),
    '111': row('invalid_card_number', 'hard', 'DO', 'cardData'),
    '112': row('pin_required', 'soft', 'PE', 'pinRequired', 'enterAgain'),
    '113': CONFIGURATION,
    '114': row('account_type_missing', 'hard', 'CO', 'notPermitted'),
    '115': row('function_not_supported', 'hard', 'DO', 'notPermitted'),
    '116': row('insufficient_funds', 'soft', 'FO', 'funds'),
    '117': row('incorrect_pin', 'soft', 'PE', 'pin', 'enterAgain'),
    '118': row('card_not_found', 'hard', 'DO', 'cardData'),
    '119': row('not_permitted_to_cardholder', 'hard', 'CO', 'notPermitted'),
    '120': row('not_permitted_to_terminal', 'hard', 'CO', 'notPermitted'),
    '121': row('amount_limit_exceeded', 'soft', 'FO', 'limit'),
    '122': GENERAL,
    '123': row('frequency_limit_exceeded', 'soft', 'FO', 'limit'),
    '124': GENERAL,
    '125': row('card_not_effective', 'hard', 'CO', 'cardData'),
    '126': KEYS,
    '127': KEYS,
    '128': KEYS,
    '129': GENERAL,
    '200': HIDDEN,
    '201': HIDDEN,
    '202': HIDDEN,
    '203': HIDDEN,
    '204': HIDDEN,
    '205': HIDDEN,
    '206': HIDDEN,
    '207': HIDDEN,
    '208': HIDDEN,
    '209': HIDDEN,
    '210': HIDDEN,
    '902': row('invalid_transaction', 'technical', 'DB', 'configuration'),
    '903': row('re_enter_transaction', 'technical', 'SR', 'busy', 'technical'),
    '904': row('format_error', 'technical', 'DB', 'configuration'),
    '905': CONFIGURATION,
    '906': BUSY,
    '907': BUSY,
    '908': CONFIGURATION,
    '909': row('system_malfunction', 'technical', 'SR', 'busy', 'technical'),
    '910': BUSY,
    '911': row('issuer_timeout', 'technical', 'SR', 'busy', 'technical'),
    '912': BUSY,
    '913': row('duplicate_transmission', 'technical', 'DB', 'configuration'),
    '914': row('original_not_found', 'technical', 'DB', 'nothingToCancel'),
    '916': KEYS,
    '917': KEYS,
    '918': KEYS,
    '919': KEYS,
    '920': row('security_processing_error', 'technical', 'SR', 'busy', 'technical'),
    '921': KEYS,
    '950': CONFIGURATION,
  },
};

/** A 2xx that the table does not know is a pick-up all the same: it stays hidden. */
export const HIDDEN_PICK_UP = HIDDEN;
