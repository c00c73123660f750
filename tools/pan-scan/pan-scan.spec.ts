import { TEST_CARDS } from '@tsunagu/simulator';
import { describe, expect, it } from 'vitest';
import { PUBLISHED_TEST_PANS, panPatterns, skippedForms } from './pan-forms.js';
import { PatternAutomaton } from './pattern-automaton.js';
import { isCoreDump, mediumOf } from './scan-files.js';
import { ScanReport } from './scan-report.js';

const PAN = '4761739001010119';

function formsFoundIn(bytes: Buffer, pans: readonly string[] = [PAN]): string[] {
  const report = new ScanReport(panPatterns(pans));
  report.value('test', 'here', bytes);
  return [...report.formsHit].map((form) => form.split('/')[1]!);
}

describe('the forms of a card number', () => {
  it.each([
    ['plain', Buffer.from(`"pan":"${PAN}"`)],
    ['spaced', Buffer.from('4761 7390 0101 0119')],
    ['dashed', Buffer.from('4761-7390-0101-0119')],
    ['bcd', Buffer.from(`57134761739001010119d2212`.padEnd(26, '0'), 'hex')],
    ['bcd-shifted', Buffer.from(`0${PAN}0`, 'hex')],
    ['utf16le', Buffer.from(PAN, 'utf16le')],
    ['utf16be', Buffer.from(PAN, 'utf16le').swap16()],
    ['hex', Buffer.from(Buffer.from(PAN).toString('hex'))],
    ['plain', Buffer.from(Buffer.from(PAN, 'hex').toString('hex'))],
    ['ebcdic', Buffer.from([...PAN].map((digit) => 0xf0 + Number(digit)))],
    ['ebcdic-HEX', Buffer.from([...PAN].map((digit) => `F${digit}`).join(''))],
    ['ebcdic-hex', Buffer.from([...PAN].map((digit) => `f${digit}`).join(''))],
    ['first-12', Buffer.from('track 476173900101 cut')],
  ])('are found when written as %s [C1]', (form, bytes) => {
    expect(formsFoundIn(bytes)).toContain(form);
  });

  it('are found when only the last ten digits are left [C1]', () => {
    expect(formsFoundIn(Buffer.from('x 1006528599 x'), ['6250941006528599'])).toEqual(['last-10']);
  });

  it.each([0, 1, 2, 3, 4, 5])('are found in base64 at any alignment (%i bytes before) [C1]', (before) => {
    const text = Buffer.from(`${'x'.repeat(before)}${PAN}tail`).toString('base64');
    expect(formsFoundIn(Buffer.from(text)).some((form) => form.startsWith('base64'))).toBe(true);
  });

  it('leave alone what a counter would also show, and say so', () => {
    expect(
      formsFoundIn(Buffer.from('amount 000000000005 and 1111111111'), ['4111111111111111', '6200000000000005']),
    ).toEqual([]);
    expect(skippedForms(['6200000000000005'])).toEqual(
      ['first-12', 'last-10', 'bcd', 'bcd-shifted'].map((form) => `620000…0005/${form}`),
    );
  });

  it('leave alone the first six and last four digits that everybody may see', () => {
    for (const pan of PUBLISHED_TEST_PANS)
      expect(formsFoundIn(Buffer.from(`${pan.slice(0, 6)}******${pan.slice(-4)}`))).toEqual([]);
  });
});

it('knows every card of the simulated readers', () => {
  const known = new Set(PUBLISHED_TEST_PANS);
  expect(
    Object.values(TEST_CARDS)
      .filter((card) => !known.has(card.pan))
      .map((card) => card.name),
  ).toEqual([]);
});

describe('one pass over the bytes', () => {
  it('finds what plain searching finds, wherever the chunks are cut', () => {
    const patterns = ['aba', 'ab', 'b', 'bab', 'cc'].map((text) => Buffer.from(text));
    const text = Buffer.from('ccababacabbabccc');
    const expected = patterns.flatMap((pattern, index) =>
      [...text.keys()]
        .filter((at) => text.subarray(at, at + pattern.length).equals(pattern))
        .map((at) => `${index}@${at + pattern.length}`),
    );
    for (let cut = 0; cut <= text.length; cut += 1) {
      const found: string[] = [];
      const scan = new PatternAutomaton(patterns).scanner();
      for (const chunk of [text.subarray(0, cut), text.subarray(cut)])
        scan(chunk, (match) => found.push(`${match.pattern}@${match.endOffset}`));
      expect(found.sort()).toEqual([...expected].sort());
    }
  });

  it('counts every hit but never keeps the number', () => {
    const report = new ScanReport();
    report.value('logs', 'api.log', Buffer.from(`${PAN} ${PAN}`));
    expect(report.hitCount).toBeGreaterThanOrEqual(2);
    expect(JSON.stringify(report.hits)).not.toContain(PAN.slice(0, 12));
  });
});

it.each([
  ['/x/.tsunagu/pg/data/pg_wal/000000010000000000000001', 'wal'],
  ['/x/.tsunagu/pg/data/base/5/1259', 'data folder'],
  ['/x/.tsunagu/logs/api', 'logs'],
  ['/x/core.77', 'core dump'],
  ['/x/.tsunagu/sandbox.json', 'sandbox files'],
])('tells the medium of %s', (path, medium) => {
  expect(mediumOf(path)).toBe(medium);
});

it('does not take a source file for a core dump', () => {
  expect(['core', 'core.1', 'core-node.9'].map(isCoreDump)).toEqual([true, true, true]);
  expect(['core.js', 'score', 'core.md'].map(isCoreDump)).toEqual([false, false, false]);
});
