import { describe, expect, it } from 'vitest';
import { StanAllocator, StanBlocks } from './stan-allocator.js';

class From extends StanBlocks {
  reservations = 0;
  constructor(private next: number) {
    super();
  }
  override async reserve(_link: string, size: number): Promise<number> {
    this.reservations += 1;
    this.next += size;
    return this.next - size;
  }
}

describe('trace numbers', () => {
  it('goes from 999999 to 000001 [A19]', async () => {
    const stans = new StanAllocator(new From(999_999), 'link');
    expect([await stans.next(), await stans.next()]).toEqual(['999999', '000001']);
  });

  it('skips a number that is in flight [A19]', async () => {
    const stans = new StanAllocator(new From(999_999), 'link', (stan) => stan === '000001');
    expect([await stans.next(), await stans.next()]).toEqual(['999999', '000002']);
  });

  it('gives every caller another number, and takes one block for fifty of them', async () => {
    const blocks = new From(1);
    const stans = new StanAllocator(blocks, 'link');
    const given = await Promise.all(Array.from({ length: 50 }, () => stans.next()));
    expect(new Set(given).size).toBe(50);
    expect(blocks.reservations).toBe(1);
  });
});
