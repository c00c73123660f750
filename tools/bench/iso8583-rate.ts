import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { IsoMessage, compileSpec, defineSpec } from '@tsunagu/iso8583';
import Yardstick from 'iso_8583';
import { FINANCIAL_MESSAGE, IC_DATA } from './financial-message.js';
import { round } from './percentile.js';

/** Stretches of each work, one after the other in turn, so that a busy machine slows all of them. */
const ROUNDS = 5;
const ROUND_MS = 600;

interface Work {
  readonly name: string;
  readonly once: () => unknown;
}

/**
 * How many messages of 30 fields one core decodes and encodes, beside the npm package `iso_8583` in the same run, and whether the heap stays flat.
 * Rates are messages a second, the middle one of five stretches.
 */
export function measureIso8583(): Record<string, number> {
  const ours = ourWork();
  const theirs = theirWork();
  const works = [...ours.works, ...theirs.works];
  for (const { once } of works) rateOf(once);
  const heapBefore = heapBytes();
  const rates = new Map<string, number[]>(works.map(({ name }) => [name, []]));
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const { name, once } of works) rates.get(name)?.push(rateOf(once));
  }
  const heapAfter = heapBytes();
  const middle = (name: string): number => [...(rates.get(name) ?? [])].sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
  return {
    fields: ours.fields,
    bytes: ours.bytes,
    decode_per_second: middle('decode'),
    encode_per_second: middle('encode'),
    decode_and_encode_per_second: middle('both'),
    iso_8583_bytes: theirs.bytes,
    iso_8583_decode_per_second: middle('their decode'),
    iso_8583_encode_per_second: middle('their encode'),
    decode_ratio: round(middle('decode') / middle('their decode')),
    encode_ratio: round(middle('encode') / middle('their encode')),
    heap_before_bytes: heapBefore,
    heap_growth_bytes: heapAfter - heapBefore,
  };
}

function ourWork(): { works: Work[]; fields: number; bytes: number } {
  const codec = compileSpec(defineSpec('hybrid'));
  const message = new IsoMessage('1200', FINANCIAL_MESSAGE);
  message.set(52, Buffer.from(FINANCIAL_MESSAGE[52] ?? '', 'hex')).set(55, Buffer.from(IC_DATA, 'hex'));
  const bytes = codec.encode(message);
  const works = [
    { name: 'decode', once: () => codec.decode(bytes) },
    { name: 'encode', once: () => codec.encode(message) },
    { name: 'both', once: () => codec.encode(codec.decode(bytes)) },
  ];
  return { works, fields: codec.decode(bytes).fields().length, bytes: bytes.length };
}

/** Field 55 as hex text: the package has no variable binary field. Where a width differs from its own table, it gets ours. */
function theirWork(): { works: Work[]; bytes: number } {
  const format = (LenType: string, MaxLen: number, ContentType = 'ans') => ({
    ContentType,
    Label: '-',
    LenType,
    MaxLen,
  });
  const formats = {
    12: format('fixed', 12, 'n'),
    15: format('fixed', 6, 'n'),
    22: format('fixed', 12, 'an'),
    24: format('fixed', 3, 'n'),
    26: format('fixed', 4, 'n'),
    43: format('llvar', 99),
    48: format('lllvar', 999),
    54: format('lllvar', 120),
    55: format('lllvar', 510),
    56: format('llvar', 35, 'n'),
    59: format('lllvar', 999),
  };
  const fields = { 0: '1200', ...FINANCIAL_MESSAGE, 55: IC_DATA };
  const bytes = new Yardstick({ ...fields }, formats).getRawMessage();
  if (!Buffer.isBuffer(bytes)) throw new Error(`the yardstick refuses the message: ${bytes.error}`);
  const read = (): Record<string, string> => new Yardstick({}, formats).getIsoJSON(bytes, { lenHeader: false });
  if (read()['59'] !== FINANCIAL_MESSAGE[59]) throw new Error('the yardstick does not read what it wrote');
  const works = [
    { name: 'their decode', once: read },
    { name: 'their encode', once: () => new Yardstick({ ...fields }, formats).getRawMessage() },
  ];
  return { works, bytes: bytes.length };
}

/** Messages a second of processor time: what a core gives, whatever else the machine does. */
function rateOf(once: () => unknown): number {
  const startUs = processorUs();
  let [count, spentUs] = [0, 0];
  while (spentUs < ROUND_MS * 1000) {
    for (let i = 0; i < 500; i += 1) once();
    count += 500;
    spentUs = processorUs() - startUs;
  }
  return Math.round((count * 1_000_000) / spentUs);
}

function processorUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Bytes in use after two full collections. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}
