import { crc32 } from 'node:zlib';
import { PictureError } from './picture-error.js';

/** What every PNG begins with. @source PNG (third edition), 5.2 */
export const PNG_MAGIC = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Longest edge, and pixels in all, of a picture that we open: more than the signature pad of any tablet has. */
const EDGE_PIXELS_MAX = 4_096;
const PIXELS_MAX = 1_024 * 1_024;

/** How a PNG is built. `color`: 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGB and alpha. @source PNG, 11.2.1 */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of one sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  readonly color: 0 | 2 | 3 | 4 | 6;
  readonly isInterlaced: boolean;
}

/** The parts of a file that make its pixels; whatever else it holds (texts, places, times, thumbnails) is not read. */
export interface PngParts {
  readonly header: PngHeader;
  readonly palette: Buffer | null;
  /** Alpha of each palette entry, or the one color that is transparent. */
  readonly transparency: Buffer | null;
  /** Compressed samples. */
  readonly data: Buffer;
}

const DEPTHS: Readonly<Record<PngHeader['color'], readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};
const PALETTE_BYTES_MAX = 3 * 256;

/** Take a file apart. @throws PictureError `not_png`, `broken`, `too_many_pixels` */
export function readParts(file: Buffer): PngParts {
  if (!file.subarray(0, PNG_MAGIC.length).equals(PNG_MAGIC)) throw new PictureError('not_png');
  const [first, ...rest] = chunksOf(file);
  must(first?.type === 'IHDR');
  const header = readHeader(first!.body);
  const found = new Map<string, Buffer>();
  const data: Buffer[] = [];
  for (const { type, body } of rest) {
    if (type === 'IDAT') data.push(body);
    else if (isWanted(type)) {
      must(!found.has(type) && data.length === 0);
      found.set(type, body);
    }
  }
  must(data.length > 0);
  const palette = checkPalette(found.get('PLTE') ?? null, header);
  return { header, palette, transparency: found.get('tRNS') ?? null, data: Buffer.concat(data) };
}

function checkPalette(palette: Buffer | null, { color }: PngHeader): Buffer | null {
  if (palette === null) must(color !== 3);
  else must(palette.length % 3 === 0 && palette.length > 0 && palette.length <= PALETTE_BYTES_MAX);
  return palette;
}

/** Chunks that change pixels. One that we do not know but must is refused; all others are left out. @source PNG, 5.4 */
function isWanted(type: string): boolean {
  if (type === 'PLTE' || type === 'tRNS') return true;
  must(/^[a-z]/.test(type));
  return false;
}

function* chunksOf(file: Buffer): Generator<{ readonly type: string; readonly body: Buffer }> {
  for (let at = PNG_MAGIC.length; ;) {
    must(at + 12 <= file.length);
    const end = at + 8 + file.readUInt32BE(at);
    must(end + 4 <= file.length);
    const type = file.toString('latin1', at + 4, at + 8);
    must(/^[A-Za-z]{4}$/.test(type) && crc32(file.subarray(at + 4, end)) === file.readUInt32BE(end));
    if (type === 'IEND') return;
    yield { type, body: file.subarray(at + 8, end) };
    at = end + 4;
  }
}

function readHeader(body: Buffer): PngHeader {
  must(body.length === 13);
  const [width, height, depth, color] = [body.readUInt32BE(0), body.readUInt32BE(4), body[8]!, body[9]!];
  const [compression, filter, interlace] = [body[10]!, body[11]!, body[12]!];
  must(width > 0 && height > 0 && compression === 0 && filter === 0 && interlace <= 1 && isColor(color));
  must(DEPTHS[color as PngHeader['color']].includes(depth));
  if (width > EDGE_PIXELS_MAX || height > EDGE_PIXELS_MAX || width * height > PIXELS_MAX)
    throw new PictureError('too_many_pixels');
  return { width, height, depth, color: color as PngHeader['color'], isInterlaced: interlace === 1 };
}

function isColor(color: number): boolean {
  return Object.hasOwn(DEPTHS, color);
}

function must(holds: boolean): void {
  if (!holds) throw new PictureError('broken');
}
