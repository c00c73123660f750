import { IsoTrouble } from './iso-trouble.js';

/** What may stand between the digits of a hex dump. */
const SEPARATOR = /[\s:_-]/;
const SHOWN = 24;

/**
 * Hex text to bytes: spaces, line ends, colons and a leading 0x are left out.
 * @throws IsoTrouble empty, an odd count, or another character, with an arrow under it
 */
export function bytesOfHex(text: string): Buffer {
  const start = /^\s*0x/i.exec(text)?.[0].length ?? 0;
  let digits = '';
  for (let at = start; at < text.length; at += 1) {
    const one = text[at] as string;
    if (SEPARATOR.test(one)) continue;
    if (!/[0-9A-Fa-f]/.test(one)) throw strange(text, at);
    digits += one;
  }
  if (digits === '')
    throw new IsoTrouble(['there is no message: give hex as an argument or on standard input; --help says how']);
  if (digits.length % 2 === 1)
    throw new IsoTrouble([`the hex has ${digits.length} digits, an odd number: the last byte is half there`]);
  return Buffer.from(digits, 'hex');
}

/** The line around the character, with everything else as dots: what stands there may be a card number. */
function strange(text: string, at: number): IsoTrouble {
  const from = Math.max(0, at - SHOWN / 2);
  const until = Math.min(text.length, at + SHOWN / 2);
  const line = '·'.repeat(at - from) + printable(text[at] as string) + '·'.repeat(until - at - 1);
  return new IsoTrouble([`character ${at + 1} is not a hex digit`, `  ${line}`, `  ${' '.repeat(at - from)}^`]);
}

function printable(one: string): string {
  return /[\x21-\x7e]/.test(one) ? one : '?';
}
