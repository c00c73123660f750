import type { TracedMessage } from '@tsunagu/simulator';
import { describe, expect, it } from 'vitest';
import { CERTIFICATION } from './certification-case.js';
import { METHOD_CASES, methodCasesOf } from './method-cases.js';
import { isPassed, markdown, type Certification } from './report.js';
import type { CaseResult } from './run-case.js';

const MESSAGE: TracedMessage = {
  place: 1,
  at: '2026-11-23T06:08:50.256Z',
  link: 'acq',
  endpoint: 'primary',
  direction: 'in',
  fault: 'lose_reply',
  message: { mti: '1200', '2': '411111******1111', '39': '000' },
};

function run(deviations: readonly string[], agrees = true): Certification {
  const result: CaseResult = {
    id: 'T2',
    title: 'time-out',
    faults: ['lose_reply of 1200, 1 time(s)'],
    expected: 'declined; 1200 → 1420',
    got: 'declined, reversed',
    deviations,
    messages: [MESSAGE],
  };
  const times = { startedAt: '2026-11-23T06:08:47Z', endedAt: '2026-11-23T06:10:03Z' };
  return { link: 'acq', house: 'http://127.0.0.1:1', ...times, results: [result], books: ['books line'], agrees };
}

describe('certification report', () => {
  it('passes when no case deviates and the books agree, and says so', () => {
    expect(isPassed(run([]))).toBe(true);
    expect(markdown(run([]))).toContain('**Verdict: passed** · 1 of 1 cases · books agree');
  });

  it.each([
    ['a case that deviates', run(['1420 did not come']), '**failed**'],
    ['books that differ', run([], false), 'books DIFFER'],
  ])('does not pass with %s', (_, made, words) => {
    expect(isPassed(made)).toBe(false);
    expect(markdown(made)).toContain('NOT passed');
    expect(markdown(made)).toContain(words);
  });

  it('shows what was sent, what the host did to it, every deviation, and room for two signatures', () => {
    const text = markdown(run(['1420 did not come']));
    expect(text).toContain('06:08:50.256 → 1200 [lose_reply] 2=411111******1111 39=000');
    expect(text).toContain("Host's part: lose_reply of 1200, 1 time(s).");
    expect(text).toContain('- **1420 did not come**');
    expect(text).toMatch(/\| acquirer \| \| \| \|\n\| host \| \| \| \|/);
  });
});

describe('certification script', () => {
  it('has the cases that a money feature is done with: M2 of the security checklist', () => {
    const titles = CERTIFICATION.map(({ title }) => title).join('\n');
    for (const word of [
      'approved',
      'declined',
      'time-out',
      'late',
      'duplicate',
      'malformed',
      'lost three times',
      'reconnect',
    ])
      expect(titles).toContain(word);
    const ids = [...CERTIFICATION, ...METHOD_CASES].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('asks of a counterpart what its own methods are', () => {
    expect(methodCasesOf('cup').every(({ title }) => title.startsWith('UnionPay'))).toBe(true);
    for (const link of ['jcb', 'acq', 'cup']) expect(methodCasesOf(link).length).toBeGreaterThan(0);
  });

  it('strikes a counted number of messages in every case that hurts one, so that no case leaks into the next', () => {
    const faults = [...CERTIFICATION, ...METHOD_CASES].flatMap((one) => one.faults);
    expect(faults.every(({ next, mtis }) => next !== undefined && (mtis?.length ?? 0) > 0)).toBe(true);
  });
});
