import { KeyBlockError } from './key-block-error.js';

/** B = TDES with key derivation, D = AES with key derivation. A and C (variant binding) are not read. */
export type KeyBlockVersion = 'B' | 'D';

/** Optional block: two characters of id and its data, printable ASCII. */
export interface OptionalBlock {
  readonly id: string;
  readonly data: string;
}

/** What a key block says of its key; the MAC binds it. @source ANSI X9.143-2022, TR-31:2018 section 4 */
export interface KeyBlockHeader {
  readonly version: KeyBlockVersion;
  /** Two characters, as B0, P0, K1. */
  readonly usage: string;
  /** A = AES, T = TDES, H = HMAC. */
  readonly algorithm: string;
  /** B both ways, C MAC both ways, D/E decrypt/encrypt, G/V generate/verify, N none, S sign, T sign and decrypt, X derive, Y … */
  readonly modeOfUse: string;
  readonly keyVersion: string;
  /** E = under any trusted key, S = sensitive, N = never. */
  readonly exportability: string;
  readonly optionalBlocks: readonly OptionalBlock[];
}

/** Cipher block and MAC of a version, in bytes. */
export const VERSION_BYTES = { B: { block: 8, mac: 8 }, D: { block: 16, mac: 16 } } as const;

const FIXED_CHARACTERS = 16;
/** Four decimal digits hold the length. */
export const CHARACTERS_MAX = 9999;
const SHORT_BLOCK_MAX = 0xff;
const PADDING_ID = 'PB';

/** A header and where the ciphertext begins, in characters. */
export interface ParsedHeader {
  readonly header: KeyBlockHeader;
  readonly end: number;
}

/**
 * Read the header: 16 characters, then the optional blocks.
 * @throws KeyBlockError any other form, or a declared length that is not the real one
 */
export function readHeader(text: string): ParsedHeader {
  const fixed = /^([BD])([0-9]{4})([0-9A-Z]{2})([0-9A-Z])([0-9A-Z])([0-9A-Za-z]{2})([ENS])([0-9]{2})00/.exec(text);
  if (fixed === null) throw new KeyBlockError();
  const [, version, length, usage, algorithm, modeOfUse, keyVersion, exportability, count] = fixed as unknown as [
    string,
    KeyBlockVersion,
    ...string[],
  ];
  if (Number(length) !== text.length) throw new KeyBlockError();
  const { blocks, end } = readOptionalBlocks(text, Number(count));
  const isWhole = (end - FIXED_CHARACTERS) % VERSION_BYTES[version].block === 0;
  if (!isWhole) throw new KeyBlockError();
  return {
    header: {
      version,
      usage: usage!,
      algorithm: algorithm!,
      modeOfUse: modeOfUse!,
      keyVersion: keyVersion!,
      exportability: exportability!,
      optionalBlocks: blocks,
    },
    end,
  };
}

/**
 * Write the header for a ciphertext of a known length; a padding block fills it up to whole cipher blocks.
 * @param dataCharacters characters of ciphertext and MAC
 * @throws KeyBlockError a field that {@link readHeader} would not read back
 */
export function writeHeader(header: KeyBlockHeader, dataCharacters: number): string {
  const given = header.optionalBlocks.filter(({ id }) => id !== PADDING_ID).map(writeOptionalBlock);
  const blocks = padded(given, VERSION_BYTES[header.version].block);
  const optional = blocks.join('');
  const length = FIXED_CHARACTERS + optional.length + dataCharacters;
  if (length > CHARACTERS_MAX || blocks.length > 99) throw new KeyBlockError();
  const { version, usage, algorithm, modeOfUse, keyVersion, exportability } = header;
  const count = String(blocks.length).padStart(2, '0');
  const text = `${version}${String(length).padStart(4, '0')}${usage}${algorithm}${modeOfUse}${keyVersion}${exportability}${count}00${optional}`;
  readHeader(text.padEnd(length, '0'));
  return text;
}

function readOptionalBlocks(text: string, count: number): { blocks: OptionalBlock[]; end: number } {
  const blocks: OptionalBlock[] = [];
  let end = FIXED_CHARACTERS;
  for (let i = 0; i < count; i += 1) {
    const id = text.slice(end, end + 2);
    const { length, start } = blockLength(text, end + 2);
    const data = text.slice(end + start, end + length);
    const isBlock = /^[0-9A-Z]{2}$/.test(id) && length >= start && end + length <= text.length;
    if (!isBlock || !/^[ -~]*$/.test(data)) throw new KeyBlockError();
    // padding fills the end: anything after it would not be where a second reader looks
    if (id === PADDING_ID && i !== count - 1) throw new KeyBlockError();
    if (blocks.some((known) => known.id === id)) throw new KeyBlockError();
    blocks.push({ id, data });
    end += length;
  }
  return { blocks, end };
}

/** Length of the whole block: two hex digits, or 00, the size of the length in bytes (two hex digits), and the length. */
function blockLength(text: string, at: number): { length: number; start: number } {
  const short = hexNumber(text.slice(at, at + 2), 2);
  if (short !== 0) return { length: short, start: 4 };
  const digits = hexNumber(text.slice(at + 2, at + 4), 2) * 2;
  if (digits < 2 || digits > 6) throw new KeyBlockError();
  return { length: hexNumber(text.slice(at + 4, at + 4 + digits), digits), start: 6 + digits };
}

function hexNumber(text: string, digits: number): number {
  if (text.length !== digits || !/^[0-9A-F]+$/.test(text)) throw new KeyBlockError();
  return parseInt(text, 16);
}

function writeOptionalBlock({ id, data }: OptionalBlock): string {
  const short = data.length + 4;
  if (short <= SHORT_BLOCK_MAX) return `${id}${hex(short, 2)}${data}`;
  return `${id}0002${hex(data.length + 10, 4)}${data}`;
}

/** X9.143 wants whole cipher blocks and lets a PB block fill the rest; its text means nothing. */
function padded(blocks: string[], blockBytes: number): string[] {
  const missing = (blockBytes - (blocks.join('').length % blockBytes)) % blockBytes;
  if (missing === 0) return blocks;
  const length = missing < 4 ? missing + blockBytes : missing;
  return [...blocks, `${PADDING_ID}${hex(length, 2)}${'0'.repeat(length - 4)}`];
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
