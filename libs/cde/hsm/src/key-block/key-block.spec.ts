import { describe, expect, it } from 'vitest';
import { bytesOf } from '../hex.js';
import { kcvCmac } from '../mac/kcv.js';
import { KeyBlockError } from './key-block-error.js';
import { readHeader, type KeyBlockHeader } from './key-block-header.js';
import { openKeyBlock, sealKeyBlock } from './key-block.js';

const AES128 = bytesOf('000102030405060708090A0B0C0D0E0F');
const AES256 = Buffer.concat([AES128, AES128]);
const BDK: KeyBlockHeader = {
  version: 'D',
  usage: 'B0',
  algorithm: 'A',
  modeOfUse: 'X',
  keyVersion: '00',
  exportability: 'E',
  optionalBlocks: [],
};

/** Change one character of a text. */
const changed = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1);

describe('key blocks', () => {
  it('refuses any changed character with one and the same answer', () => {
    const block = sealKeyBlock(AES128, { ...BDK, optionalBlocks: [{ id: 'IK', data: '0123456789ABCDEF' }] }, AES128);
    const answers = new Set<string>();
    for (let at = 0; at < block.length; at += 1) {
      try {
        openKeyBlock(AES128, changed(block, at));
        expect.unreachable(`character ${at} was changed and nobody saw it`);
      } catch (error) {
        expect(error).toBeInstanceOf(KeyBlockError);
        answers.add(
          JSON.stringify(
            error,
            Object.getOwnPropertyNames(error).filter((name) => name !== 'stack'),
          ),
        );
      }
    }
    expect(answers.size).toBe(1);
  });

  it('refuses every shorter and a longer text', () => {
    const block = sealKeyBlock(AES128, BDK, AES128);
    for (let length = 0; length < block.length; length += 1) {
      expect(() => openKeyBlock(AES128, block.slice(0, length))).toThrow(KeyBlockError);
    }
    expect(() => openKeyBlock(AES128, `${block}00`)).toThrow(KeyBlockError);
    expect(() => openKeyBlock(AES128, 'D'.repeat(100_000))).toThrow(KeyBlockError);
  });

  it.each([
    [{ usage: 'P0' }],
    [{ usage: 'B0', modes: 'N' }],
    [{ usage: 'B0', algorithm: 'T' as const }],
    [{ usage: 'B0', exportability: 'N' }],
    [{ usage: 'B0', kcv: '000000' }],
    [{ usage: 'B0', kcv: '' }],
  ])('refuses a key that does not fit the slot %o', (slot) => {
    const block = sealKeyBlock(AES128, BDK, AES128);
    expect(openKeyBlock(AES128, block, { usage: 'B0', kcv: kcvCmac('AES', AES128), exportability: 'E' }).key).toEqual(
      AES128,
    );
    expect(() => openKeyBlock(AES128, block, slot)).toThrow(KeyBlockError);
  });

  it('never wraps a key under a weaker one, nor opens such a block', () => {
    expect(() => sealKeyBlock(AES128, BDK, AES256)).toThrow(KeyBlockError);
    expect(() => sealKeyBlock(AES128, { ...BDK, version: 'B', algorithm: 'A' }, AES128)).toThrow(KeyBlockError);
    const triple = { ...BDK, version: 'B', algorithm: 'T' } as const;
    expect(() => sealKeyBlock(AES128, triple, AES256.subarray(0, 24))).toThrow(KeyBlockError);
    expect(openKeyBlock(AES128, sealKeyBlock(AES128, triple, AES128)).key).toEqual(AES128);
  });

  it.each(['B', 'D'] as const)('fills optional blocks of version %s up to whole cipher blocks', (version) => {
    for (let length = 0; length < 40; length += 1) {
      const optionalBlocks = [{ id: 'LB', data: 'x'.repeat(length) }];
      const block = sealKeyBlock(AES128, { ...BDK, version, algorithm: 'T', optionalBlocks }, AES128);
      const opened = openKeyBlock(AES128, block);
      expect(opened.header.optionalBlocks.filter(({ id }) => id !== 'PB')).toEqual(optionalBlocks);
      expect(readHeader(block).end % (version === 'B' ? 8 : 16)).toBe(0);
    }
  });

  it('reads and writes a block longer than 255 characters', () => {
    const optionalBlocks = [{ id: 'CT', data: 'A'.repeat(1000) }];
    const block = sealKeyBlock(AES128, { ...BDK, optionalBlocks }, AES128);
    expect(block.slice(16, 24)).toBe('CT000203');
    expect(openKeyBlock(AES128, block).header.optionalBlocks[0]).toEqual(optionalBlocks[0]);
  });

  it('hides how long a key is, and writes a different block each time', () => {
    const [short, long] = [sealKeyBlock(AES256, BDK, AES128), sealKeyBlock(AES256, BDK, AES256)];
    expect(short.length).toBe(long.length);
    expect(sealKeyBlock(AES256, BDK, AES128)).not.toBe(short);
  });

  it('refuses a check value in the block that is not the key it holds', () => {
    const sealed = (data: string) => sealKeyBlock(AES128, { ...BDK, optionalBlocks: [{ id: 'KC', data }] }, AES128);
    expect(openKeyBlock(AES128, sealed('00C6A13B')).key).toEqual(AES128);
    expect(() => openKeyBlock(AES128, sealed('0100000000'))).toThrow(KeyBlockError);
  });

  it('does not hold the key or the block in its error', () => {
    const block = changed(sealKeyBlock(AES128, BDK, AES128), 100);
    try {
      openKeyBlock(AES128, block);
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(block.slice(60, 90));
    }
  });
});
