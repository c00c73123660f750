import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encipherFormat4 } from '../pin/pin-block.js';
import { translatePinBlock, type PinKeySide } from '../pin/pin-translation.js';
import { publishedPinKey } from './published-pin-key.js';
import { SoftwareHsm } from './software-hsm.js';

const folder = mkdtempSync(join(tmpdir(), 'published-pin-key-'));
const open = (mode: 'sandbox' | 'production') =>
  SoftwareHsm.open({ directory: join(folder, mode), partition: 'switch', mode, waiver: 'spec', warn: () => {} });
const order = (id: string, type: 'AES128' | 'TDES2') =>
  ({ id, usage: 'P0', type, scope: 'link-pin', isPublished: true }) as const;

afterAll(() => rmSync(folder, { recursive: true }));

describe('published PIN keys', () => {
  it('are made in sandbox mode, the same every time; production makes none', async () => {
    const [sandbox, production] = [await open('sandbox'), await open('production')];
    const first = await sandbox.generateKey(order('one', 'AES128'));
    expect((await sandbox.generateKey(order('two', 'AES128'))).kcv).toBe(first.kcv);
    expect((await sandbox.generateKey(order('three', 'TDES2'))).kcv).not.toBe(first.kcv);
    await expect(production.generateKey(order('one', 'AES128'))).rejects.toMatchObject({ reason: 'usage_denied' });
    for (const hsm of [sandbox, production]) hsm.close();
  });

  it('exist for the types of PIN keys alone', () => {
    expect(() => publishedPinKey('AES256')).toThrow(expect.objectContaining({ reason: 'unsupported' }));
  });
});

describe('a PIN on its way to a link', () => {
  const zone = Buffer.alloc(16, 7);
  const pan = Buffer.from('6205500000000000004');
  const aes = (key: Buffer): PinKeySide => ({ key, family: 'AES', format: 4 });
  const tdes = (format: 0 | 3): PinKeySide => ({ key: publishedPinKey('TDES2'), family: 'TDES', format });

  it.each([4, 5, 6, 7, 8, 9, 10, 11, 12])('of %i digits arrives in every format, and for no other card', (length) => {
    const pin = Buffer.from(Array.from({ length }, (_, at) => (at * 7 + length) % 10));
    const sent = encipherFormat4(zone, pin, pan);
    for (const to of [aes(publishedPinKey('AES128')), tdes(0), tdes(3)]) {
      const block = translatePinBlock(aes(zone), sent, to, pan);
      expect(block).toHaveLength(to.format === 4 ? 16 : 8);
      const back = translatePinBlock(to, block, { ...tdes(0), key: zone }, pan);
      expect(back).toEqual(translatePinBlock(aes(zone), sent, { ...tdes(0), key: zone }, pan));
    }
    const other = Buffer.from('6200000000000005');
    expect(() => translatePinBlock(aes(zone), sent, tdes(0), other)).toThrow(
      expect.objectContaining({ reason: 'format' }),
    );
  });
});
