import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CardFormatError } from '../card/card-format-error.js';
import { SoftwareHsm } from '../software/software-hsm.js';
import { bytesOf } from '../hex.js';
import { DUKPT_PROFILES, type DukptProfile } from './dukpt-profile.js';
import { PayloadReader } from './payload-reader.js';
import { TerminalDukpt } from './terminal-dukpt.js';

const LMK = Buffer.alloc(32, 7);
let directory: string;
let hsm: SoftwareHsm;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
  await mkdir(join(directory, 'keys'));
  await writeFile(join(directory, 'lmk'), LMK, { mode: 0o600 });
  hsm = await SoftwareHsm.open({ directory, partition: 'vault', mode: 'sandbox', warn: () => {} });
});
afterAll(async () => {
  hsm.close();
  await rm(directory, { recursive: true });
});

describe('card data of a reader', () => {
  it('moves a terminal to the next usable counter and stops when there is none', () => {
    const terminal = new TerminalDukpt(
      DUKPT_PROFILES['tdes2-cbc-retail-track2'],
      Buffer.alloc(16, 3),
      'FFFF9876543210E00000',
    );
    expect(terminal.encryptCard(2047, Buffer.from(';x?'))).toMatchObject({
      ksn: 'FFFF9876543210E00800',
      nextCounter: 2049,
    });
    expect(terminal.encryptCard(0x1ff800, Buffer.from(';x?')).nextCounter).toBeNull();
    expect(() => terminal.encryptCard(0x1ff801, Buffer.from(';x?'))).toThrow(
      expect.objectContaining({ reason: 'unsupported' }),
    );
  });

  it.each(Object.entries(DUKPT_PROFILES))(
    'is opened by the vault as a %s device sent it, PIN included',
    async (name, profile: DukptProfile) => {
      const { key: bdk } = await hsm.generateKey({ id: name, usage: 'B0', type: profile.bdkType, scope: 'bdk' });
      const ikid = profile.scheme === 'AES-DUKPT' ? '0000000A00000001' : 'FFFF0000A00000200000';
      const terminal = new TerminalDukpt(
        profile,
        await hsm.exportClearInitialKey({ bdk, scheme: profile.scheme, ikid }),
        ikid,
      );
      const plain =
        profile.content === 'TLV'
          ? bytesOf('57134111111111111111D29081011235285492365F')
          : Buffer.from(';4111111111111111=29081011235285492365?');
      const sent = terminal.encryptCard(1, plain);
      const reader = new PayloadReader(hsm, profile);
      const payload = reader.shape(sent)!;
      expect(await reader.verify(bdk, payload)).toBe(true);
      const content = await reader.read(bdk, payload);
      expect(content.track2?.reveal().toString()).toBe('4111111111111111=29081011235285492365');

      const pin = terminal.encryptPin(1, '1234', '4111111111111111');
      await hsm.generateKey({ id: 'zpk-zone', usage: 'P0', type: 'AES128', scope: 'zone-pin' });
      const dukpt = {
        scheme: profile.scheme,
        bdk,
        ksn: pin.ksn,
        keyType: profile.workingKeyType,
        variant: 'request',
      } as const;
      const from = { dukpt, format: pin.format === 'iso4' ? 4 : 0, block: bytesOf(pin.data) } as const;
      const out = { key: { provider: 'software', id: 'zpk-zone' }, format: 4 } as const;
      expect((await hsm.translatePin({ in: from, out, pan: content.pan })).block).toHaveLength(16);
    },
  );

  it.each(Object.entries(DUKPT_PROFILES))(
    'has one answer for any nonsense under a right MAC (%s)',
    async (name, profile: DukptProfile) => {
      const { key: bdk } = await hsm.generateKey({ id: name, usage: 'B0', type: profile.bdkType, scope: 'bdk' });
      const ikid = profile.scheme === 'AES-DUKPT' ? '0000000A00000001' : 'FFFF0000A00000200000';
      const unpadded = { ...profile, padding: 'NONE' } as const;
      const initialKey = await hsm.exportClearInitialKey({ bdk, scheme: profile.scheme, ikid });
      const reader = new PayloadReader(hsm, profile);
      for (let seed = 1; seed <= 200; seed += 1) {
        const plain = Buffer.from(
          Array.from({ length: 48 }, (_, i) => (Math.imul(seed, 2_654_435_761) >>> (i % 24)) ^ i),
        );
        const payload = reader.shape(new TerminalDukpt(unpadded, initialKey, ikid).encryptCard(1, plain))!;
        expect(await reader.verify(bdk, payload)).toBe(true);
        await expect(reader.read(bdk, payload)).rejects.toThrow(CardFormatError);
      }
    },
  );

  it('refuses shapes that no device of the profile sends', () => {
    const reader = new PayloadReader(hsm, DUKPT_PROFILES['aes128-cbc-cmac-tlv']);
    const good = {
      ksn: '000000010000000100000001',
      iv: '00'.repeat(16),
      ciphertext: '00'.repeat(32),
      mac: '00'.repeat(16),
    };
    expect(reader.shape(good)).toBeDefined();
    for (const bad of [
      { ksn: '000000010000000100000000' },
      { ksn: 'FFFF9876543210E00001' },
      { iv: undefined },
      { iv: '00'.repeat(12) },
      { ciphertext: '00'.repeat(31) },
      { ciphertext: '' },
      { ciphertext: 'zz'.repeat(16) },
      { ciphertext: '00'.repeat(4112) },
      { mac: undefined },
      { mac: 'xx' },
    ]) {
      expect(reader.shape({ ...good, ...bad }), JSON.stringify(bad).slice(0, 60)).toBeUndefined();
    }
  });
});
