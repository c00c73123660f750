import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { PictureError } from './picture-error.js';
import { readParts, type PngHeader } from './png-chunks.js';
import { unfilter } from './png-filters.js';
import { toneReader } from './png-tones.js';

/** A picture as a printer sees it: one byte a pixel, row by row from the top left, 0 black to 255 white. */
export interface GrayPicture {
  readonly width: number;
  readonly height: number;
  readonly tones: Buffer;
}

/** Pixels of a whole picture that come together: all of them, or one of the seven passes of an interlaced one. */
interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}
const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];
/** @source PNG, 8.2 */
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];
const CHANNELS: Readonly<Record<PngHeader['color'], number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

const unpack = promisify(inflate);

/**
 * The pixels of a PNG on white paper. Every kind of the standard is read; a picture of many colors becomes gray.
 * @throws PictureError `not_png`, `too_many_pixels`, `broken`
 */
export async function readPng(file: Buffer): Promise<GrayPicture> {
  const parts = readParts(file);
  const { header } = parts;
  const { width, height } = header;
  const passes = (header.isInterlaced ? ADAM7 : WHOLE)
    .map((pass) => ({ pass, ...sizeOf(pass, header) }))
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const wanted = passes.reduce((sum, { rowBytes, rows }) => sum + rows * (rowBytes + 1), 0);
  const samples = await inflated(parts.data, wanted);
  const toneAt = toneReader(parts);
  const tones = Buffer.alloc(width * height, 0xff);
  let at = 0;
  for (const { pass, columns, rows, rowBytes } of passes) {
    let above: Buffer = Buffer.alloc(rowBytes);
    for (let row = 0; row < rows; row += 1) {
      const line = samples.subarray(at + 1, at + 1 + rowBytes);
      unfilter(samples[at]!, { line, above, pixelBytes: pixelBytesOf(header) });
      const start = (pass.y + row * pass.stepY) * width + pass.x;
      for (let column = 0; column < columns; column += 1) tones[start + column * pass.stepX] = toneAt(line, column);
      above = line;
      at += rowBytes + 1;
    }
  }
  return { width, height, tones };
}

function sizeOf({ x, y, stepX, stepY }: Pass, header: PngHeader) {
  const columns = Math.ceil((header.width - x) / stepX);
  const rows = Math.ceil((header.height - y) / stepY);
  return { columns, rows, rowBytes: Math.ceil((columns * CHANNELS[header.color] * header.depth) / 8) };
}

function pixelBytesOf({ color, depth }: PngHeader): number {
  return Math.max(1, (CHANNELS[color] * depth) / 8);
}

/** Exactly what the header promises: a stream that unpacks to more is stopped there, one that has less is cut off. */
async function inflated(data: Buffer, wanted: number): Promise<Buffer> {
  const samples = await unpack(data, { maxOutputLength: wanted }).catch(() => undefined);
  if (samples?.length !== wanted) throw new PictureError('broken');
  return samples;
}
