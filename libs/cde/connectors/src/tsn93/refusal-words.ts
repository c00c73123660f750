import { CodecError, readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';

const MESSAGE_TAG = 'JP07';
const MESSAGE_LENGTH_MAX = 100;
/** Longer than every code that exists, and no more of a card number than a receipt may show. */
const CODE_LENGTH_MAX = 6;
/** JIS X 0201 katakana, one byte a character, as a text of bytes shows it. */
const KATAKANA_BYTES = /[\u00a1-\u00df]/g;
const TO_HALF_WIDTH = 0xff61 - 0xa1;
const CONTROL = /\p{Cc}/gu;
const UNPRINTABLE = /[^\x20-\x7e]/g;
/** Nothing as long as a card number is shown, whatever an issuer writes. */
const LONG_NUMBER = /\d(?:[ -]?\d){11,}/g;

/** What an issuer says beside the action code of a refusal. */
export interface RefusalWords {
  /** To the cashier (JP07), half-width katakana as it came. */
  readonly issuerMessage: string | null;
  /** Code of Japanese card terminals as it came, one that is none included: whoever reads it decides what it means. */
  readonly domesticCode: string | null;
}

/**
 * Read the private tags of a refusal.
 * @param domesticTag where this counterpart puts its domestic code; null: nowhere
 * @returns nulls for what is not there, or when the field cannot be read: the answer counts all the same
 * @source iso8583-1993.md §12; ADR 0066
 */
export function refusalWords(answer: IsoMessage, domesticTag: string | null): RefusalWords {
  const tags = privateTags(answer.text(48) ?? '');
  const code = domesticTag === null ? undefined : tags.get(domesticTag);
  return { issuerMessage: spoken(tags.get(MESSAGE_TAG)), domesticCode: raw(code) };
}

function spoken(said: string | undefined): string | null {
  const text = said
    ?.trim()
    .replace(KATAKANA_BYTES, (byte) => String.fromCharCode(byte.charCodeAt(0) + TO_HALF_WIDTH))
    .replace(CONTROL, ' ')
    .replace(LONG_NUMBER, '***')
    .slice(0, MESSAGE_LENGTH_MAX);
  return text === undefined || text === '' ? null : text;
}

function raw(said: string | undefined): string | null {
  const code = said?.trim().replace(UNPRINTABLE, '?').slice(0, CODE_LENGTH_MAX);
  return code === undefined || code === '' ? null : code;
}

function privateTags(text: string): ReadonlyMap<string, string> {
  try {
    return readPrivateTlv(text);
  } catch (error) {
    if (error instanceof CodecError) return new Map();
    throw error;
  }
}
