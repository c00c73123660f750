import { readFile } from 'node:fs/promises';
import {
  CodecError,
  IsoMessage,
  compileSpec,
  defineSpec,
  readSpec,
  validator,
  type Codec,
  type Validator,
  type WireProfileName,
} from '@tsunagu/iso8583';

/** A way to write messages, with the vectors written that way. */
export interface Dialect {
  readonly name: string;
  readonly codec: Codec;
  readonly validator: Validator;
  /** Strict: what is accepted has one form, so it is written back as it came. */
  readonly isStrict: boolean;
  readonly samples: readonly Buffer[];
  readonly messages: readonly IsoMessage[];
}

const EVERY_SWITCH = ['allowNonZeroPad', 'allowTrailing', 'allowLowerCaseHex', 'allowUnlistedMti', 'allowBadContent'];
const DIALECTS: Readonly<Record<string, object>> = {
  ascii: { profile: 'ascii' },
  hybrid: { profile: 'hybrid' },
  binary: { profile: 'binary' },
  'binary-lp': { profile: 'binary-lp' },
  ebcdic: { profile: 'ascii', wire: { mti: 'ebcdic', digits: 'ebcdic', characters: 'ebcdic', prefix: 'ebcdic' } },
  bytes: { profile: 'binary', wire: { prefixUnit: 'bytes', prefix: 'binary', padNibble: 'F', binaryVariable: 'hex' } },
  'utf-8': { profile: 'hybrid', wire: { characters: 'utf-8' } },
  'shift-jis': {
    profile: 'binary-lp',
    wire: { characters: 'shift-jis' },
    fields: { 35: { characters: 'track-nibbles', padNibble: 'F' } },
  },
  lenient: { profile: 'ascii', lenient: EVERY_SWITCH },
  unionpay: { base: 'unionpay-1987' },
  'unionpay terminal': { base: 'unionpay-1987-terminal' },
};

interface Vectors {
  readonly messages: readonly { readonly wire: WireProfileName; readonly hex: string }[];
  readonly malformed: readonly { readonly hex: string }[];
}

/** The published vectors in every dialect that can write them, and the malformed ones as they are. @param path vector file */
export async function isoDialects(path: string): Promise<Dialect[]> {
  const { messages, malformed } = JSON.parse(await readFile(path, 'utf8')) as Vectors;
  const read = messages.map(({ wire, hex }) => compileSpec(defineSpec(wire)).decode(Buffer.from(hex, 'hex')));
  const broken = malformed.map(({ hex }) => Buffer.from(hex, 'hex'));
  return Object.entries(DIALECTS).map(([name, content]) => {
    const spec = readSpec(content);
    const codec = compileSpec(spec);
    const own = spec.mti.version === '1' ? read : [purchase()];
    const written = own.flatMap((message) => writtenBy(codec, message));
    return {
      name,
      codec,
      validator: validator(spec),
      isStrict: spec.lenient.length === 0,
      samples: [...written, ...broken],
      messages: own,
    };
  });
}

function purchase(): IsoMessage {
  return new IsoMessage('0200', {
    2: '6222021234567890123',
    3: '000000',
    4: '000000012800',
    7: '1121001530',
    11: '000001',
    12: '091530',
    13: '1121',
    22: '051',
    25: '00',
    35: '6222021234567890123D301022000000047',
    41: '00000001',
    42: '104110000000001',
    49: '156',
    52: Buffer.from('0123456789ABCDEF', 'hex'),
    55: Buffer.from('9F2608AABBCCDD001122339F360200019F2701809505000000000071049F180100', 'hex'),
    60: '22000001',
  });
}

function writtenBy(codec: Codec, message: IsoMessage): Buffer[] {
  try {
    return [codec.encode(message)];
  } catch (error) {
    if (error instanceof CodecError) return []; // this dialect has no place for one of its values
    throw error;
  }
}
