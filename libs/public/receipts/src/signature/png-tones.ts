import { PictureError } from './picture-error.js';
import type { PngParts } from './png-chunks.js';

/** The gray tone of one pixel of an unfiltered row, on white paper. */
export type ToneAt = (line: Buffer, column: number) => number;

/** How pixels of this picture are read. Samples of 16 bits give their upper eight. @throws PictureError `broken` */
export function toneReader(parts: PngParts): ToneAt {
  const { color, depth } = parts.header;
  switch (color) {
    case 0:
      return depth === 16 ? wideGray(parts) : tabled(depth, grayTable(parts));
    case 3:
      return tabled(depth, paletteTable(parts));
    case 2:
      return colors(parts);
    case 4:
    case 6:
      return withAlpha(color === 4 ? 1 : 3, depth / 8);
  }
}

/** Brightness of a color. @source ITU-R BT.601 */
function brightness(red: number, green: number, blue: number): number {
  return (299 * red + 587 * green + 114 * blue) / 1_000;
}

/** A tone seen through its alpha, with paper below. */
function onPaper(tone: number, alpha: number): number {
  return Math.round(255 - ((255 - tone) * alpha) / 255);
}

/** Pixels of at most eight bits: the tone of each possible sample is worked out once. */
function tabled(depth: number, table: Uint8Array): ToneAt {
  const mask = 2 ** depth - 1;
  return (line, column) => {
    const bit = column * depth;
    return table[(line[bit >> 3]! >> (8 - depth - (bit & 7))) & mask]!;
  };
}

function grayTable({ header: { depth }, transparency }: PngParts): Uint8Array {
  const most = 2 ** depth - 1;
  const clear = transparency === null ? -1 : wordsOf(transparency, 1)[0]!;
  return Uint8Array.from({ length: most + 1 }, (_, sample) =>
    sample === clear ? 255 : Math.round((sample * 255) / most),
  );
}

/** A sample beyond the palette is drawn as paper: the row is damaged, and nothing of it is ink. */
function paletteTable({ header: { depth }, palette, transparency }: PngParts): Uint8Array {
  return Uint8Array.from({ length: 2 ** depth }, (_, sample) => {
    const at = sample * 3;
    if (palette === null || at >= palette.length) return 255;
    return onPaper(brightness(palette[at]!, palette[at + 1]!, palette[at + 2]!), transparency?.[sample] ?? 255);
  });
}

function wideGray({ transparency }: PngParts): ToneAt {
  const clear = transparency === null ? -1 : wordsOf(transparency, 1)[0]!;
  return (line, column) => (line.readUInt16BE(2 * column) === clear ? 255 : line[2 * column]!);
}

function colors({ header: { depth }, transparency }: PngParts): ToneAt {
  const bytes = depth / 8;
  const clear = transparency === null ? null : wordsOf(transparency, 3);
  return (line, column) => {
    const at = column * 3 * bytes;
    const isClear = clear?.every((word, index) => line.readUIntBE(at + index * bytes, bytes) === word) ?? false;
    return isClear ? 255 : Math.round(brightness(line[at]!, line[at + bytes]!, line[at + 2 * bytes]!));
  };
}

function withAlpha(channels: 1 | 3, bytes: number): ToneAt {
  return (line, column) => {
    const at = column * (channels + 1) * bytes;
    const tone = channels === 1 ? line[at]! : brightness(line[at]!, line[at + bytes]!, line[at + 2 * bytes]!);
    return onPaper(tone, line[at + channels * bytes]!);
  };
}

function wordsOf(transparency: Buffer, count: number): number[] {
  if (transparency.length !== 2 * count) throw new PictureError('broken');
  return Array.from({ length: count }, (_, index) => transparency.readUInt16BE(2 * index));
}
