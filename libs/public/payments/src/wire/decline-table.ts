/** How a decline is to be understood. `pickup_hidden` is shown to the customer like any other decline. */
export type DeclineCategory = 'soft' | 'hard' | 'pickup_hidden' | 'technical' | 'blocked_by_rule';

/** What the till may do about a decline. */
export type DeclineAdvice = 'use_other_method' | 'ask_cardholder' | 'retry_later' | 'contact_support';

export interface DeclineRule {
  /** Stable public code; several action codes may share one on purpose (lost and stolen hide behind `card_declined`). */
  readonly code: string;
  readonly category: DeclineCategory;
  readonly retrySameCard: boolean;
  readonly advice: DeclineAdvice;
  readonly text: DeclineText;
}

interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

/** Sentences for the cashier. None of them names a reason that would embarrass or warn the customer. */
export const DECLINE_TEXTS = {
  general: {
    ja: 'カード会社で承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'The card company did not approve. Please offer another way to pay.',
  },
  funds: {
    ja: '残高不足のため承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'Not approved: insufficient funds. Please offer another way to pay.',
  },
  limit: {
    ja: 'ご利用限度額または回数を超えるため承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'Not approved: a limit of the card was reached. Please offer another way to pay.',
  },
  expired: {
    ja: 'カードの有効期限が切れています。別のカードをご案内ください。',
    en: 'The card has expired. Please ask for another card.',
  },
  pin: {
    ja: '暗証番号が正しくありません。もう一度ご入力いただくようご案内ください。',
    en: 'The PIN was not correct. Please ask the customer to try again.',
  },
  pinRequired: {
    ja: '暗証番号の入力が必要です。カードを挿入し、暗証番号をご入力いただいてください。',
    en: 'A PIN is needed. Please insert the card and ask the customer for the PIN.',
  },
  pinBlocked: {
    ja: '暗証番号の入力回数を超えました。別のお支払い方法をご案内ください。',
    en: 'Too many PIN attempts. Please offer another way to pay.',
  },
  referral: {
    ja: 'カード会社への確認が必要です。カード会社へお電話いただくか、別のお支払い方法をご案内ください。',
    en: 'The card company wants a call. Please phone it, or offer another way to pay.',
  },
  cardData: {
    ja: 'カードを確認できませんでした。別のカードをご案内ください。',
    en: 'The card was not recognised. Please ask for another card.',
  },
  notPermitted: {
    ja: 'このカードではこのお取引をご利用いただけません。別のお支払い方法をご案内ください。',
    en: 'This card cannot be used for this transaction. Please offer another way to pay.',
  },
  configuration: {
    ja: '店舗または端末の設定により処理できませんでした。ヘルプデスクへご連絡ください。',
    en: 'The set-up of the shop or terminal does not allow this. Please call the help desk.',
  },
  busy: {
    ja: 'カード会社と通信できませんでした。しばらくしてからもう一度お試しください。請求はされていません。',
    en: 'The card company could not be reached. Please try again shortly. Nothing was charged.',
  },
  notSent: {
    ja: 'お取引はカード会社へ送信されませんでした。請求はされていません。もう一度お試しください。',
    en: 'The transaction never left for the card company. Nothing was charged. Please try again.',
  },
  reversed: {
    ja: 'お取引は取り消されました。請求はされていません。もう一度お試しいただけます。',
    en: 'The transaction was reversed. Nothing was charged. You may try again.',
  },
  notProcessed: {
    ja: 'カード会社で処理されていないことを確認しました。請求はされていません。もう一度お試しいただけます。',
    en: 'The card company confirmed that it processed nothing. Nothing was charged. You may try again.',
  },
  rule: {
    ja: 'このお取引は受け付けられません。別のお支払い方法をご案内ください。',
    en: 'This transaction cannot be accepted. Please offer another way to pay.',
  },
} as const satisfies Record<string, Bilingual>;

export type DeclineText = keyof typeof DECLINE_TEXTS;

/** What the customer may read, whatever the reason. */
export const CUSTOMER_TEXT: Bilingual = {
  ja: 'このカードはご利用いただけません。',
  en: 'This card cannot be used.',
};

/** The customer's text when the card is not the reason. */
export const CUSTOMER_TEXT_TECHNICAL: Bilingual = {
  ja: 'お取引を完了できませんでした。請求はされていません。',
  en: 'The transaction could not be completed. You were not charged.',
};

const rule = (
  code: string,
  category: DeclineCategory,
  retrySameCard: boolean,
  advice: DeclineAdvice,
  text: DeclineText,
): DeclineRule => ({ code, category, retrySameCard, advice, text });

const GENERAL = rule('card_declined', 'hard', false, 'use_other_method', 'general');
const HIDDEN = rule('card_declined', 'pickup_hidden', false, 'use_other_method', 'general');
const CONFIGURATION = rule('configuration_error', 'technical', false, 'contact_support', 'configuration');
const BUSY = rule('issuer_unavailable', 'technical', true, 'retry_later', 'busy');
const REFERRAL = rule('refer_to_issuer', 'soft', false, 'use_other_method', 'referral');
const KEYS = rule('security_processing_error', 'technical', false, 'contact_support', 'general');

/**
 * Action code (field 39) → what the till is told.
 * @source ISO 8583:1993 action codes; outcome column of `reference/iso8583-1993.md` §11
 */
export const DECLINE_BY_ACTION_CODE: Readonly<Record<string, DeclineRule>> = {
  '100': rule('do_not_honor', 'hard', false, 'use_other_method', 'general'),
  '101': rule('expired_card', 'hard', false, 'use_other_method', 'expired'),
  '102': GENERAL,
  '103': REFERRAL,
  '104': GENERAL,
  '105': REFERRAL,
  '106': rule('pin_tries_exceeded', 'hard', false, 'use_other_method', 'pinBlocked'),
  '107': REFERRAL,
  '108': REFERRAL,
  '109': CONFIGURATION,
  '110': rule('invalid_amount', 'hard', false, 'contact_support', 'configuration'),
  '111': rule('invalid_card_number', 'hard', false, 'use_other_method', 'cardData'),
  '112': rule('pin_required', 'soft', true, 'ask_cardholder', 'pinRequired'),
  '113': CONFIGURATION,
  '114': rule('account_type_missing', 'hard', false, 'use_other_method', 'notPermitted'),
  '115': rule('function_not_supported', 'hard', false, 'use_other_method', 'notPermitted'),
  '116': rule('insufficient_funds', 'soft', false, 'use_other_method', 'funds'),
  '117': rule('incorrect_pin', 'soft', true, 'ask_cardholder', 'pin'),
  '118': rule('card_not_found', 'hard', false, 'use_other_method', 'cardData'),
  '119': rule('not_permitted_to_cardholder', 'hard', false, 'use_other_method', 'notPermitted'),
  '120': rule('not_permitted_to_terminal', 'hard', false, 'use_other_method', 'notPermitted'),
  '121': rule('amount_limit_exceeded', 'soft', false, 'use_other_method', 'limit'),
  '122': GENERAL,
  '123': rule('frequency_limit_exceeded', 'soft', false, 'use_other_method', 'limit'),
  '124': GENERAL,
  '125': rule('card_not_effective', 'hard', false, 'use_other_method', 'cardData'),
  '126': KEYS,
  '127': KEYS,
  '128': KEYS,
  '129': GENERAL,
  '902': rule('invalid_transaction', 'technical', false, 'contact_support', 'configuration'),
  '903': rule('re_enter_transaction', 'technical', true, 'retry_later', 'busy'),
  '904': rule('format_error', 'technical', false, 'contact_support', 'configuration'),
  '905': CONFIGURATION,
  '906': BUSY,
  '907': BUSY,
  '908': CONFIGURATION,
  '909': rule('system_malfunction', 'technical', true, 'retry_later', 'busy'),
  '910': BUSY,
  '911': rule('issuer_timeout', 'technical', true, 'retry_later', 'busy'),
  '912': BUSY,
  '913': rule('duplicate_transmission', 'technical', false, 'contact_support', 'configuration'),
  '916': KEYS,
  '917': KEYS,
  '918': KEYS,
  '919': KEYS,
  '920': rule('security_processing_error', 'technical', true, 'retry_later', 'busy'),
  '921': KEYS,
};

/** Reason of our own (no word from the issuer) → what the till is told. A reason outranks the action code. */
export const DECLINE_BY_REASON: Readonly<Record<string, DeclineRule>> = {
  reversed: rule('reversed', 'technical', true, 'retry_later', 'reversed'),
  not_processed: rule('not_processed', 'technical', true, 'retry_later', 'notProcessed'),
  not_sent: rule('not_sent', 'technical', true, 'retry_later', 'notSent'),
  retry_limit: rule('blocked_by_rule', 'blocked_by_rule', false, 'use_other_method', 'rule'),
  blocked: rule('blocked_by_rule', 'blocked_by_rule', false, 'use_other_method', 'rule'),
};

/**
 * The rule of a decline.
 * An unknown 2xx is a pick-up and stays hidden; an unknown 9xx is technical; anything else is a general decline.
 */
export function declineRule(actionCode: string | null, reason: string | null): DeclineRule {
  const own = reason === null ? undefined : DECLINE_BY_REASON[reason];
  if (own !== undefined) return own;
  if (actionCode === null) return GENERAL;
  const known = DECLINE_BY_ACTION_CODE[actionCode];
  if (known !== undefined) return known;
  if (actionCode.startsWith('2')) return HIDDEN;
  return actionCode.startsWith('9') ? BUSY : GENERAL;
}
