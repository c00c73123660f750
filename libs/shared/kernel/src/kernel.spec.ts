import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  AMOUNT_MINOR_MAX,
  InvariantError,
  Secret,
  SystemClock,
  businessDate,
  checkAmountMinor,
  displayAmount,
  fromWireId,
  idInstant,
  invariant,
  isCurrency,
  newId,
  toWireId,
} from './index.js';

describe('ids', () => {
  it('carry their instant, sort by it, and never repeat', () => {
    const early = newId(new Date('2026-11-01T00:00:00.000Z'));
    const late = newId(new Date('2026-11-01T00:00:00.001Z'));
    expect(idInstant(early).toISOString()).toBe('2026-11-01T00:00:00.000Z');
    expect(early < late).toBe(true);
    expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    const at = new Date();
    expect(new Set(Array.from({ length: 5000 }, () => newId(at))).size).toBe(5000);
  });

  it('go to the wire and come back as the same 128 bits', () => {
    const id = newId(new Date());
    const wire = toWireId('pay', id);
    expect(wire).toMatch(/^pay_[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(fromWireId('pay', wire)).toBe(id);
  });

  it.each([
    ['another prefix', 'ref_01J9Z6Q0V8R3W5X7Y9ABCDEFGH'],
    ['lower case', 'pay_01j9z6q0v8r3w5x7y9abcdefgh'],
    ['a letter outside the alphabet', 'pay_01J9Z6Q0V8R3W5X7Y9ABCDEFGU'],
    ['more than 128 bits', 'pay_ZZZZZZZZZZZZZZZZZZZZZZZZZZ'],
    ['a short text', 'pay_01J9'],
  ])('are refused with %s', (_, text) => {
    expect(fromWireId('pay', text)).toBeUndefined();
  });
});

describe('money', () => {
  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, AMOUNT_MINOR_MAX + 1, 2 ** 53])('refuses %s', (amount) => {
    expect(() => checkAmountMinor(amount)).toThrow(InvariantError);
  });

  it('shows yen without decimals and dollars with two [A12]', () => {
    expect(displayAmount({ amountMinor: 1_234_567, currency: 'JPY' })).toBe('¥1,234,567');
    expect(displayAmount({ amountMinor: 5, currency: 'USD' })).toBe('USD 0.05');
    expect(displayAmount({ amountMinor: 1_234_567, currency: 'KWD' })).toBe('KWD 1,234.567');
  });

  it('knows currencies by code only, not by what objects inherit', () => {
    expect(isCurrency('JPY')).toBe(true);
    expect(isCurrency('toString')).toBe(false);
  });
});

describe('business date', () => {
  it('changes at midnight in Tokyo [A18]', () => {
    expect(businessDate(new Date('2026-11-22T14:59:59.999Z'))).toBe('2026-11-22');
    expect(businessDate(new Date('2026-11-22T15:00:00.000Z'))).toBe('2026-11-23');
  });

  it('stays open past midnight until the cut-off of the merchant [A18]', () => {
    expect(businessDate(new Date('2026-11-22T19:59:59.999Z'), 300)).toBe('2026-11-22');
    expect(businessDate(new Date('2026-11-22T20:00:00.000Z'), 300)).toBe('2026-11-23');
  });
});

describe('a secret', () => {
  it('prints a mask everywhere and gives its value only when asked', () => {
    const secret = new Secret('4111111111111111');
    const printed = [
      JSON.stringify({ secret }),
      `${secret as unknown as string}`,
      inspect({ secret }),
      String(secret),
    ].join(' ');
    expect(printed).not.toContain('4111');
    expect(secret.reveal()).toBe('4111111111111111');
  });
});

it('names the rule that was broken', () => {
  expect(() => invariant([1].includes(2), 'one is more than two')).toThrow('invariant broken: one is more than two');
});

it('wakes a sleeper early when it is told to stop', async () => {
  const stop = new AbortController();
  const sleeping = new SystemClock().sleep(600_000, stop.signal);
  stop.abort();
  await expect(sleeping).resolves.toBeUndefined();
});
