import { randomBytes } from 'node:crypto';
import { newId, Secret } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { digestOf, newSecret, parseKey, writeKey } from './key-text.js';

describe('the text of a key', () => {
  const id = newId(new Date());
  const secret = newSecret();
  const key = writeKey('test', id, secret);

  it('reads back what was written', () => {
    expect(parseKey(key)).toEqual({ mode: 'test', id, secret });
  });

  it('refuses every single mistyped character before the database is asked [F1]', () => {
    for (let at = 0; at < key.length; at += 1) {
      const typo = key.slice(0, at) + (key[at] === 'Z' ? 'Y' : 'Z') + key.slice(at + 1);
      expect(parseKey(typo)).toBeUndefined();
    }
  });

  it('refuses other shapes', () => {
    for (const text of ['', 'tsk_test_', key.toLowerCase(), ` ${key}`, `${key}\n`, key.replace('test', 'live')])
      expect(parseKey(text)).toBeUndefined();
  });

  it('has 256 random bits [F1]', () => {
    expect(newSecret()).toMatch(/^[0-9A-HJKMNP-TV-Z]{52}$/);
    expect(new Set(Array.from({ length: 100 }, newSecret)).size).toBe(100);
  });

  it('digests under the pepper [F1]', () => {
    const parsed = { mode: 'test', id, secret } as const;
    const [a, b] = [new Secret(randomBytes(32)), new Secret(randomBytes(32))];
    expect(digestOf(a, parsed)).toEqual(digestOf(a, parsed));
    expect(digestOf(a, parsed)).not.toEqual(digestOf(b, parsed));
  });
});
