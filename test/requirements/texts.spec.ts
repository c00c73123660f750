import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
/** Whoever follows this advice charges twice: a key names a purchase, not a request. */
const BAD_ADVICE =
  /(unique|new|fresh|different)( idempotency)? key (for|per) (each |every |a )?(new )?(request|retry|attempt)|unique (for|per) (each |every )?request|リクエストごとに(一意|異なる|新しい)/i;

function textsBelow(folder: string, wanted: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => wanted.test(name))
    .map((name) => join(folder, name));
}

it('never teaches a new key per request, in any page, contract or guide that a developer reads [B8]', () => {
  // The tables of requirements are left out: they name the rule, and its tests.
  const files = [
    'README.md',
    'README.ja.md',
    ...textsBelow('docs', /^(?!(card-crypto-)?requirements).*\.(md|json)$/),
    ...textsBelow('apps/api/src', /\.ts$/),
  ];
  const read = files.filter((file) => !file.endsWith('spec.ts'));
  expect(read.length).toBeGreaterThan(80);
  expect(read.filter((file) => BAD_ADVICE.test(readFileSync(join(ROOT, file), 'utf8')))).toEqual([]);
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toMatch(/same key for every retry/);
});

it('knows the bad advice when it reads it', () => {
  for (const text of [
    'a unique key for each request',
    'unique for every request',
    'a new idempotency key per retry',
    'リクエストごとに一意',
  ])
    expect(BAD_ADVICE.test(text), text).toBe(true);
  expect(BAD_ADVICE.test('One idempotency key names one purchase; use it for every retry')).toBe(false);
});
