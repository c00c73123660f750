import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DUKPT_PROFILES, TerminalDukpt } from '@tsunagu/hsm';
import { openCard, seal, unseal } from './bare-crypto.js';

const initialKey = Buffer.from('1273671EA26AC29AFA4D1084127652A1', 'hex');
const initialKeyId = '1234567890123456';
const track = '57134761739001010119D30122011000012345'.replace('5713', '');

describe('the bare pipeline does the same cryptography as the gateway', () => {
  it.each([1, 2, 3, 1000, 0x1ffff])('opens what a reader encrypted under counter %i', (counter) => {
    const value = Buffer.from(`${track}F`.slice(0, 38), 'hex');
    const plain = Buffer.concat([Buffer.from([0x57, value.length]), value]);
    const reader = new TerminalDukpt(DUKPT_PROFILES['aes128-cbc-cmac-tlv'], initialKey, initialKeyId);
    const { ksn, iv, ciphertext, mac } = reader.encryptCard(counter, plain);
    const opened = openCard(initialKey, { ksn, iv: iv!, ciphertext, mac: mac! });
    expect(opened).toMatchObject({ pan: '4761739001010119', expiry: '3012' });
    expect(openCard(initialKey, { ksn, iv: iv!, ciphertext, mac: '00'.repeat(16) })).toBeUndefined();
  });

  it('seals for one purpose and opens for no other', () => {
    const key = Buffer.alloc(32, 7);
    const sealed = seal(key, 'account', 'secret');
    expect(unseal(key, 'account', sealed)).toBe('secret');
    expect(() => unseal(key, 'sad', sealed)).toThrow();
  });
});

it('needs no framework', () => {
  const source = ['bare-pipeline.ts', 'bare-crypto.ts']
    .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
    .join('\n');
  const imports = [...source.matchAll(/from '([^']+)'/g)]
    .map((match) => match[1]!)
    .filter((name) => !name.startsWith('.'));
  const allowed = new Set(['pg', '@tsunagu/iso8583', '@tsunagu/kernel']);
  expect(imports.filter((name) => !name.startsWith('node:') && !allowed.has(name))).toEqual([]);
});
