import { CodecError, readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';

const LENGTH_MAX = 100;
/** JIS X 0201 katakana, one byte a character, as a text of bytes shows it. */
const KATAKANA_BYTES = /[\u00a1-\u00df]/g;
const TO_HALF_WIDTH = 0xff61 - 0xa1;
const CONTROL = /\p{Cc}/gu;
/** Nothing as long as a card number is shown, whatever an issuer writes. */
const LONG_NUMBER = /\d(?:[ -]?\d){11,}/g;

/**
 * The issuer's words to the cashier: tag JP07 of field 48, half-width katakana as it came.
 * @returns null when there are none, or the field cannot be read: the answer counts all the same
 * @source iso8583-1993.md §12
 */
export function issuerMessage(answer: IsoMessage): string | null {
  const said = privateTag(answer.text(48) ?? '')?.trim();
  if (said === undefined || said === '') return null;
  return said
    .replace(KATAKANA_BYTES, (byte) => String.fromCharCode(byte.charCodeAt(0) + TO_HALF_WIDTH))
    .replace(CONTROL, ' ')
    .replace(LONG_NUMBER, '***')
    .slice(0, LENGTH_MAX);
}

function privateTag(text: string): string | undefined {
  try {
    return readPrivateTlv(text).get('JP07');
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
