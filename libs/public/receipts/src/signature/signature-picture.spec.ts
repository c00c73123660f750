import { deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSignature, MAGIC, makePng, pngChunk } from '../testing/make-png.js';
import { readPng } from './png-reader.js';
import { readSignature, SIGNATURE_BYTES_MAX } from './signature-picture.js';

const tonesOf = async (file: Buffer): Promise<number[]> => [...(await readPng(file)).tones];
const faultOf = async (file: Buffer): Promise<unknown> => {
  const error: unknown = await readSignature(file).catch((each: unknown) => each);
  return (error as { facts?: { file_fault?: unknown } }).facts?.file_fault;
};
const typesOf = (png: Buffer): string[] => {
  const types: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) types.push(png.toString('latin1', at + 4, at + 8));
  return types;
};
const rows = (...lines: readonly (readonly number[])[]) => Buffer.from(lines.flat());

describe('a signature that comes in', () => {
  it('is written anew: nothing is left but the pixels', async () => {
    const secret = Buffer.from('Comment\0card 3530111333300000');
    const extra = ['tEXt', 'eXIf', 'tIME', 'iCCP', 'zTXt', 'prVt'].map((type) => pngChunk(type, secret));
    const samples = rows([0, 0, 255], [0, 128, 7]);
    const file = Buffer.concat([makePng({ width: 2, height: 2, samples, extra }), secret]);
    const { png } = await readSignature(file);
    expect(typesOf(png)).toEqual(['IHDR', 'IDAT', 'IEND']);
    expect(png.includes('3530111333300000')).toBe(false);
    expect(await tonesOf(png)).toEqual([0, 255, 128, 7]);
  });

  it('is the same signature whoever compressed it, and another one with one tone changed', async () => {
    const [one, other] = [rows([0, 9, 9], [0, 9, 9]), rows([2, 9, 9], [2, 0, 0])].map((samples) =>
      makePng({ width: 2, height: 2, samples }),
    );
    const changed = makePng({ width: 2, height: 2, samples: rows([0, 9, 9], [0, 9, 8]) });
    const turned = makePng({ width: 1, height: 4, samples: rows([0, 9], [0, 9], [0, 9], [0, 9]) });
    expect(one).not.toEqual(other);
    const digests = await Promise.all(
      [one!, other!, changed, turned].map(async (file) => (await readSignature(file)).sha256),
    );
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(3);
  });

  it('has at most 200 KB', async () => {
    const bare = aSignature();
    const padded = (bytes: number) => {
      const text = pngChunk('tEXt', Buffer.alloc(bytes - bare.length - 12, 'x'));
      return Buffer.concat([bare.subarray(0, 33), text, bare.subarray(33)]);
    };
    const most = padded(SIGNATURE_BYTES_MAX);
    expect([most.length, await faultOf(most)]).toEqual([204_800, undefined]);
    expect(await faultOf(padded(SIGNATURE_BYTES_MAX + 1))).toBe('too_many_bytes');
  });

  it('is a PNG by its first bytes, whatever it is called', async () => {
    const jpeg = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');
    for (const file of [jpeg, Buffer.from('GIF89a'), Buffer.from('<svg/>'), Buffer.alloc(0), MAGIC.subarray(0, 7)])
      expect(await faultOf(file)).toBe('not_png');
  });

  it('is refused when it is cut anywhere', async () => {
    const file = aSignature();
    for (let end = MAGIC.length; end < file.length; end += 1)
      expect(await faultOf(file.subarray(0, end))).toBe('broken');
  });

  it('is refused when any of its bytes is another one', async () => {
    const file = aSignature();
    for (let at = MAGIC.length; at < file.length; at += 1) {
      const damaged = Buffer.from(file);
      damaged[at] = damaged[at]! ^ 0x20;
      expect(await faultOf(damaged), `byte ${at}`).toBe('broken');
    }
  });

  it('is not unpacked beyond what its header promises', async () => {
    const bomb = makePng({ width: 8, height: 8, samples: Buffer.alloc(64 * 1_024 * 1_024) });
    expect(bomb.length).toBeLessThan(SIGNATURE_BYTES_MAX);
    expect(await faultOf(bomb)).toBe('broken');
    expect(await faultOf(makePng({ width: 8, height: 8, isInterlaced: true, samples: Buffer.alloc(9_999) }))).toBe(
      'broken',
    );
    expect(await faultOf(makePng({ width: 8, height: 8, samples: Buffer.alloc(71) }))).toBe('broken'); // 72 wanted
  });

  it('is no wider, higher or larger than a signature pad', async () => {
    const sized = (width: number, height: number) => makePng({ width, height, samples: Buffer.alloc(1) });
    for (const [width, height] of [[4_097, 1], [1, 4_097], [1_025, 1_024], [4_096, 4_096], [2 ** 31, 2 ** 31]] as const)
      expect(await faultOf(sized(width, height))).toBe('too_many_pixels');
    expect(await faultOf(makePng({ width: 4_096, height: 256, samples: Buffer.alloc(4_097 * 256) }))).toBeUndefined();
  }); // prettier-ignore

  it('is no photograph: written anew it has to stay below 200 KB, too', async () => {
    let seed = 1;
    const noise = () => (seed = (seed * 48_271) % 2_147_483_647) % 256;
    const row = Buffer.from([0, ...Array.from({ length: 1_000 }, noise)]);
    const file = makePng({ width: 1_000, height: 300, samples: Buffer.concat(Array.from({ length: 300 }, () => row)) });
    expect(file.length).toBeLessThan(SIGNATURE_BYTES_MAX);
    expect(await faultOf(file)).toBe('too_complex');
  });

  it.each([
    ['no samples', Buffer.concat([MAGIC, aSignature().subarray(8, 33), pngChunk('IEND', Buffer.alloc(0))])],
    ['no header first', Buffer.concat([MAGIC, pngChunk('tEXt', Buffer.from('x')), aSignature().subarray(8)])],
    ['no palette', makePng({ width: 1, height: 1, color: 3, samples: rows([0, 0]) })],
    ['a palette of half a color', makePng({ width: 1, height: 1, color: 3, samples: rows([0, 0]), extra: [pngChunk('PLTE', Buffer.alloc(4))] })],
    ['an unknown chunk that must be understood', makePng({ width: 1, height: 1, samples: rows([0, 0]), extra: [pngChunk('ABCD', Buffer.alloc(1))] })],
    ['two headers', makePng({ width: 1, height: 1, samples: rows([0, 0]), extra: [aSignature().subarray(8, 33)] })],
    ['a width of zero', makePng({ width: 0, height: 1, samples: rows([0]) })],
    ['a depth that its color has not', makePng({ width: 1, height: 1, depth: 4, color: 2, samples: rows([0, 0, 0]) })],
    ['a filter that does not exist', makePng({ width: 1, height: 1, samples: rows([5, 0]) })],
    ['samples that are not packed', Buffer.concat([MAGIC, aSignature().subarray(8, 33), pngChunk('IDAT', Buffer.from('plain')), pngChunk('IEND', Buffer.alloc(0))])],
  ])('is refused with %s', async (_, file) => expect(await faultOf(file)).toBe('broken')); // prettier-ignore

  it('is never anything but a picture or a refusal, whatever stands in the file', async () => {
    const body = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes));
    const type = fc.constantFrom('IHDR', 'PLTE', 'tRNS', 'IDAT', 'tEXt', 'IEND');
    const samples = body.map((bytes) => deflateSync(bytes));
    const chunk = fc.tuple(type, fc.oneof(body, samples)).map(([name, bytes]) => pngChunk(name, bytes));
    const header = fc.tuple(fc.nat(9), fc.nat(9), fc.nat(17), fc.nat(7), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(header, fc.array(chunk, { maxLength: 5 }), async ([width, height, depth, color, interlace], rest) => {
        const head = pngChunk('IHDR', Buffer.from([0, 0, 0, width, 0, 0, 0, height, depth, color, 0, 0, interlace]));
        const file = Buffer.concat([MAGIC, head, ...rest, pngChunk('IEND', Buffer.alloc(0))]);
        const answer: unknown = await readSignature(file).catch((error: unknown) => error);
        expect(answer instanceof Error ? (answer as Error & { code?: string }).code : 'file_rejected').toBe('file_rejected');
      }),
      { numRuns: 200 },
    );
  }); // prettier-ignore
});

describe('the pixels of a PNG', () => {
  const gray = (depth: number, samples: Buffer, extra: readonly Buffer[] = []) =>
    tonesOf(makePng({ width: 4, height: 1, depth, samples, extra }));
  const words = (...values: readonly number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));

  it('are read at every depth of gray', async () => {
    expect(await gray(1, rows([0, 0b0101_0000]))).toEqual([0, 255, 0, 255]);
    expect(await gray(2, rows([0, 0b0001_1011]))).toEqual([0, 85, 170, 255]);
    expect(await gray(4, rows([0, 0x0f, 0x18]))).toEqual([0, 255, 17, 136]);
    expect(await gray(8, rows([0, 1, 2, 3, 255]))).toEqual([1, 2, 3, 255]);
    expect(await gray(16, Buffer.concat([rows([0]), words(0, 0x80ff, 0xffff, 0x0100)]))).toEqual([0, 128, 255, 1]);
  });

  it('are white where they are transparent', async () => {
    const clear = (...values: readonly number[]) => [pngChunk('tRNS', words(...values))];
    expect(await gray(8, rows([0, 7, 0, 7, 0]), clear(7))).toEqual([255, 0, 255, 0]);
    expect(await gray(16, Buffer.concat([rows([0]), words(7, 0, 7, 0)]), clear(7))).toEqual([255, 0, 255, 0]);
    const rgb = { width: 2, height: 1, color: 2, samples: rows([0, 0, 0, 0, 1, 2, 3]) };
    expect(await tonesOf(makePng({ ...rgb, extra: clear(1, 2, 3) }))).toEqual([0, 255]);
    const ink = rows([0, 0, 0, 0, 0, 0, 0, 0, 255]);
    expect(await tonesOf(makePng({ width: 2, height: 1, color: 6, samples: ink }))).toEqual([255, 0]);
    expect(await tonesOf(makePng({ width: 2, height: 1, color: 4, samples: rows([0, 0, 0, 0, 128]) }))).toEqual([
      255, 127,
    ]);
    await expect(gray(8, rows([0, 7, 0, 7, 0]), [pngChunk('tRNS', Buffer.alloc(3))])).rejects.toThrow('refused');
  });

  it('are gray where they have a color', async () => {
    const primaries = rows([0, 255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]);
    expect(await tonesOf(makePng({ width: 4, height: 1, color: 2, samples: primaries }))).toEqual([76, 150, 29, 255]);
    const wide = Buffer.concat([rows([0]), words(0xff00, 0, 0, 0xffff, 0, 0, 0, 0)]);
    expect(await tonesOf(makePng({ width: 2, height: 1, depth: 16, color: 6, samples: Buffer.concat([wide]) }))).toEqual([76, 255]);
    const extra = [pngChunk('PLTE', rows([0, 0, 0], [255, 255, 255])), pngChunk('tRNS', rows([128]))];
    expect(await tonesOf(makePng({ width: 4, height: 1, depth: 2, color: 3, samples: rows([0, 0b0001_1011]), extra }))).toEqual([127, 255, 255, 255]);
  }); // prettier-ignore

  it('are the same through every filter', async () => {
    const width = 5;
    const tones = Array.from({ length: 25 }, (_, at) => (at * 37 + (at % 3) * 91) % 256);
    const tone = (x: number, y: number) => (x < 0 || y < 0 ? 0 : tones[y * width + x]!);
    const paeth = (left: number, up: number, corner: number) => {
      const guess = left + up - corner;
      return [left, up, corner].reduce((best, each) => (Math.abs(guess - each) < Math.abs(guess - best) ? each : best));
    };
    const filtered = Array.from({ length: 5 }, (_, y) => [
      y,
      ...Array.from({ length: width }, (_none, x) => {
        const [left, up, corner] = [tone(x - 1, y), tone(x, y - 1), tone(x - 1, y - 1)];
        const guess = [0, left, up, Math.floor((left + up) / 2), paeth(left, up, corner)][y]!;
        return (tone(x, y) - guess) & 255;
      }),
    ]);
    expect(await tonesOf(makePng({ width, height: 5, samples: rows(...filtered) }))).toEqual(tones);
  });

  it('are the same when they come interlaced, at every size', async () => {
    // The pass of each pixel of a square of eight by eight. @source PNG, 8.2
    const passOf = (x: number, y: number) => Number('16462646 77777777 56565656 77777777 36463646 77777777 56565656 77777777'.split(' ')[y % 8]![x % 8]); // prettier-ignore
    for (const [width, height] of [[1, 1], [2, 3], [5, 5], [8, 8], [9, 17]] as const) {
      const tones = Array.from({ length: width * height }, (_, at) => (at * 13) % 256);
      const samples = [1, 2, 3, 4, 5, 6, 7].flatMap((pass) =>
        Array.from({ length: height }, (_, y) => {
          const row = tones.slice(y * width, (y + 1) * width).filter((_tone, x) => passOf(x, y) === pass);
          return row.length === 0 ? [] : [0, ...row];
        }).flat(),
      );
      const file = makePng({ width, height, isInterlaced: true, samples: Buffer.from(samples) });
      expect(await tonesOf(file), `${width} × ${height}`).toEqual(tones);
    }
  }); // prettier-ignore

  it('are packed as everybody unpacks them', async () => {
    const { png } = await readSignature(makePng({ width: 3, height: 2, samples: rows([0, 1, 2, 3], [0, 4, 5, 6]) }));
    expect(png.subarray(16, 29).toString('hex')).toBe('00000003000000020800000000');
    const data = png.subarray(41, 41 + png.readUInt32BE(33));
    expect([...inflateSync(data)]).toEqual([0, 1, 2, 3, 0, 4, 5, 6]);
  });
});
