import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, compileSpec, defineSpec, type IsoMessage } from '@tsunagu/iso8583';
import { HqWords } from '../testing/hq-words.js';
import { offendingBytes, salvage } from './salvage.js';

const PROFILES = ['ascii', 'hybrid', 'binary', 'binary-lp'] as const;

describe.each(PROFILES)('a malformed message in %s', (profile) => {
  const codec = compileSpec(defineSpec(profile));

  function read(bytes: Buffer): IsoMessage | undefined {
    try {
      return codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return salvage(codec, profile, bytes, error);
    }
  }

  it('gives the fields in front of the one that is to blame', () => {
    const bytes = codec.encode(HqWords.sale());
    const known = read(bytes.subarray(0, bytes.length - 2));
    expect([known?.mti, known?.text(11), known?.text(12), known?.text(41)]).toEqual([
      '1200',
      '000001',
      '261123120000',
      'TSN00001',
    ]);
  });

  it('never gives anything but a message or nothing, whatever byte was hit', () => {
    const bytes = codec.encode(HqWords.sale());
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
        const hit = Buffer.from(bytes);
        hit[at] = value;
        const known = read(hit.subarray(0, length));
        expect(known === undefined || /^1[1-8]/.test(known.mti)).toBe(true);
        expect(offendingBytes(profile, hit.subarray(0, length)).length).toBeLessThanOrEqual(200);
      }),
    );
  });

  it('shows nothing of a card, wherever it stands', () => {
    const bytes = codec.encode(HqWords.sale());
    const shown = offendingBytes(profile, bytes);
    expect(shown).not.toContain(Buffer.from('3530111333300000').toString('hex'));
    expect(shown).not.toContain('3530111333300000');
    expect(shown.slice(-40)).toBe('2A'.repeat(20));
  });
});
