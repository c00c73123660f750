const KANA_FIRST = 0xff61;
const KANA_LAST = 0xff9f;
const KANA_BYTE_FIRST = 0xa1;
const NAME_MAX = 99;

/**
 * Card acceptor name (field 43): printable ASCII as it is, half-width katakana as bytes A1 to DF, everything else left out.
 * @returns undefined when nothing is left
 * @source reference/iso8583-1993.md §5, field 43
 */
export function placeName(name: string): string | undefined {
  let text = '';
  for (const character of name) text += wireCharacter(character.codePointAt(0) ?? 0);
  return text.trim() === '' ? undefined : text.trim().slice(0, NAME_MAX);
}

function wireCharacter(point: number): string {
  if (point >= 0x20 && point <= 0x7e) return String.fromCharCode(point);
  if (point >= KANA_FIRST && point <= KANA_LAST) return String.fromCharCode(point - KANA_FIRST + KANA_BYTE_FIRST);
  return '';
}
