import { promisify } from 'node:util';
import { constants, crc32, deflate } from 'node:zlib';
import { PNG_MAGIC } from './png-chunks.js';
import type { GrayPicture } from './png-reader.js';

const pack = promisify(deflate);

/** A PNG of eight-bit gray with the three chunks that it needs and no other. */
export async function writePng({ width, height, tones }: GrayPicture): Promise<Buffer> {
  const lines = Buffer.alloc(height * (width + 1)); // the byte before each row says: no filter
  for (let row = 0; row < height; row += 1) tones.copy(lines, row * (width + 1) + 1, row * width, (row + 1) * width);
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Strokes on paper are runs of white: looking for anything else takes seconds on a picture made to be slow, and gains little here.
  const data = await pack(lines, { strategy: constants.Z_RLE });
  return Buffer.concat([PNG_MAGIC, chunk('IHDR', header), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
