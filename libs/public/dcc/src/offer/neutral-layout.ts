/** Version of what a till must do with an offer on its screen. */
export const LAYOUT_VERSION = 'neutral-1';

/**
 * How the two choices stand on the screen, for machines: a till that follows it passes `npm run dcc:lint`.
 * Whatever is not in here is forbidden by the card networks rather than forgotten by us.
 * @source payment-features.md §5.3, §5.4
 */
export const NEUTRAL_LAYOUT = {
  version: LAYOUT_VERSION,
  /** On a screen that the cardholder sees and touches. */
  audience: 'cardholder',
  options: ['local', 'foreign'],
  /** Local currency first, or by lot; never the other one first by design. */
  order: 'local_first_or_random',
  size: 'equal',
  color: 'equal',
  weight: 'equal',
  /** Each choice is named by its amount alone. */
  label: 'amount_with_currency_code',
  preselected: null,
  focused: null,
  /** Nothing chooses but the cardholder: at the end of its time an offer is gone, not taken. */
  timer_chooses: false,
  markup_directly_under_rate: true,
  forbidden_words: 'yes_no_accept_decline_continue_cancel',
} as const;
