import { TlvFormatError, decodeTlv, encodeTlv, readClearTags } from '@tsunagu/emv';
import {
  CardFormatError,
  HsmError,
  KeyBlockError,
  Ksn,
  decipherFormat4,
  decodePinBlock,
  encipherFormat4,
  encodePinBlock,
  openKeyBlock,
  readTag57,
  readTrack2,
  sealKeyBlock,
} from '@tsunagu/hsm/primitives';
import { damaged, damagedHex } from './damage.js';
import type { SeededRandom } from './seeded-random.js';
import type { Surface } from './surface.js';

const TLV_SAMPLES = [
  '9F26088662B9B754AF95E49F2701809F100706010A03A072519F37045C90FE769F360257539505000000800082023900',
  '77149F260831A5D904F8B0C2C19F2701409F360235689F1E085453554E41475531',
  '9F5B81800102030405060708090A0B0C0D0E0F10',
  '70057003700170',
].map((hex) => Buffer.from(hex, 'hex'));
const TRACKS = [';4111111111111111=29081011235285492365?', ';36001290596390=26072209365845269173?'].map((text) =>
  Buffer.from(text, 'latin1'),
);
const TAG57 = Buffer.from('6210944517763613D29081011235285492365F', 'hex');
const KEY = Buffer.from('000102030405060708090A0B0C0D0E0F', 'hex');
const PAN = Buffer.from('4111111111111111', 'latin1');
const PIN = Buffer.from([1, 2, 3, 4, 5, 6]);
const HEADER = {
  usage: 'B0',
  modeOfUse: 'X',
  keyVersion: '00',
  exportability: 'E',
  optionalBlocks: [{ id: 'KS', data: 'FFFF9876543210E00000' }],
};
const KEY_BLOCKS = [
  sealKeyBlock(KEY, { ...HEADER, version: 'B', algorithm: 'T' }, KEY),
  sealKeyBlock(KEY, { ...HEADER, version: 'D', algorithm: 'A' }, KEY),
];

/** Text of a refusal without the rule that an operator may see; undefined for any other error. */
function answerOf(...classes: readonly (abstract new (...args: never[]) => Error)[]): Surface['answer'] {
  return (error) => (classes.some((known) => error instanceof known) ? (error as Error).message : undefined);
}

function feedTlv(random: SeededRandom): boolean {
  const bytes = damaged(random.pick(TLV_SAMPLES), random);
  if (random.below(2) === 0) readClearTags(bytes.toString('hex'));
  const items = decodeTlv(bytes);
  encodeTlv(items);
  return true;
}

function feedTrack2(random: SeededRandom): boolean {
  if (random.below(2) === 0) readTag57(damaged(TAG57, random));
  else readTrack2(damaged(random.pick(TRACKS), random));
  return true;
}

function feedPin(random: SeededRandom): boolean {
  const format = random.pick([0, 1, 3, 4] as const);
  if (format === 4) decipherFormat4(KEY, damaged(encipherFormat4(KEY, PIN, PAN), random), PAN);
  else decodePinBlock(format, damaged(encodePinBlock(format, PIN, PAN), random), PAN);
  return true;
}

function feedKeyBlock(random: SeededRandom): boolean {
  const block = random.pick(KEY_BLOCKS);
  const bytes = damaged(Buffer.from(block, 'latin1'), random).toString('latin1');
  const { key } = openKeyBlock(KEY, bytes);
  // a damaged block that opens would be a forgery; damage may leave the text as it was
  if (bytes !== block || !key.equals(KEY)) throw new Error('a damaged key block was opened');
  return true;
}

function feedKsn(random: SeededRandom): boolean {
  const scheme = random.pick(['AES-DUKPT', 'TDES-DUKPT'] as const);
  const ksn = Ksn.parse(
    scheme,
    damagedHex(scheme === 'AES-DUKPT' ? '123456789012345600000001' : 'FFFF9876543210E00001', random),
  );
  if (ksn === undefined || !ksn.isUsable) return false;
  const next = ksn.next();
  if (next !== null && (next.rank !== ksn.rank + 1 || next.previous()?.hex !== ksn.hex))
    throw new Error('the counters do not follow each other');
  return true;
}

/** Readers of bytes without a key store. */
export const PARSING_SURFACES: readonly Surface[] = [
  { name: 'tlv', weight: 3, feed: feedTlv, answer: answerOf(TlvFormatError) },
  { name: 'track2', weight: 3, feed: feedTrack2, answer: answerOf(CardFormatError) },
  { name: 'pin-block', weight: 3, feed: feedPin, answer: answerOf(HsmError) },
  { name: 'key-block', weight: 3, feed: feedKeyBlock, answer: answerOf(KeyBlockError) },
  { name: 'ksn', weight: 2, feed: feedKsn, answer: () => undefined },
];
