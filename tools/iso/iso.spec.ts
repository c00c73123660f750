import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runIso } from './run-iso.js';

interface Vectors {
  readonly messages: readonly {
    readonly id: string;
    readonly wire: string;
    readonly hex: string;
    readonly fields: Record<string, unknown>;
  }[];
  readonly malformed: readonly {
    readonly id: string;
    readonly wire: string;
    readonly hex: string;
    readonly code: string;
  }[];
}
const vectors = JSON.parse(
  await readFile(join(import.meta.dirname, '../../test/vectors/iso8583/iso8583-1993.json'), 'utf8'),
) as Vectors;
const SALE = vectors.messages.find(({ id }) => id.startsWith('fin-1200-sale'))!;
const ECHO = '180402300100800000001121000100000901261121090100831011880012345670';

const iso = async (...args: string[]) => {
  const { code, out, err } = await runIso(args, () => Promise.reject(new Error('standard input was not asked for')));
  return { code, out: out.join('\n'), err: err.join('\n') };
};
const isoFed = async (input: string, ...args: string[]) => {
  const { code, out, err } = await runIso(args, () => Promise.resolve(input));
  return { code, out: out.join('\n'), err: err.join('\n') };
};

describe('iso explain', () => {
  it('shows every field of a sale with its offset and meaning', async () => {
    const { code, out, err } = await iso('explain', SALE.hex);
    expect([code, err]).toEqual([0, '']);
    for (const words of [
      /^ +0 +MTI +Message type +1200 +financial, request, acquirer$/m,
      /^ +12 +2 +Primary Account number +353011\*{6}0000$/m,
      /^ +30 +3 +Processing Code +000000 +goods and services$/m,
      /JPY 12,800$/m,
      /2026-11-21 09:31:00$/m,
      /^ +7 card data input mode +5 +ICC$/m,
      /original financial request or advice$/m,
      /^ +JP01 +1000000 +payment plan: lump sum$/m,
      /^ +9F27 +80 +cryptogram information data$/m,
      /^ +9F26 +\[8 masked\] +application cryptogram$/m,
      /^complete and consistent for iso8583-1993$/m,
    ])
      expect(out).toMatch(words);
  });

  it('shows no card data of any message of the vectors, whole or broken', async () => {
    for (const { wire, hex } of [...vectors.messages, ...vectors.malformed]) {
      for (const verb of ['explain', 'decode'])
        for (const more of [[], ['--json']]) {
          const { out, err } = await iso(verb, hex, '--profile', wire, ...more);
          expect(out + err).not.toMatch(/3530111333300000|6222021234567890123|378282246310005|33 35 33 30 31 31/);
        }
    }
  });

  it.each(vectors.malformed.map((one) => [one.id, one] as const))(
    'names fault, field and offset of %s, with an arrow',
    async (_, one) => {
      const { code, err } = await iso('explain', one.hex, '--profile', one.wire);
      expect(code).toBe(1);
      expect(err).toMatch(new RegExp(`^${one.code} at offset \\d+, (?:MTI|field \\d+ \\(.+\\)): `));
      const [words, row, arrow] = err.split('\n');
      const offset = Number(/offset (\d+)/.exec(words ?? '')?.[1]);
      expect(arrow?.indexOf('^^')).toBe(8 + (offset % 16) * 3);
      expect(row).toMatch(/^ *\d+ {2}(?:(?:[0-9A-F]{2}|··)(?: |$))*/);
    },
  );

  it('guesses what is wrong when a frame header or another profile was meant', async () => {
    expect((await iso('explain', `0021${ECHO}`)).err).toContain('it looks framed: try --framing be2 --profile binary');
    expect((await iso('explain', ECHO)).err).toContain('it reads well with --profile binary');
  });

  it('reads a stream of frames, keep-alives included, and says where it ends', async () => {
    const framed = `0021${ECHO}`;
    const both = await iso('explain', '--framing', 'be2', '--profile', 'binary', framed, '0000', framed);
    expect([both.code, both.out.match(/^frame \d: 33 bytes$/gm)]).toEqual([
      0,
      ['frame 1: 33 bytes', 'frame 2: 33 bytes'],
    ]);
    const cut = await iso('explain', '--framing', 'be2', '--profile', 'binary', framed, framed.slice(0, 20));
    expect([cut.code, cut.err]).toEqual([1, 'the last frame is not whole: 10 of 45 bytes wait for the rest']);
    const broken = await iso('decode', '--framing', 'be2', '--profile', 'binary', framed, 'FFFF');
    expect(broken.err).toContain('the 1 frames before it are good');
    expect((await iso('decode', '--framing', 'be2', '0000')).err).toContain('only keep-alives');
  });

  it('explains codes, original data, totals and what the rules miss', async () => {
    const show = async (mti: string, fields: Record<string, unknown>) =>
      (await iso('explain', (await isoFed(JSON.stringify({ mti, fields }), 'encode')).out)).out;
    const reversal = await show('1420', {
      24: '400',
      25: '4021',
      39: '914',
      56: '12000001052611210931001188001234567',
    });
    expect(reversal).toMatch(
      /full reversal[^]*timeout waiting for response[^]*original transaction not found[^]*the 1200 with STAN 000105/,
    );
    expect(reversal).toMatch(
      /rules of iso8583-1993 that it does not keep:[^]*field 4 \(Amount, Transaction\): mandatory/,
    );
    const money = await show('1210', {
      10: '70066500',
      30: '000000001200000000000000',
      49: '840',
      54: '0002392C000000001000',
      97: 'C15',
    });
    expect(money).toMatch(
      /0\.0066500[^]*USD 12\.00[^]*available balance +\[12 masked\] +credit, JPY, default account[^]*credit 15 minor units/,
    );
    expect(await show('1814', { 39: '088' })).toContain('unknown, not approved');
  });

  it('speaks JSON', async () => {
    const shown = JSON.parse((await iso('explain', '--json', SALE.hex)).out) as Record<string, unknown>;
    expect(shown).toMatchObject({ mti: '1200', issues: [] });
    expect((shown['fields'] as unknown[])[0]).toMatchObject({ field: 2, offset: 12, value: '353011******0000' });
  });
});

describe('iso encode', () => {
  it.each(vectors.messages.map((one) => [one.id, one] as const))('writes %s from its vector', async (_, one) => {
    const { code, out } = await isoFed(JSON.stringify(one.fields), 'encode', '--profile', one.wire);
    expect([code, out]).toEqual([0, one.hex]);
  });

  it('puts the message into a frame', async () => {
    const json = '{"mti":"1804","fields":{"11":"901","24":"831"}}';
    const plain = (await isoFed(json, 'encode', '--profile', 'binary')).out;
    const framed = (await isoFed(json, 'encode', '--profile', 'binary', '--framing', 'be2+etx')).out;
    expect(framed).toBe(`${(plain.length / 2 + 1).toString(16).padStart(4, '0').toUpperCase()}${plain}03`);
  });

  it.each([
    ['no JSON', '{mti', 'the input is not JSON'],
    ['no MTI', '{"fields":{}}', 'the JSON has no mti'],
    ['a member that is not known', '{"mti":"1804","field":{}}', 'a member that is not known: field'],
    ['a number', '{"mti":"1804","fields":{"4":12800}}', 'field 4 is not an object'],
    ['text for bytes', '{"mti":"1804","fields":{"52":"00"}}', 'field 52 is binary'],
    ['half a byte', '{"mti":"1804","fields":{"52":{"hex":"0"}}}', 'field 52 is neither a text nor'],
    ['field 129', '{"mti":"1804","fields":{"129":"1"}}', 'fields are numbers from 2 to 128'],
    [
      'a long value',
      '{"mti":"1804","fields":{"2":"41111111111111111111"}}',
      'LENGTH_EXCEEDS_MAX at offset 12, field 2',
    ],
    ['another edition', '{"mti":"0800","fields":{}}', 'UNSUPPORTED_VERSION at offset 0, MTI'],
  ])('refuses %s in words', async (_, json, words) => {
    const { code, err } = await isoFed(json, 'encode');
    expect(code).toBe(2);
    expect(err).toContain(words);
    expect(err).not.toContain('41111');
  });
});

describe('iso', () => {
  it('reads a dialect from a file, JSON or YAML, and by the name of its base', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'iso-'));
    try {
      const file = join(folder, 'link.yaml');
      await writeFile(file, 'profile: ascii\nfields:\n  35: { characters: track-nibbles, padNibble: F }\n');
      const { out } = await isoFed('{"mti":"1200","fields":{"35":"4111D29"}}', 'encode', '--spec', file);
      expect(Buffer.from(out, 'hex').subarray(20).toString('hex')).toBe('3037' + '4111d29f');
      await writeFile(file, 'profile: [');
      expect((await iso('decode', '00', '--spec', file)).err).toContain('is neither JSON nor YAML');
      await writeFile(file, '{"profile":"xml"}');
      expect((await iso('decode', '00', '--spec', file)).err).toBe(
        'spec: profile must be one of ascii, hybrid, binary, binary-lp',
      );
    } finally {
      await rm(folder, { recursive: true });
    }
    const json =
      '{"mti":"0200","header":{"source":"48021000"},"fields":{"3":"000000","25":"00","39":"51","60":"22000001"}}';
    const hex = (await isoFed(json, 'encode', '--spec', 'unionpay-1987')).out;
    expect((await iso('explain', hex, '--spec', 'unionpay-1987')).out).toMatch(
      /source +48021000[^]*action 116: not sufficient funds[^]*purchase/,
    );
  });

  it.each([
    ['nothing', [], 'say what to do: decode, encode, explain'],
    ['another verb', ['dump'], 'say what to do'],
    ['another option', ['decode', '--pan'], "Unknown option '--pan'"],
    ['another framing', ['decode', '00', '--framing', 'x'], 'there is no framing of that name'],
    ['no such file', ['decode', '00', '--spec', './none.json'], './none.json cannot be read'],
    ['an odd count', ['decode', '123'], 'the hex has 3 digits'],
    ['another character', ['decode', '4111 11x1'], 'character 8 is not a hex digit\n  ·······x·\n         ^'],
  ])('refuses %s in words', async (_, args, words) => {
    const { code, err } = await iso(...args);
    expect(code).toBe(2);
    expect(err).toContain(words);
  });

  it('takes hex as people paste it', async () => {
    const pasted = `0x${ECHO.match(/../g)!.join(' ')}\n`;
    expect((await isoFed(pasted, 'decode', '--profile', 'binary')).out).toContain('"24": "831"');
    expect((await isoFed('', 'decode')).err).toContain('there is no message');
  });

  it('says how it is used', async () => {
    expect((await iso('--help')).out).toContain('npm run iso -- decode|encode|explain');
  });
});
