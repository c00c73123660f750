import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf } from '../hex.js';
import { cmac } from './cmac.js';
import { padForMac } from './iso9797.js';

describe('message authentication codes', () => {
  it('pads by each method of ISO 9797-1', () => {
    const message = bytesOf('0102030405060708');
    expect(hexOf(padForMac(message, 8, 1))).toBe('0102030405060708');
    expect(hexOf(padForMac(message, 8, 2))).toBe('01020304050607088000000000000000');
    expect(hexOf(padForMac(message, 8, 3))).toBe('00000000000000400102030405060708');
    expect(hexOf(padForMac(Buffer.alloc(0), 8, 3))).toBe('00'.repeat(16)); // the length, and the block that an empty message becomes
  });

  it('leaves the message as it was', () => {
    const message = bytesOf('000102030405060708090A0B0C0D0E0F10');
    const before = hexOf(message);
    expect(cmac('AES', Buffer.alloc(16, 1), message)).toHaveLength(16);
    expect(cmac('TDES', Buffer.alloc(16, 1), message)).toHaveLength(8);
    expect(hexOf(message)).toBe(before);
  });
});
