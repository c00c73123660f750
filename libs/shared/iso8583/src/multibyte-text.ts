/** Japanese text of more than one byte a character, both ways. */
export interface MultibyteText {
  /** @returns undefined when the bytes are not the one way to write a text, or hold a control character */
  decode(bytes: Uint8Array): string | undefined;
  /** @returns undefined when a character has no place in the encoding */
  encode(text: string): Uint8Array | undefined;
}

type Decoder = InstanceType<typeof TextDecoder>;

const CONTROL = /\p{Cc}/u;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

export function multibyteText(encoding: 'shift-jis' | 'utf-8'): MultibyteText {
  return encoding === 'utf-8' ? utf8() : shiftJis();
}

function utf8(): MultibyteText {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    decode(bytes) {
      const text = decoded(decoder, bytes);
      return text === undefined || CONTROL.test(text) ? undefined : text;
    },
    encode: (text) => (CONTROL.test(text) || LONE_SURROGATE.test(text) ? undefined : Buffer.from(text, 'utf8')),
  };
}

/**
 * Shift_JIS as Windows writes it (code page 932). Some kanji have two codes there; what Windows does not write itself is refused,
 * so that a text has one form.
 */
function shiftJis(): MultibyteText {
  const decoder = new TextDecoder('shift_jis', { fatal: true });
  const codes = shiftJisCodes(decoder);
  const encode = (text: string): Uint8Array | undefined => encodedBy(codes, text);
  return {
    encode,
    decode(bytes) {
      const text = decoded(decoder, bytes);
      if (text === undefined) return undefined;
      const again = encode(text);
      return again !== undefined && Buffer.compare(again, bytes) === 0 ? text : undefined;
    },
  };
}

function encodedBy(codes: ReadonlyMap<string, number>, text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const character of text) {
    const code = codes.get(character);
    if (code === undefined) return undefined;
    if (code > 0xff) bytes.push(code >> 8);
    bytes.push(code & 0xff);
  }
  return Uint8Array.from(bytes);
}

let known: ReadonlyMap<string, number> | undefined;

/** Character to code, asked once from the platform's own decoder: there is no encoder beside it. */
function shiftJisCodes(decoder: Decoder): ReadonlyMap<string, number> {
  if (known !== undefined) return known;
  const codes = new Map<string, number>();
  const add = (code: number, bytes: readonly number[]): void => {
    const text = decoded(decoder, Uint8Array.from(bytes));
    if (text !== undefined && [...text].length === 1 && !CONTROL.test(text) && !codes.has(text)) codes.set(text, code);
  };
  for (let byte = 0x20; byte <= 0xff; byte++) add(byte, [byte]);
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    const isNoLead = lead >= 0xa0 && lead <= 0xdf;
    const isSecondForm = lead === 0xed || lead === 0xee; // NEC's copies of IBM's kanji
    if (isNoLead || isSecondForm) continue;
    for (let trail = 0x40; trail <= 0xfc; trail++) add((lead << 8) | trail, [lead, trail]);
  }
  known = codes;
  return codes;
}

function decoded(decoder: Decoder, bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined; // the one error of a fatal decoder
    throw error;
  }
}
