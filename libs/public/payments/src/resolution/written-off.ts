/** Reason of what two people closed without knowing. "Not charged" is never said of such a payment. */
export const WRITTEN_OFF = 'written_off';
