import { crc32, deflateSync } from 'node:zlib';

/** Bytes that every PNG begins with. */
export const MAGIC = Buffer.from('89504e470d0a1a0a', 'hex');

/** For specs: one chunk as the standard wants it. */
export function pngChunk(type: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

export interface PngPlan {
  readonly width: number;
  readonly height: number;
  /** 8 when left out. */
  readonly depth?: number;
  /** 0 when left out: gray. */
  readonly color?: number;
  readonly isInterlaced?: boolean;
  /** Unpacked samples, each row with its filter byte before it. */
  readonly samples: Buffer;
  /** Between the header and the samples. */
  readonly extra?: readonly Buffer[];
}

/** For specs: a PNG of these samples, right or wrong. */
export function makePng({
  width,
  height,
  depth = 8,
  color = 0,
  isInterlaced = false,
  samples,
  extra = [],
}: PngPlan): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, depth, color, 0, 0, isInterlaced ? 1 : 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  const data = pngChunk('IDAT', deflateSync(samples));
  return Buffer.concat([MAGIC, pngChunk('IHDR', header), ...extra, data, pngChunk('IEND', Buffer.alloc(0))]);
}

/** For specs: a small signature, as the pad of a tablet draws one (RGBA, transparent paper). */
export function aSignature(width = 24, height = 8): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + 4 * width);
    row.writeUInt32BE(0x101820ff, 1 + 4 * ((y * 3) % width));
    return row;
  });
  return makePng({ width, height, color: 6, samples: Buffer.concat(rows) });
}
