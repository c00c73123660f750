import { describe, expect, it } from 'vitest';
import { KeyMoveError, advanceKey, type KeyMove, type KeyState } from './key-state.js';

const STATES: readonly KeyState[] = ['pending', 'active', 'decrypt-only', 'retired', 'destroyed'];
const MOVES: readonly KeyMove[] = ['activate', 'close', 'retire', 'revoke', 'destroy', 'expire'];

describe('[CC-14] life of a key', () => {
  it('goes forward only', () => {
    for (const from of STATES) {
      for (const move of MOVES) {
        try {
          expect(STATES.indexOf(advanceKey(from, move))).toBeGreaterThanOrEqual(STATES.indexOf(from));
        } catch (error) {
          expect(error).toBeInstanceOf(KeyMoveError);
        }
      }
    }
  });

  it('begins with an approval and ends for ever', () => {
    expect(() => advanceKey('pending', 'close')).toThrow(KeyMoveError);
    expect(() => advanceKey('active', 'destroy')).toThrow(KeyMoveError);
    for (const move of ['activate', 'close', 'retire', 'revoke'] as const) {
      expect(() => advanceKey('destroyed', move)).toThrow(KeyMoveError);
    }
    expect(advanceKey('retired', 'destroy')).toBe('destroyed');
  });

  it('takes a repeated move for done', () => {
    expect(advanceKey('active', 'activate')).toBe('active');
    expect(advanceKey('destroyed', 'destroy')).toBe('destroyed');
  });
});
