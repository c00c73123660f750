import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HsmTarget } from './hsm-target.js';
import { report, runVectors, type FamilyResult } from './run-vectors.js';
import { softwareProvider } from './software-provider.js';
import { VectorFileError, parseVectorFile, readVectorFile, type NamedCase } from './vector-file.js';

const FOLDER = join(import.meta.dirname, '../../test/vectors');
const FILES = [
  ...readdirSync(FOLDER)
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(FOLDER, name)),
  join(FOLDER, 'iso8583/iso8583-1993.json'),
];

type Json = Record<string, unknown>;

let target: HsmTarget;
beforeAll(async () => {
  target = await HsmTarget.over(await softwareProvider());
});
afterAll(() => target.close());

const runText = async (name: string, text: string): Promise<FamilyResult> =>
  (await runVectors([parseVectorFile(name, text)], target))[0]!;

describe('published vectors', () => {
  it('are all here', () => {
    expect(FILES).toHaveLength(17);
  });

  it.each(FILES)('pass on the software provider: %s', async (path) => {
    const file = await readVectorFile(path);
    const [result] = await runVectors([file], target);
    expect(result).toEqual({ family: file.family.name, passed: file.cases.length, failed: [], notSupported: 0 });
    expect(file.warnings).toEqual([]);
  });

  it('are told apart by what they hold, not by the name of their file', async () => {
    for (const path of FILES) {
      const family = (await readVectorFile(path)).family.name;
      expect(parseVectorFile('partner.json', readFileSync(path, 'utf8')).family.name).toBe(family);
    }
  });
});

/** Every leaf of a value, with a way to replace it. */
function leaves(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

function changedAt(value: unknown, [name, ...rest]: readonly (string | number)[]): unknown {
  if (name === undefined) return changedLeaf(value);
  const copy = (Array.isArray(value) ? [...value] : { ...(value as Json) }) as Record<string | number, unknown>;
  copy[name] = changedAt(copy[name], rest);
  return copy;
}

function changedLeaf(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  if (typeof value !== 'string' || value === '') return value === null ? '00' : 'A0';
  // in the middle: the last digit of a card number is in no PIN block, and the last bit of a byte is in no DES key
  const at = value.length >> 1;
  return value.slice(0, at) + (value[at] === '1' ? '2' : '1') + value.slice(at + 1);
}

/** Members that explain. */
const WORDS = /^(id|origin|reason|title|why|jpos|level|expect|describe|source)$/;
/** Members of the one case of a shape whose change in the middle leaves it right. */
const FREE = [
  'emv-cryptograms-s006 tags.9F10', // M/Chip signs six bytes of it
  'pan-brands-s039 pan', // a wrong check digit stays wrong
  'pin-blocks-s005 pan', // format 3 takes any letter as filling
];
/** Cases of one file may differ in their members and in the kind that a member names. */
function oneOfEachShape(cases: readonly NamedCase[]): NamedCase[] {
  const shapes = new Map(
    cases.map((one) => {
      const value = one.value as Json;
      const kinds = ['format', 'type', 'cvn', 'alg', 'form', 'mode', 'content', 'isoPart'].map((name) => value[name]);
      return [JSON.stringify([Object.keys(value).sort(), kinds]), one];
    }),
  );
  return [...shapes.values()];
}

describe('a changed expectation', () => {
  const accepted = (value: unknown): boolean =>
    (value as Json)['ok'] !== false && (value as Json)['isoPart'] !== 'malformed';

  it.each(FILES)('fails its case, whichever member it is: %s', async (path) => {
    const file = await readVectorFile(path);
    const survivors: string[] = [];
    for (const one of oneOfEachShape(file.cases.filter(({ value }) => accepted(value)))) {
      for (const leaf of leaves(one.value)) {
        const name = leaf.join('.');
        if (WORDS.test(leaf.at(-1) as string)) continue;
        const value = changedAt(one.value, leaf);
        const [result] = await runVectors([{ ...file, cases: [{ id: one.id, value }] }], target);
        if (result!.failed.length === 0) survivors.push(`${one.id} ${name}`);
      }
    }
    expect(survivors.filter((name) => !FREE.includes(name))).toEqual([]);
  });

  it.each(FILES)('passes no refusing case that is right after all: %s', async (path) => {
    const file = await readVectorFile(path);
    const right = file.cases.find(({ value }) => (value as Json)['ok'] === true);
    if (right === undefined) return;
    const value = { ...(right.value as Json), ok: false };
    const [result] = await runVectors([{ ...file, cases: [{ id: right.id, value }] }], target);
    expect(result!.failed.map(({ id }) => id)).toEqual([right.id]);
  });
});

describe('a file of a partner', () => {
  const mac = {
    id: 'm1',
    alg: 'AES-CMAC',
    key: '2B7E151628AED2A6ABF7158809CF4F3C',
    message: '',
    mac: 'BB1D6929E95937287FA37D129B756746',
  };

  it('fails a case with a member that nobody checks', async () => {
    const result = await runText('a.json', JSON.stringify({ cases: [mac, { ...mac, id: 'm2', truncated: 'BB1D' }] }));
    expect([result.passed, result.failed]).toEqual([
      1,
      [{ family: 'macs', id: 'm2', reason: 'holds members that are not known: truncated' }],
    ]);
  });

  it('fails a case of another family, one without its members, and one that is no object', async () => {
    const odd = [{ id: 'x', radix: 10, tweak: '' }, { id: 'y', alg: 'AES-CMAC', message: '', mac: '' }, 'z', null];
    const result = await runText('a.json', JSON.stringify({ cases: [mac, mac, mac, ...odd] }));
    expect([result.passed, result.failed.map(({ id }) => id)]).toEqual([3, ['x', 'y', '#6', '#7']]);
  });

  it.each(['', '{', '[]', '{}', '{"cases":[]}', '{"cases":[{"id":"q","what":1}]}', 'null', '{"cases":{}}'])(
    'is refused as a whole when it is %s',
    (text) => {
      expect(() => parseVectorFile('a.json', text)).toThrow(VectorFileError);
    },
  );

  it('is told what is wrong with it as a whole, and never what it holds', () => {
    const messageOf = (text: string): string => {
      try {
        parseVectorFile('a.json', text);
        return 'taken';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(messageOf(' \n')).toBe('a.json is empty');
    expect(messageOf('{"cases": [\n{"key": "00112233}\n]}')).toBe('a.json is not JSON: see line 2');
    expect(messageOf('{"cases":[{"what":1}]}')).toMatch(
      /^a.json holds cases of no known family; known are tdes-dukpt, /,
    );
  });

  it.each([
    ['a base key that is asked for a stronger one', { keyType: 'AES256' }, true],
    ['the initial number', { ksn: '123456789012345600000000' }, true],
    ['seventeen one-bits', { ksn: '1234567890123456FFFF8000' }, true],
    ['a number that is right', {}, false],
  ])('may want a key refused: %s', async (_, more, isRefused) => {
    const one = {
      id: 'r',
      bdk: 'FEDCBA9876543210F1F1F1F1F1F1F1F1',
      ksn: '123456789012345600000001',
      ok: false,
      ...more,
    };
    const result = await runText('a.json', JSON.stringify([one]));
    expect([result.family, result.passed]).toEqual(['aes-dukpt', isRefused ? 1 : 0]);
  });

  it('may want a MAC and a check value refused, and fails where they are right', async () => {
    const kcv = { id: 'k', algorithm: 'AES', key: '00'.repeat(16), aesEcb3: '66E94B' };
    const refused = [
      [{ ...mac, mac: '00'.repeat(16), ok: false }, 1],
      [{ ...mac, ok: false }, 0],
      [{ ...kcv, aesEcb3: '000000', ok: false }, 1],
      [{ ...kcv, ok: false }, 0],
    ] as const;
    for (const [one, passed] of refused) expect((await runText('a.json', JSON.stringify([one]))).passed).toBe(passed);
  });

  it('may hold texts that are not even bytes, where it wants them refused', async () => {
    const track = { id: 't', form: 'TAG57', value: '4111111111111111D2812221F0D', ok: false };
    expect(await runText('a.json', JSON.stringify([track]))).toMatchObject({ passed: 1 });
  });

  it('says when it holds another number of cases than it announces', () => {
    expect(parseVectorFile('a.json', JSON.stringify({ caseCount: 2, cases: [mac] })).warnings).toHaveLength(1);
  });

  it('gets one line a family and one a failed case', async () => {
    const wrong = { ...mac, id: 'm2', mac: '00'.repeat(16) };
    const results = [await runText('a.json', JSON.stringify([mac, wrong]))];
    expect(report(results, 'software')).toEqual([
      'macs: 1 passed, 1 failed, 0 not supported by software',
      '  failed m2: mac of the provider differs',
    ]);
  });
});
