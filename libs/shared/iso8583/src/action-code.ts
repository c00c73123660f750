/**
 * What an action code (field 39) means to us. `approved` and `partial` charge the card; `declined` does not;
 * `referral` asks for a voice approval; `accepted` acknowledges an advice, a reversal or a network message;
 * `unknown` is in doubt: never an approval, never a decline.
 */
export interface ActionMeaning {
  readonly outcome: 'approved' | 'partial' | 'declined' | 'referral' | 'accepted' | 'unknown';
  /** Code for merchants; null when nothing was declined. */
  readonly declineCode: string | null;
  readonly category: 'soft' | 'hard' | 'pickup_hidden' | 'technical' | null;
  /** The code is in the table; one that is not is kept raw and counted. */
  readonly isListed: boolean;
}

/** Version of the table below, for the record beside a stored code. */
const TABLE = {
  version: '2026-11-01',
  source: 'ISO 8583:1993 action codes, iso8583-1993.md §11',
  yes: { approved: ['000', '001', '003', '004', '005', '007'], partial: ['002', '006'] },
  accepted: ['300', '400', '500', '600', '605', '700', '800', '900', '901'],
  // 913 look up our own copy; 923 keep waiting, then inquire: neither says that the card was not charged
  unknown: ['913', '923'],
  referral: { '103': 'call_issuer', '105': 'call_issuer', '107': 'call_issuer', '108': 'call_issuer' },
  soft: {
    '100': 'do_not_honor',
    '106': 'pin_tries_exceeded',
    '110': 'invalid_amount',
    '112': 'pin_required',
    '116': 'insufficient_funds',
    '117': 'incorrect_pin',
    '121': 'limit_exceeded',
    '123': 'frequency_exceeded',
  },
  hard: {
    '101': 'expired_card',
    '102': 'card_declined',
    '104': 'card_declined',
    '111': 'invalid_card_number',
    '114': 'account_not_found',
    '118': 'invalid_card_number',
    '119': 'not_permitted',
    '120': 'not_permitted',
    '122': 'card_declined',
    '124': 'card_declined',
    '125': 'card_not_effective',
    '129': 'card_declined',
  },
  technical: {
    '109': 'invalid_merchant',
    '113': 'configuration_error',
    '115': 'not_supported',
    '126': 'pin_key_error',
    '127': 'pin_key_error',
    '128': 'pin_key_error',
    '902': 'invalid_transaction',
    '903': 'try_again',
    '904': 'format_error',
    '905': 'configuration_error',
    '906': 'issuer_unavailable',
    '907': 'issuer_unavailable',
    '908': 'configuration_error',
    '909': 'system_malfunction',
    '910': 'issuer_unavailable',
    '911': 'issuer_timeout',
    '912': 'issuer_unavailable',
    '914': 'original_not_found',
    '916': 'link_key_error',
    '917': 'link_key_error',
    '918': 'link_key_error',
    '919': 'link_key_error',
    '920': 'system_malfunction',
    '921': 'system_malfunction',
    '950': 'configuration_error',
  },
} as const;

const MEANINGS: ReadonlyMap<string, ActionMeaning> = new Map(listed());

/**
 * Decide what an action code means: by exact code first, then by its first digit. Only 000 to 007 approve.
 * Pick-up codes (2xx) read as a general decline: the shopper is never told.
 * @example classifyAction('116') // { outcome: 'declined', declineCode: 'insufficient_funds', category: 'soft', isListed: true }
 */
export function classifyAction(actionCode: string): ActionMeaning {
  return MEANINGS.get(actionCode) ?? unlisted(actionCode);
}

function unlisted(actionCode: string): ActionMeaning {
  if (/^1\d\d$/.test(actionCode)) return declined('card_declined', 'hard', false);
  if (/^2\d\d$/.test(actionCode)) return declined('card_declined', 'pickup_hidden', false);
  return { outcome: 'unknown', declineCode: null, category: null, isListed: false };
}

function declined(declineCode: string, category: ActionMeaning['category'], isListed = true): ActionMeaning {
  return { outcome: 'declined', declineCode, category, isListed };
}

function listed(): [string, ActionMeaning][] {
  const plain = (outcome: ActionMeaning['outcome']) => ({ outcome, declineCode: null, category: null, isListed: true });
  const pickUps = Array.from({ length: 11 }, (_, index) => String(200 + index));
  return [
    ...TABLE.yes.approved.map((code): [string, ActionMeaning] => [code, plain('approved')]),
    ...TABLE.yes.partial.map((code): [string, ActionMeaning] => [code, plain('partial')]),
    ...TABLE.accepted.map((code): [string, ActionMeaning] => [code, plain('accepted')]),
    ...TABLE.unknown.map((code): [string, ActionMeaning] => [code, plain('unknown')]),
    ...Object.entries(TABLE.referral).map(([code, word]): [string, ActionMeaning] => [
      code,
      { ...declined(word, 'soft'), outcome: 'referral' },
    ]),
    ...pickUps.map((code): [string, ActionMeaning] => [code, declined('card_declined', 'pickup_hidden')]),
    ...Object.entries(TABLE.soft).map(([code, word]): [string, ActionMeaning] => [code, declined(word, 'soft')]),
    ...Object.entries(TABLE.hard).map(([code, word]): [string, ActionMeaning] => [code, declined(word, 'hard')]),
    ...Object.entries(TABLE.technical).map(([code, word]): [string, ActionMeaning] => [
      code,
      declined(word, 'technical'),
    ]),
  ];
}
