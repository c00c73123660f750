import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compileSpec, defineSpec } from '@tsunagu/iso8583';
import { round } from './percentile.js';

const MEASURE_MS = 2_000;
const WARM_UP_MS = 500;

interface Vectors {
  readonly messages: readonly { readonly id: string; readonly wire: string; readonly hex: string }[];
}

/** How many messages one core decodes and encodes again, over the published sample messages of the house profile. */
export async function measureIso8583(root: string): Promise<Record<string, number>> {
  const path = join(root, 'test', 'vectors', 'iso8583', 'iso8583-1993.json');
  const vectors = JSON.parse(await readFile(path, 'utf8')) as Vectors;
  const frames = vectors.messages.filter(({ wire }) => wire === 'hybrid').map(({ hex }) => Buffer.from(hex, 'hex'));
  if (frames.length === 0) throw new Error('no sample message of the hybrid profile');
  const codec = compileSpec(defineSpec('hybrid'));
  const messages = frames.map((frame) => codec.decode(frame));
  return {
    messages_per_second: rate(frames.length, () => frames.forEach((frame) => codec.encode(codec.decode(frame)))),
    decode_per_second: rate(frames.length, () => frames.forEach((frame) => codec.decode(frame))),
    encode_per_second: rate(messages.length, () => messages.forEach((message) => codec.encode(message))),
    sample_messages: frames.length,
    average_bytes: round(frames.reduce((sum, frame) => sum + frame.length, 0) / frames.length),
  };
}

function rate(messagesPerTurn: number, turn: () => void): number {
  repeat(turn, WARM_UP_MS);
  const { turns, seconds } = repeat(turn, MEASURE_MS);
  return Math.round((turns * messagesPerTurn) / seconds);
}

function repeat(turn: () => void, durationMs: number): { turns: number; seconds: number } {
  const startMs = performance.now();
  let turns = 0;
  let nowMs = startMs;
  while (nowMs - startMs < durationMs) {
    for (let i = 0; i < 100; i += 1) turn();
    turns += 100;
    nowMs = performance.now();
  }
  return { turns, seconds: (nowMs - startMs) / 1000 };
}
