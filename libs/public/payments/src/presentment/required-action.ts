/** What the till must do before the payment can go on. The payment is uncharged until then, and ends so by itself. */
export interface RequiredAction {
  /**
   * `choose_currency`: show the offer, send the holder's choice · `enter_pin`: ask for the PIN, the card is not read again ·
   * `insert_chip`: insert the card, send what the reader says.
   */
  readonly type: 'choose_currency' | 'enter_pin' | 'insert_chip';
  /** RFC 3339. */
  readonly expiresAt: string;
}
