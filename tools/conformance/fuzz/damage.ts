import type { SeededRandom } from './seeded-random.js';

type Damage = (bytes: Buffer, random: SeededRandom) => Buffer;

const splice = (bytes: Buffer, at: number, remove: number, insert: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);

/** What happens to bytes on their way, and what an attacker does to them. */
const DAMAGES: readonly Damage[] = [
  (bytes, random) => flipped(bytes, random),
  (bytes, random) => flipped(flipped(bytes, random), random),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, random.bytes(1)),
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, random.bytes(1 + random.below(20))),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(8), Buffer.alloc(0)),
  (bytes, random) => Buffer.concat([bytes, random.bytes(1 + random.below(64))]),
  (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random.below(16))]),
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes, random) => Buffer.alloc(bytes.length, random.below(256)),
  (_, random) => random.bytes(random.below(64)),
  (_, random) => random.bytes(random.below(5000)),
];

/** One to three kinds of damage. Big random inputs are rare: they cost most and find least. */
export function damaged(bytes: Buffer, random: SeededRandom): Buffer {
  let out = bytes;
  for (let left = 1 + random.below(3); left > 0; left -= 1) {
    const kinds = random.below(50) === 0 ? DAMAGES.length : DAMAGES.length - 1;
    out = DAMAGES[random.below(kinds)]!(out, random);
  }
  return out;
}

/** The same for hex text; now and then what is left is not hex any more. */
export function damagedHex(text: string, random: SeededRandom): string {
  if (random.below(20) === 0) return damaged(Buffer.from(text, 'latin1'), random).toString('latin1');
  return damaged(Buffer.from(text, 'hex'), random).toString('hex').toUpperCase();
}

function flipped(bytes: Buffer, random: SeededRandom): Buffer {
  if (bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[random.below(copy.length)]! ^= 1 << random.below(8);
  return copy;
}
