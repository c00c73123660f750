import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { computeMac } from '../mac/mac.js';
import { DUKPT_PROFILES, type DukptProfile } from '../dukpt/dukpt-profile.js';
import { PayloadReader } from '../dukpt/payload-reader.js';
import { TerminalDukpt } from '../dukpt/terminal-dukpt.js';
import { initialKeyOf, workingKeyFromInitial } from '../dukpt/working-key.js';
import { Ksn } from '../dukpt/ksn.js';
import { HsmError } from '../provider/hsm-error.js';
import { profileLack } from '../provider/profile-check.js';
import type { Dukpt, HsmCapabilities, HsmOperation, HsmProvider, KeyRef } from '../provider/hsm-provider.js';
import { zonePinKey } from '../provider/zone-keys.js';
import { CANDIDATES, type Candidate } from './candidates.js';

const iv = Buffer.alloc(12, 7);
const kek = { id: 'pan-kek', usage: 'D0', type: 'AES256', scope: 'pan-kek' } as const;
const index = { id: 'pan-index', usage: 'M7', type: 'HMAC256', scope: 'index' } as const;
const envelope = { id: 'envelope-sad-1', usage: 'D0', type: 'AES256', scope: 'envelope' } as const;
const BDK = Buffer.from('FEDCBA9876543210F1F1F1F1F1F1F1F1', 'hex');
const TLV = Buffer.from('57134111111111111111D29081011235285492365F', 'hex');

/** Methods that not every provider has, each asked with input that none would take further than its door. */
const ASKED: Readonly<Record<HsmOperation, (hsm: HsmProvider, key: KeyRef, dukpt: Dukpt) => Promise<unknown>>> = {
  dukptGenerateMac: (hsm, _, dukpt) => hsm.dukptGenerateMac(dukpt, { alg: 'AES-CMAC-16', data: BDK }),
  dukptEncrypt: (hsm, _, dukpt) => hsm.dukptEncrypt(dukpt, { mode: 'CBC', plain: BDK }),
  translatePin: (hsm, key, dukpt) =>
    hsm.translatePin({
      in: { dukpt, format: 4, block: BDK },
      out: { key, format: 4 },
      pan: Buffer.from('4111111111111111'),
    }),
  verifyArqc: (hsm, key) =>
    hsm.verifyArqc({
      key,
      derivation: 'A',
      session: 'none',
      pan: Buffer.from('4111111111111111'),
      psn: '00',
      atc: '0001',
      data: BDK,
      padding: 1,
      arqc: Buffer.alloc(8),
    }),
  verifyCardValue: (hsm, key) =>
    hsm.verifyCardValue({
      key,
      type: 'CVV2',
      pan: Buffer.from('4111111111111111'),
      value: Buffer.from('000'),
      expiry: '2908',
    }),
  reEncrypt: (hsm, key) => hsm.reEncrypt({ from: { key, mode: 'CBC' }, to: { key, mode: 'CBC' }, cipher: BDK }),
  importKeyBlock: (hsm, key) =>
    hsm.importKeyBlock({ id: 'x', scope: 'bdk', kbpk: key, keyBlock: 'D0', expect: { usage: 'B0' } }),
  importComponents: (hsm, key) =>
    hsm.importComponents({ id: 'x', usage: 'B0', type: 'AES128', scope: 'bdk', sealedBy: key, components: [] }),
  exportKeyBlock: (hsm, key) => hsm.exportKeyBlock({ kbpk: key, key, version: 'D' }),
  exportInitialKey: (hsm, key) =>
    hsm.exportInitialKey({ bdk: key, scheme: 'AES-DUKPT', ikid: '0'.repeat(16), kbpk: key }),
  exportClearInitialKey: (hsm, key) => hsm.exportClearInitialKey({ bdk: key, scheme: 'AES-DUKPT', ikid: 'nonsense' }),
  setKeyState: (hsm, key) => hsm.setKeyState({ ...key, id: 'nobody' }, 'retired'),
};

for (const candidate of CANDIDATES) {
  const lack = await candidate.lack();
  if (lack !== undefined) console.warn(`!! THE CONFORMANCE SUITE DID NOT RUN ON ${candidate.name}: ${lack}`);

  describe.skipIf(lack !== undefined)(`HSM conformance: ${candidate.name}`, { timeout: 30_000 }, () => {
    let one: Candidate;
    let vault: HsmProvider;
    let can: HsmCapabilities;
    const ref = (id: string): KeyRef => ({ provider: vault.name, id });
    const dukptOf = (ksn: string): Dukpt => ({
      scheme: 'AES-DUKPT',
      bdk: ref('bdk-known'),
      ksn,
      keyType: 'AES128',
      variant: 'request',
    });

    beforeAll(async () => {
      one = await candidate.start();
      vault = one.vault;
      can = await vault.capabilities();
      await one.plant({ id: 'bdk-known', usage: 'B0', type: 'AES128', scope: 'bdk' }, BDK);
    });
    afterAll(() => one.stop());

    it('opens what readers of every profile send that it can serve, and refuses a changed bit', async () => {
      const served = Object.entries<DukptProfile>(DUKPT_PROFILES).filter(([, profile]) => !profileLack(profile, can));
      expect(served.map(([name]) => name)).toContain('aes128-cbc-cmac-tlv');
      for (const [, profile] of served) {
        const ikid = profile.scheme === 'AES-DUKPT' ? '1234567890123456' : 'FFFF9876543210E00000';
        const id = `bdk-${profile.bdkType}`;
        await one.plant({ id, usage: 'B0', type: profile.bdkType, scope: 'bdk' }, BDK);
        const ik = initialKeyOf(BDK, Ksn.of(profile.scheme, ikid, 0)!);
        const sent = new TerminalDukpt(profile, ik, ikid).encryptCard(
          5,
          profile.content === 'TLV' ? TLV : Buffer.from(';4111111111111111=29081010000000000000?'),
        );
        const reader = new PayloadReader(vault, profile);
        const payload = reader.shape(sent)!;
        expect(await reader.verify(ref(id), payload)).toBe(true);
        expect((await reader.read(ref(id), payload)).pan.toString()).toBe('4111111111111111');
        const cipher = Buffer.from(payload.cipher);
        cipher[3]! ^= 1;
        expect(await reader.verify(ref(id), { ...payload, cipher })).toBe(false);
        expect(await reader.verify(ref(id), { ...payload, mac: payload.mac!.subarray(1) })).toBe(false);
      }
    });

    it('has exactly the optional operations that it declares: the others say unsupported and nothing else', async () => {
      const dukpt = dukptOf('123456789012345600000001');
      for (const [operation, ask] of Object.entries(ASKED)) {
        const reason = await ask(vault, ref('bdk-known'), dukpt).then(
          () => 'answered',
          (error: unknown) => (error instanceof HsmError ? error.reason : 'fault'),
        );
        const isDeclared = can.operations.includes(operation as HsmOperation);
        expect([operation, reason === 'unsupported']).toEqual([operation, !isDeclared]);
        expect([operation, reason]).not.toEqual([operation, 'fault']);
      }
    });

    it('speaks to a terminal in both directions with the keys of the standard', async () => {
      const ksn = Ksn.parse('AES-DUKPT', '12345678901234560000000F')!;
      const dukpt = { ...dukptOf(ksn.hex), variant: 'response' } as const;
      const key = workingKeyFromInitial(initialKeyOf(BDK, ksn), ksn, 'mac', dukpt);
      const data = Buffer.from('approved');
      expect(await vault.dukptGenerateMac(dukpt, { alg: 'AES-CMAC-16', data })).toEqual(
        computeMac('AES-CMAC-16', key, data),
      );
      const plain = Buffer.alloc(32, 9);
      const cipher = await vault.dukptEncrypt(dukpt, { mode: 'CBC', iv: Buffer.alloc(16, 1), plain });
      expect(await vault.dukptDecrypt(dukpt, { mode: 'CBC', iv: Buffer.alloc(16, 1), cipher })).toEqual(plain);
    });

    it.each(['123456789012345600000000', '1234567890123456FFFFFFFF', '12', ''])(
      'refuses the counter of %j before any key is derived',
      async (ksn) => {
        const mac = { alg: 'AES-CMAC-16', data: BDK, mac: Buffer.alloc(16) } as const;
        await expect(vault.dukptVerifyMac(dukptOf(ksn), mac)).rejects.toMatchObject({ reason: 'format' });
        const cipher = { mode: 'CBC', cipher: Buffer.alloc(16) } as const;
        await expect(vault.dukptDecrypt(dukptOf(ksn), cipher)).rejects.toMatchObject({ reason: 'format' });
      },
    );

    it('calls a base key that it does not have unknown', async () => {
      const dukpt = { ...dukptOf('123456789012345600000001'), bdk: ref('bdk-nobody') };
      const cipher = { mode: 'CBC', cipher: Buffer.alloc(16) } as const;
      await expect(vault.dukptDecrypt(dukpt, cipher)).rejects.toMatchObject({ reason: 'key_unknown' });
    });

    it('seals and opens storage data, and notices every change', async () => {
      const { key } = await vault.generateKey(kek);
      const aad = Buffer.from('tenant');
      const sealed = await vault.encrypt({ key, mode: 'GCM', iv, aad, data: Buffer.from('secret') });
      expect(sealed).toHaveLength(6 + 16);
      expect((await vault.decrypt({ key, mode: 'GCM', iv, aad, data: sealed })).toString()).toBe('secret');
      for (const at of [0, sealed.length - 1]) {
        const data = Buffer.from(sealed);
        data[at]! ^= 1;
        await expect(vault.decrypt({ key, mode: 'GCM', iv, aad, data })).rejects.toMatchObject({ reason: 'mac' });
      }
      const stranger = { key, mode: 'GCM', iv, aad: Buffer.from('other'), data: sealed } as const;
      await expect(vault.decrypt(stranger)).rejects.toMatchObject({ reason: 'mac' });
      const short = { key, mode: 'GCM', iv, data: Buffer.alloc(3) } as const;
      await expect(vault.decrypt(short)).rejects.toMatchObject({ reason: 'mac' });
      const noNonce = { key, mode: 'GCM', data: sealed } as const;
      await expect(vault.encrypt(noNonce)).rejects.toMatchObject({ reason: 'format' });
    });

    it('makes keyed fingerprints that are HMAC-SHA256', async () => {
      const { key, kcv } = await vault.generateKey(index);
      const data = Buffer.from('pan|4111111111111111');
      const mac = await vault.generateMac({ key, alg: 'HMAC-SHA256', data });
      expect(mac).toHaveLength(32);
      expect(await vault.generateMac({ key, alg: 'HMAC-SHA256', data })).toEqual(mac);
      expect(await vault.verifyMac({ key, alg: 'HMAC-SHA256', data, mac })).toBe(true);
      expect(await vault.verifyMac({ key, alg: 'HMAC-SHA256', data, mac: mac.subarray(1) })).toBe(false);
      const known = Buffer.alloc(32, 5);
      if (vault.name === 'aws-payment-cryptography') return; // its storage keys cannot be planted
      await one.plant({ ...index, id: 'index-known' }, known);
      const right = createHmac('sha256', known).update(data).digest();
      expect(await vault.generateMac({ key: ref('index-known'), alg: 'HMAC-SHA256', data })).toEqual(right);
      expect(kcv).toMatch(/^[0-9A-F]{6}$/);
    });

    it('finds a key that is there, and refuses another under the same id', async () => {
      const made = await vault.generateKey(kek);
      expect(made).toMatchObject({ usage: 'D0', type: 'AES256', scope: 'pan-kek', state: 'active', expiresAt: null });
      expect(await vault.generateKey(kek)).toEqual(made);
      expect(await vault.keyInfo(made.key)).toEqual(made);
      await expect(vault.generateKey({ ...kek, type: 'AES128' })).rejects.toMatchObject({ reason: 'usage_denied' });
    });

    it('makes one key for racing callers', async () => {
      const wanted = { ...kek, id: 'raced' };
      const made = await Promise.all(Array.from({ length: 8 }, () => vault.generateKey(wanted)));
      expect(new Set(made.map(({ kcv }) => kcv)).size).toBe(1);
    });

    it('destroys keys for good', async () => {
      const { key } = await vault.generateKey({ ...kek, id: 'short-lived' });
      const sealed = await vault.encrypt({ key, mode: 'GCM', iv, data: BDK });
      await vault.destroyKey(key);
      await expect(vault.keyInfo(key)).rejects.toMatchObject({ reason: 'key_unknown' });
      await expect(vault.decrypt({ key, mode: 'GCM', iv, data: sealed })).rejects.toMatchObject({
        reason: 'key_unknown',
      });
      const expiresAt = new Date(Date.now() + 60_000);
      await vault.generateKey({ ...kek, id: 'expiring', expiresAt });
      expect(await vault.destroyExpired(new Date())).toEqual([]);
      expect(await vault.destroyExpired(expiresAt)).toEqual(['expiring']);
    });

    it('lets the switch open envelopes and never seal one, and hides from it what is the vault’s', async () => {
      const { key } = await vault.generateKey(envelope);
      const data = await vault.encrypt({ key, mode: 'GCM', iv, data: Buffer.from('sad') });
      expect((await one.switch.decrypt({ key, mode: 'GCM', iv, data })).toString()).toBe('sad');
      await expect(one.switch.encrypt({ key, mode: 'GCM', iv, data })).rejects.toMatchObject({
        reason: 'usage_denied',
      });
      const hidden = (await vault.generateKey(kek)).key;
      await expect(one.switch.decrypt({ key: hidden, mode: 'GCM', iv, data })).rejects.toMatchObject({
        reason: 'key_unknown',
      });
    });

    it('moves keys forward in their life only, and lets an old one read', async () => {
      if (!can.operations.includes('setKeyState')) return expect(can.operations).not.toContain('setKeyState');
      const { key } = await vault.generateKey({ ...kek, id: 'aging', state: 'pending' });
      const use = () => vault.encrypt({ key, mode: 'GCM', iv, data: BDK });
      await expect(use()).rejects.toMatchObject({ reason: 'usage_denied' });
      await vault.setKeyState(key, 'active');
      const data = await use();
      expect(await vault.setKeyState(key, 'decrypt-only')).toMatchObject({ state: 'decrypt-only' });
      await expect(use()).rejects.toMatchObject({ reason: 'usage_denied' });
      expect(await vault.decrypt({ key, mode: 'GCM', iv, data })).toEqual(BDK);
      await expect(vault.setKeyState(key, 'active')).rejects.toMatchObject({ reason: 'usage_denied' });
      await vault.setKeyState(key, 'retired');
      await expect(vault.decrypt({ key, mode: 'GCM', iv, data })).rejects.toMatchObject({ reason: 'usage_denied' });
      return undefined;
    });

    it('translates a PIN of a reader to the zone key without showing it, where it translates PINs', async () => {
      if (!can.operations.includes('translatePin')) return expect(can.pinFormats).toEqual([]);
      const zone = zonePinKey(vault.name);
      const planted = Buffer.alloc(16, 0x31);
      await one.plant({ id: zone.id, usage: 'P0', type: 'AES128', scope: 'zone-pin' }, planted);
      const profile = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
      const ikid = '1234567890123456';
      const terminal = new TerminalDukpt(profile, initialKeyOf(BDK, Ksn.of('AES-DUKPT', ikid, 0)!), ikid);
      const { ksn, data } = terminal.encryptPin(9, '1234', '4111111111111111');
      const from = { dukpt: dukptOf(ksn), format: 4, block: Buffer.from(data, 'hex') } as const;
      const pan = Buffer.from('4111111111111111');
      const { block } = await vault.translatePin({ in: from, out: { key: zone, format: 4 }, pan });
      expect(block).toHaveLength(16);
      expect(block).not.toEqual(from.block);
      await expect(
        vault.translatePin({ in: { ...from, block: Buffer.alloc(16) }, out: { key: zone, format: 4 }, pan }),
      ).rejects.toMatchObject({ reason: 'format' });
      return undefined;
    });

    it('gives every one of many calls at once its own answer', async () => {
      const { key } = await vault.generateKey(kek);
      const answers = await Promise.all(
        Array.from({ length: 60 }, async (_, n) => {
          const data = await vault.encrypt({ key, mode: 'GCM', iv, data: Buffer.from(`call ${n}`) });
          return (await vault.decrypt({ key, mode: 'GCM', iv, data })).toString();
        }),
      );
      expect(answers).toEqual(Array.from({ length: 60 }, (_, n) => `call ${n}`));
    });

    it('is healthy, and gives random bytes that differ', async () => {
      expect(await vault.health()).toMatchObject({ ok: true });
      const [first, second] = [await vault.random(16), await vault.random(16)];
      expect(first).toHaveLength(16);
      expect(first).not.toEqual(second);
    });
  });
}
