import { CodecError, FRAMINGS, FrameDecoder, IsoMessage, frame, mask, type Framing } from '@tsunagu/iso8583';
import { damaged } from './damage.js';
import type { Dialect } from './iso-samples.js';
import type { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

const MAX_FRAME = 2_048;
/** The longest header, the TPDU and the trailer: what may wait besides a frame. */
const WAITING_MAX = MAX_FRAME + 16;
const GIANTS = ['FFFF', 'FFFFFFFF', '39393939', '46464646', '7FFFFFFF', '0000', '00000000', '80000000'].map((hex) =>
  Buffer.from(hex, 'hex'),
);
/** Numbers of the vectors: none may show in what a message prints. */
const NUMBERS = /3530111333300000|6222021234567890123|378282246310005/;

/** Where bytes of a counterpart come in: the stream, the message, the rules, and the values that we are given to write. */
export function isoSurfaces(dialects: readonly Dialect[]): Surface[] {
  const answer = (error: unknown): string | undefined => (error instanceof CodecError ? error.message : undefined);
  return [
    { name: 'iso message', weight: 5, answer, feed: (random) => feedMessage(random.pick(dialects), random) },
    { name: 'iso stream', weight: 3, answer, feed: (random) => feedStream(random.pick(dialects), random) },
    {
      name: 'iso noise',
      weight: 1,
      answer,
      feed: (random) => read(random.pick(dialects), random.bytes(random.below(200))),
    },
    { name: 'iso values', weight: 1, answer, feed: (random) => feedValues(random.pick(dialects), random) },
  ];
}

function feedMessage(dialect: Dialect, random: SeededRandom): boolean {
  const sample = random.pick(dialect.samples);
  // printing costs as much as all the rest: one message in eight
  return read(dialect, random.below(20) === 0 ? sample : mutated(sample, random), random.below(8) === 0);
}

/** Half of the damage is one byte that becomes a neighbour: it comes deepest into a reader. */
function mutated(sample: Buffer, random: SeededRandom): Buffer {
  if (random.below(2) === 0) return damaged(sample, random);
  const copy = Buffer.from(sample);
  for (let left = 1 + random.below(2); left > 0 && copy.length > 0; left -= 1) {
    const at = random.below(copy.length);
    copy[at] = ((copy[at] as number) + [1, -1, 16, 128][random.below(4)]!) & 255;
  }
  return copy;
}

/** Everything that is done with a message from outside. @throws CodecError it is refused */
function read({ codec, validator, isStrict }: Dialect, bytes: Buffer, isShown = true): boolean {
  const before = Buffer.from(bytes);
  const { message, fault, spans } = codec.dissect(bytes);
  if (!bytes.equals(before)) throw new Error('the input was changed');
  if (isShown && message !== undefined && NUMBERS.test(JSON.stringify(mask(message))))
    throw new Error('a card number was shown');
  if (spans.some(({ from, to }, index) => to < from || from !== (spans[index - 1]?.to ?? from)))
    throw new Error('the fields do not follow each other');
  if (fault !== undefined) {
    if (fault.offset < 0 || fault.offset > bytes.length) throw new Error('the fault is outside of the input');
    throw fault;
  }
  const decoded = codec.decode(bytes);
  validator.check(decoded);
  if (isStrict && !codec.encode(decoded).equals(bytes))
    throw new Error('an accepted message was written in another way');
  return true;
}

/** Frames in a row, damaged, with lengths of any size, in pieces: the same frames and the same end as in one piece. */
function feedStream(dialect: Dialect, random: SeededRandom): boolean {
  const framing = random.pick(FRAMINGS);
  const stream = streamOf(dialect, framing, random);
  const whole = new FrameDecoder(framing, { maxFrame: MAX_FRAME });
  const { frames, fault } = whole.push(stream);
  const pieces = inPieces(framing, stream, random);
  const isSame =
    pieces.frames.length === frames.length && pieces.frames.every((one, index) => one.equals(frames[index]!));
  if (!isSame || pieces.fault?.code !== fault?.code)
    throw new Error('the split of a stream changes what comes out of it');
  let accepted = 0;
  for (const bytes of frames) accepted += isRead(dialect, bytes) ? 1 : 0;
  if (fault !== null) throw fault;
  return accepted > 0;
}

function streamOf(dialect: Dialect, framing: Framing, random: SeededRandom): Buffer {
  const parts = Array.from({ length: 1 + random.below(3) }, () => {
    const message =
      random.below(3) === 0 ? mutated(random.pick(dialect.samples), random) : random.pick(dialect.samples);
    const whole = frame(framing, message.subarray(0, MAX_FRAME));
    return random.below(8) === 0 ? Buffer.concat([random.pick(GIANTS), whole]) : whole;
  });
  const stream = Buffer.concat(parts);
  return random.below(3) === 0 ? damaged(stream, random) : stream;
}

function inPieces(
  framing: Framing,
  stream: Buffer,
  random: SeededRandom,
): { frames: Buffer[]; fault: CodecError | null } {
  const decoder = new FrameDecoder(framing, { maxFrame: MAX_FRAME });
  const frames: Buffer[] = [];
  let fault: CodecError | null = null;
  const widest = random.pick([1, 7, 64, 1_500]);
  for (let at = 0; at < stream.length;) {
    const end = Math.min(stream.length, at + 1 + random.below(widest));
    const batch = decoder.push(stream.subarray(at, end));
    frames.push(...batch.frames);
    fault = batch.fault;
    if (decoder.pendingBytes > WAITING_MAX) throw new Error('more waits than a frame can hold');
    at = end;
  }
  return { frames, fault };
}

function isRead(dialect: Dialect, bytes: Buffer): boolean {
  try {
    return read(dialect, bytes, false);
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

/** A value of ours gone wrong: it is refused, or what is written reads back as what was given. */
function feedValues({ codec, messages }: Dialect, random: SeededRandom): boolean {
  const sample = random.pick(messages);
  const message = new IsoMessage(sample.mti);
  for (const field of sample.fields()) message.set(field, sample.get(field));
  const field = random.pick(sample.fields());
  const text = message.text(field);
  const bytes = damaged(text === undefined ? message.bytes(field)! : Buffer.from(text, 'latin1'), random);
  message.set(field, (random.below(30) === 0) === (text === undefined) ? bytes.toString('latin1') : bytes);
  const again = codec.decode(codec.encode(message));
  if (again.fields().join() !== message.fields().join()) throw new Error('a field was lost or made up');
  return true;
}
