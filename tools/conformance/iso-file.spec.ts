import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HsmTarget } from './hsm-target.js';
import { runVectors } from './run-vectors.js';
import { softwareProvider } from './software-provider.js';
import { parseVectorFile } from './vector-file.js';

type Json = Record<string, unknown>;
const published = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../test/vectors/iso8583/iso8583-1993.json'), 'utf8'),
) as { messages: Json[]; malformed: Json[]; framings: Json[]; publicSample: Json; about: Json; profiles: Json };

let target: HsmTarget;
beforeAll(async () => {
  target = await HsmTarget.over(await softwareProvider());
});
afterAll(() => target.close());

const run = async (file: Json): Promise<{ passed: number; failed: Record<string, string> }> => {
  const [result] = await runVectors([parseVectorFile('partner.json', JSON.stringify(file))], target);
  return { passed: result!.passed, failed: Object.fromEntries(result!.failed.map(({ id, reason }) => [id, reason])) };
};
const ECHO = '180402300100800000001121000100000901261121090100831011880012345670';
const FRAME = `0021${ECHO}`;
const stream = (more: Json): Json => ({ streams: [{ id: 's', framing: 'be2', ...more }] });

describe('an ISO 8583 file of a partner', () => {
  it('may name its lists as it likes, and leave any out', async () => {
    const { messages, malformed, framings, publicSample, about } = published;
    expect(await run({ about, accepted: messages, refused: malformed, wires: framings, sample: publicSample })).toEqual(
      {
        passed: messages.length + malformed.length + framings.length + 1,
        failed: {},
      },
    );
    expect((await run({ malformed })).passed).toBe(malformed.length);
  });

  it('fails an entry that is no message, no stream and no framing, instead of leaving it out', async () => {
    const { messages } = published;
    const { passed, failed } = await run({ messages: [...messages, { id: 'odd', payload: ECHO }, 'text'] });
    expect([passed, failed]).toEqual([
      messages.length,
      {
        odd: 'has not the members of a message, a stream or a framing',
        [`messages#${messages.length + 2}`]: 'has not the members of a message, a stream or a framing',
      },
    ]);
  });

  it.each([
    [
      'is accepted',
      { hex: ECHO, wire: 'binary', expect: 'reject', code: 'TRUNCATED' },
      'was accepted and must be refused',
    ],
    ['is refused for another reason', { hex: '', wire: 'binary', code: 'TRUNCATED', field: 0 }, 'code differs'],
    ['is refused at another field', { hex: '1804', wire: 'binary', code: 'TRUNCATED', field: 0 }, 'field differs'],
    ['is refused at another place', { hex: '1804', wire: 'binary', code: 'TRUNCATED', offset: 0 }, 'offset differs'],
    [
      'must be accepted after all',
      { hex: '1804', wire: 'binary', expect: 'accept' },
      'CodecError: the ISO 8583 message is malformed',
    ],
    [
      'has a member that nobody checks',
      { hex: '1804', wire: 'binary', truncated: 1 },
      'holds members that are not known: truncated',
    ],
    ['is of another profile', { hex: '1804', wire: 'xml' }, 'wire is not one of ascii, binary, binary-lp, hybrid'],
  ])('fails a malformed message that %s', async (_, one, reason) => {
    expect((await run({ malformed: [{ id: 'm', ...one }] })).failed).toEqual({ m: reason });
  });

  it.each<[string, Json]>([
    ['frames in one piece', { hex: FRAME + FRAME, frames: [ECHO, ECHO], code: null }],
    ['frames as they came', { chunks: ['00', '21', ECHO, '0000', FRAME], frames: [ECHO, ECHO] }],
    [
      'a good frame before a bad header',
      { hex: `${FRAME}FFFF`, frames: [ECHO], expect: 'reject', code: 'LENGTH_EXCEEDS_MAX', field: null },
    ],
    ['a limit of its own', { hex: FRAME, maxFrame: 32, frames: [], code: 'LENGTH_EXCEEDS_MAX' }],
    ['an end inside a frame', { hex: FRAME.slice(0, 20), frames: [], code: 'TRUNCATED' }],
    ['names of another hand', { reads: [FRAME, 'FF'], payloads: [ECHO], fault: 'TRUNCATED' }],
    ['keep-alives', { hex: '00000000', frames: [] }],
    [
      'a broken message in a good frame',
      { hex: '00021804', wire: 'binary', frames: ['1804'], code: 'TRUNCATED', field: 1 },
    ],
  ])('reads a stream with %s, and fails it when it says otherwise', async (_, one) => {
    expect(await run(stream(one))).toEqual({ passed: 1, failed: {} });
    const wrong = { ...one, frames: ['00'] };
    expect((await run(stream(wrong))).failed).toEqual({ s: 'frames differs' });
    expect((await run(stream({ ...one, code: 'BAD_SIGN' }))).failed).toEqual({ s: 'code differs' });
    expect((await run(stream({ ...one, splits: 3 }))).failed).toEqual({
      s: 'holds members that are not known: splits',
    });
  });
});
