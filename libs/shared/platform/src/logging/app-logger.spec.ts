import { AppError, Secret } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { AppLogger } from './app-logger.js';
import { isLuhnValid, scrubCardNumbers } from './scrub.js';

const PAN = '4111111111111111';
const PANS = [
  PAN,
  '4111 1111 1111 1111',
  '4111-1111-1111-1111',
  '4111.1111.1111.1111',
  '3530111333300000',
  '378282246310005',
  '6212345678901232',
  '36227206271667',
];

class SpecError extends AppError {
  readonly code = 'spec_error';
  readonly category = 'internal';
}

function aLog() {
  const lines: string[] = [];
  const logger = new AppLogger({ app: 'api', nodeName: 'api-1', logLevel: 'debug' }, (line) => void lines.push(line));
  const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, entries };
}

describe('the log', () => {
  it('writes one JSON line with an ISO instant, never a 13-digit epoch [D4]', () => {
    const { logger, lines, entries } = aLog();
    logger.log('attempt answered', {
      attemptId: '01930000-1234-7000-8000-0123456789ab',
      actionCode: '000',
      durationMs: 12.3456789,
    });
    expect(lines[0]?.endsWith('\n')).toBe(true);
    expect(entries()[0]).toMatchObject({
      level: 'info',
      app: 'api',
      message: 'attempt answered',
      attemptId: '01930000-1234-7000-8000-0123456789ab',
      actionCode: '000',
      durationMs: 12.346,
    });
    expect(entries()[0]?.['time']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(lines[0]).not.toMatch(/\d{13}/);
  });

  it.each(PANS)('lets no card number through, wherever it stands: %s [D1]', (pan) => {
    const { logger, lines } = aLog();
    logger.log(`got ${pan}`, {
      reason: `card ${pan} refused`,
      url: `/v1/${pan}`,
      note: pan,
      list: [pan],
      [pan]: 1,
      number: Number(pan.replace(/\D/g, '')),
    });
    logger.error(new Error(pan), { error: new SpecError(`bad ${pan}`, { reason: pan }) });
    logger.warn('x', {
      error: Object.assign(new Error(pan), {
        cause: pan,
        detail: pan,
        query: pan,
        parameters: [pan],
        code: pan,
        name: pan,
      }),
    });
    logger.error('x', `Error: ${pan}\n at here`);
    for (const line of lines) {
      expect(line).not.toContain(pan);
      expect(line).not.toContain(pan.replace(/\D/g, ''));
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    }
  });

  it('drops what is not a fact and says which it was [D1]', () => {
    const { logger, entries } = aLog();
    logger.log('x', {
      body: { a: 1 },
      card: { pan: PAN },
      buffer: Buffer.from('secret'),
      text: 'free text of a stranger',
      pin: '1234',
      password: 'hunter2',
      ok: 'approved',
    });
    expect(entries()[0]).toMatchObject({
      ok: 'approved',
      dropped: ['body', 'card', 'buffer', 'text', 'pin', 'password'],
    });
    expect(JSON.stringify(entries()[0])).not.toMatch(/hunter2|stranger|1234/);
  });

  it('drops long hex: a key, a track, a cryptogram', () => {
    const { logger, lines } = aLog();
    logger.log('x', { value: 'AB'.repeat(32), sample: 'ab'.repeat(32) });
    expect(lines[0]).not.toContain('ABABAB');
    expect(lines[0]).not.toContain('ababab');
  });

  it('shows a mask for a secret', () => {
    const { logger, lines } = aLog();
    logger.log('x', { value: new Secret('swordfish'), values: [new Secret('swordfish')] });
    expect(lines[0]).not.toContain('swordfish');
  });

  it('keeps of a foreign error its class, code and places, never its message or cause [D2]', () => {
    const { logger, entries } = aLog();
    const foreign = Object.assign(new TypeError('value "tanaka taro" is bad'), {
      code: 'ERR_BAD',
      cause: new Error('tanaka'),
    });
    logger.error('it failed', { error: foreign });
    const [entry] = entries();
    expect(entry?.['error']).toMatchObject({ name: 'TypeError', code: 'ERR_BAD' });
    expect(entry?.['error']).toMatchObject({
      places: expect.arrayContaining([expect.stringContaining('at ')]) as unknown,
    });
    expect(JSON.stringify(entry)).not.toContain('tanaka');
  });

  it('keeps of an error of ours also its sentence and facts', () => {
    const { logger, entries } = aLog();
    logger.error('it failed', { error: new SpecError('a rule was broken', { state: 'created' }) });
    expect(entries()[0]?.['error']).toMatchObject({
      name: 'SpecError',
      code: 'spec_error',
      message: 'a rule was broken',
      facts: { state: 'created' },
    });
  });

  it('encodes newlines and control characters, so that nobody forges a line [D4]', () => {
    const { logger, lines } = aLog();
    logger.log('one\n{"level":"error"}\u0000\u001b[31m', { reason: 'a\r\nb' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\u0000-\u001f]/); // oxlint-disable-line no-control-regex -- the rule under test
  });

  it('does not narrate what the framework narrates', () => {
    const { logger, lines } = aLog();
    logger.log('Mapped {/v1/payments, POST} route', 'RouterExplorer');
    expect(lines).toEqual([]);
  });
});

describe('the scrubber of card numbers', () => {
  it('knows the check digit', () => {
    expect(PANS.every((pan) => isLuhnValid(pan.replace(/\D/g, '')))).toBe(true);
    expect(isLuhnValid('4111111111111112')).toBe(false);
  });

  it('finds a card number inside a longer run of digits', () => {
    expect(scrubCardNumbers(`99${PAN}88`)).toBe('[card number]');
    expect(scrubCardNumbers(`;${PAN}=25121010000012300000?`)).not.toContain(PAN);
  });

  it('leaves ids, instants, amounts and phone-sized numbers alone', () => {
    for (const text of [
      '01930000-1234-7000-8000-012345678901',
      '2026-11-23T00:00:00.000Z',
      '999999999',
      'pay_01J9Z6Q0V8R3W5X7Y9ABCDEFGH',
    ])
      expect(scrubCardNumbers(text)).toBe(text);
  });
});
