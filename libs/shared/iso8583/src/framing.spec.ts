import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder, frame, type Framing } from './index.js';

const FRAMINGS: Framing[] = ['be2', 'be4', 'ascii4', 'hex4', 'bcd2', 'be2+tpdu', 'bcd2+tpdu', 'be2+0000', 'be2+etx'];

describe.each(FRAMINGS)('framing %s', (framing) => {
  it('gives the same messages for every split of the stream, and swallows keep-alives', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 60 }), { minLength: 1, maxLength: 6 });
    const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(messages, chunks, (sent, sizes) => {
        const stream = Buffer.concat(sent.map((message) => frame(framing, message)));
        const decoder = new FrameDecoder(framing);
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = sizes[turn % sizes.length] as number;
          received.push(...decoder.push(stream.subarray(at, at + size)).frames);
          at += size;
        }
        expect(received.map((bytes) => bytes.toString('hex'))).toEqual(
          sent.filter((message) => message.length > 0).map((message) => Buffer.from(message).toString('hex')),
        );
        expect(decoder.pendingBytes).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

describe.each(FRAMINGS)('framing %s and its limit', (framing) => {
  const good = frame(framing, Buffer.from('1804'));
  const tooLong = frame(framing, Buffer.alloc(101, 0x31));

  it('refuses a frame by its header alone, keeps nothing of it, and delivers what came before', () => {
    for (let cut = 0; cut <= good.length; cut++) {
      const decoder = new FrameDecoder(framing, { maxFrame: 100 });
      const stream = Buffer.concat([good, tooLong.subarray(0, tooLong.length - 101)]);
      const batches = [decoder.push(stream.subarray(0, cut)), decoder.push(stream.subarray(cut))];
      expect(batches.flatMap(({ frames }) => frames.map(String))).toEqual(['1804']);
      expect(batches.at(-1)?.fault).toMatchObject({ code: 'LENGTH_EXCEEDS_MAX', field: null });
      expect(decoder.pendingBytes).toBe(0);
    }
  });

  it('takes a frame of exactly the maximum, byte by byte', () => {
    const decoder = new FrameDecoder(framing, { maxFrame: 101 });
    const frames = [...tooLong].flatMap((byte) => decoder.push(Buffer.from([byte])).frames);
    expect(frames.map(({ length }) => length)).toEqual([101]);
  });

  it('knows a keep-alive by its zero length, alone and between messages', () => {
    const empty = frame(framing, Buffer.alloc(0));
    const decoder = new FrameDecoder(framing);
    const { frames, fault } = decoder.push(Buffer.concat([empty, good, empty, empty, good, empty]));
    expect([frames.map(String), fault, decoder.pendingBytes]).toEqual([['1804', '1804'], null, 0]);
  });
});

describe('a bad header', () => {
  it('is refused before the announced bytes are buffered, and the frames before it are delivered [G8]', () => {
    const decoder = new FrameDecoder('be2', { maxFrame: 100 });
    const batch = decoder.push(Buffer.concat([frame('be2', Buffer.from('1804')), Buffer.from([0x00, 0x65])]));
    expect(batch.frames.map(String)).toEqual(['1804']);
    expect(batch.fault).toMatchObject({ code: 'LENGTH_EXCEEDS_MAX', field: null });
    expect(decoder.pendingBytes).toBe(0);
  });

  it('ends the stream: nothing that follows is read', () => {
    const decoder = new FrameDecoder('ascii4');
    expect(decoder.push(Buffer.from('12x4')).fault).toMatchObject({ code: 'BAD_LENGTH' });
    expect(decoder.push(Buffer.from('00041804'))).toMatchObject({ frames: [], fault: { code: 'BAD_LENGTH' } });
  });

  it.each([
    ['be2+tpdu', '0006500000000031', 'INVALID_VALUE'],
    ['be2+tpdu', '000460000000', 'BAD_LENGTH'],
    ['be2+etx', '00023100', 'INVALID_VALUE'],
    ['be2+0000', '0001000131', 'INVALID_VALUE'],
    ['bcd2', '0a00', 'BAD_LENGTH'],
  ] as const)('of %s is refused: %s', (framing, hex, code) => {
    expect(new FrameDecoder(framing).push(Buffer.from(hex, 'hex')).fault).toMatchObject({ code });
  });
});

it('answers a routed frame with destination and source swapped', () => {
  const decoder = new FrameDecoder('be2+tpdu');
  decoder.push(Buffer.from('0006600012003431', 'hex'));
  expect(frame('be2+tpdu', Buffer.from('1'), decoder.tpdu).toString('hex')).toBe('0006600034001231');
});
