/**
 * Code points that take two columns on an East-Asian printer: wide and fullwidth ones, and the ambiguous symbols that Japanese fonts
 * draw wide.
 * @source Unicode 16.0, EastAsianWidth.txt (classes W and F), and the ambiguous ranges of JIS X 0208 symbols
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x203b, 0x203b],
  [0x2103, 0x2103],
  [0x2116, 0x2116],
  [0x2460, 0x24ff],
  [0x25a0, 0x25ff],
  [0x2605, 0x2606],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1faff],
  [0x20000, 0x3fffd],
];
/** Marks that sit on the character before them, variation selectors included. */
const ZERO = /^(?:\p{Mn}|\p{Me}|\p{Cf})$/u;

/** Columns that one character takes: 0, 1 or 2. */
export function charWidth(char: string): number {
  const code = char.codePointAt(0) ?? 0;
  if (ZERO.test(char)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}

/** Columns that a text takes. @example displayWidth('¥1,500 円') // 9 */
export function displayWidth(text: string): number {
  return [...text].reduce((sum, char) => sum + charWidth(char), 0);
}

/** Characters that may not begin a line. @source JIS X 4051, line-start prohibition (short form) */
const NOT_FIRST = /^[、。，．,.!?！？）)」』】ー々っゃゅょッャュョ%]$/u;

/**
 * Break a text into lines of at most `columns`: at spaces where there are some, between East-Asian characters, and inside a word only
 * when it is longer than a line.
 */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of piecesOf(text)) {
    if (displayWidth(line + piece.trimEnd()) <= columns) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = '';
    for (const char of piece.trimStart()) {
      if (displayWidth(line + char) > columns) {
        lines.push(line);
        line = '';
      }
      line += char;
    }
  }
  return line.trim() === '' && lines.length > 0 ? lines : [...lines, line.trimEnd()];
}

/** The smallest parts that stay together: a word with the space behind it, a wide character with the stop behind it. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let isOpen = false;
  for (const char of text) {
    const isWide = charWidth(char) === 2;
    const joins = charWidth(char) === 0 || NOT_FIRST.test(char) || (!isWide && isOpen) || char === ' ';
    if (joins && pieces.length > 0) pieces[pieces.length - 1] += char;
    else pieces.push(char);
    isOpen = !isWide && char !== ' ';
  }
  return pieces;
}
