import { describe, expect, it } from 'vitest';
import { replyText } from './reply-text.js';

describe('what is kept of a receiver’s answer', () => {
  it('is its first 1,024 characters, without control characters [H7]', () => {
    expect(replyText(Buffer.from('<b>no\u0000\u001b[31m</b>\n'))).toBe('<b>no\ufffd\ufffd[31m</b>\n');
    expect([...replyText(Buffer.from('繋'.repeat(3_000)))]).toHaveLength(1_024);
    expect(replyText(Buffer.from([0xff, 0xfe, 0x41]))).toBe('\ufffd\ufffdA');
  });

  it('holds no card number, however it was written [D1]', () => {
    for (const number of ['4111111111111111', '4111 1111 1111 1111', '3530-1113-3330-0000'])
      expect(replyText(Buffer.from(`paid with ${number}.`))).toBe('paid with [number].');
  });
});
