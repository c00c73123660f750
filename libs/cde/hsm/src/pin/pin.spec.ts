import { describe, expect, it } from 'vitest';
import type { PinFormat } from '../provider/hsm-provider.js';
import { translatePinBlock, type PinKeySide } from './pin-translation.js';

describe('PIN translation', () => {
  it('never translates to format 1, and keeps formats with their kind of key [CC-19]', () => {
    const tdes = (format: PinFormat): PinKeySide => ({ key: Buffer.alloc(16, 1), family: 'TDES', format });
    const aes = (format: PinFormat): PinKeySide => ({ key: Buffer.alloc(16, 2), family: 'AES', format });
    for (const [from, to] of [
      [tdes(0), tdes(1)],
      [aes(4), tdes(1)],
      [tdes(1), tdes(1)],
      [tdes(0), tdes(4)],
      [aes(0), tdes(0)],
    ] as const) {
      expect(() => translatePinBlock(from, Buffer.alloc(16), to, Buffer.from('4111111111111111'))).toThrow(
        expect.objectContaining({ reason: 'unsupported' }),
      );
    }
  });
});
