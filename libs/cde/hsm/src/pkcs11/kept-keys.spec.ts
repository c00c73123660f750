import { describe, expect, it } from 'vitest';
import { KeptKeys } from './kept-keys.js';
import type { TokenRequest } from './token-link.js';

function setUp() {
  const time = { nowMs: 0 };
  const destroyed: string[] = [];
  const request = (session: string): TokenRequest =>
    ({
      session: Buffer.from(session),
      cryptoki: { C_DestroyObject: (_: Buffer, handle: Buffer) => void destroyed.push(handle.toString()) },
    }) as unknown as TokenRequest;
  return { time, destroyed, request, keys: new KeptKeys(() => time.nowMs) };
}

describe('transaction keys inside a token', () => {
  it('belong to whoever takes them, once', () => {
    const { keys, request } = setUp();
    const handle = Buffer.from('k');
    expect(keys.keep('card', request('s'), handle)).toBe(true);
    expect([keys.take('card'), keys.take('card')]).toEqual([handle, undefined]);
  });

  it('are destroyed after their second when nobody takes them, each in its time', () => {
    const { time, keys, request, destroyed } = setUp();
    keys.keep('first', request('s'), Buffer.from('1'));
    time.nowMs = 500;
    keys.keep('second', request('s'), Buffer.from('2'));
    time.nowMs = 1000;
    expect([keys.destroyOld(request('other')), destroyed]).toEqual([true, ['1']]);
    time.nowMs = 1500;
    expect([keys.destroyOld(request('other')), destroyed]).toEqual([false, ['1', '2']]);
  });

  it('are forgotten with the session that made them', () => {
    const { keys, request } = setUp();
    const mine = request('s');
    keys.keep('card', mine, Buffer.from('1'));
    keys.keep('other', request('t'), Buffer.from('2'));
    keys.forget(mine.session);
    expect([keys.take('card'), keys.take('other')?.toString()]).toEqual([undefined, '2']);
  });

  it('are at most 128, and never two of one card: the rest is destroyed by its maker', () => {
    const { keys, request } = setUp();
    for (let n = 0; n < 128; n += 1) expect(keys.keep(`card ${n}`, request('s'), Buffer.from('k'))).toBe(true);
    expect(keys.keep('one more', request('s'), Buffer.from('k'))).toBe(false);
    keys.take('card 0');
    expect(keys.keep('card 1', request('s'), Buffer.from('k'))).toBe(false);
  });
});
