import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TerminalDukpt } from '../dukpt/terminal-dukpt.js';
import { DUKPT_PROFILES } from '../dukpt/dukpt-profile.js';
import { initialKeyOf } from '../dukpt/working-key.js';
import { Ksn } from '../dukpt/ksn.js';
import type {
  Dukpt,
  HsmCapabilities,
  HsmProvider,
  KeyRef,
  KeyScope,
  KeyType,
  KeyUsage,
} from '../provider/hsm-provider.js';
import { CANDIDATES, type Candidate } from './candidates.js';

const iv = Buffer.alloc(12, 7);
const data = Buffer.from('made before');
const BDK = Buffer.from('FEDCBA9876543210F1F1F1F1F1F1F1F1', 'hex');
/** Within this time every process sees what another one did to a key. */
const SEEN_MS = 5000;
const PAN = '4111111111111111';

/** What is done under a key: something is made, and opened later; both throw when they may not. */
interface Work {
  make(key: KeyRef): Promise<Buffer>;
  /** Whether what was made is right. */
  open(key: KeyRef, made: Buffer): Promise<boolean>;
}

interface Row {
  readonly what: { readonly usage: KeyUsage; readonly type: KeyType; readonly scope: KeyScope };
  /** Whether a provider uses such keys; one that only keeps them moves them through their life all the same. */
  readonly isUsed: (can: HsmCapabilities) => boolean;
  readonly work: (one: Candidate) => Work;
  /** A MAC is checked by making it, a reader's key is derived for both: such an old key still makes. */
  readonly oldMakes?: true;
}

const sealing =
  (opener: 'vault' | 'switch') =>
  (one: Candidate): Work => ({
    make: (key) => one.vault.encrypt({ key, mode: 'GCM', iv, data }),
    open: async (key, made) => (await one[opener].decrypt({ key, mode: 'GCM', iv, data: made })).equals(data),
  });

const checking =
  (side: 'vault' | 'switch', alg: 'HMAC-SHA256' | 'AES-CMAC-16') =>
  (one: Candidate): Work => ({
    make: (key) => one[side].generateMac({ key, alg, data }),
    open: (key, mac) => one[side].verifyMac({ key, alg, data, mac }),
  });

const reading =
  (scheme: Dukpt['scheme'], keyType: KeyType) =>
  (one: Candidate): Work => {
    const ksn = scheme === 'AES-DUKPT' ? '000000010000000200000003' : 'FFFF9876543210E00003';
    const dukpt = (bdk: KeyRef): Dukpt => ({ scheme, bdk, ksn, keyType, variant: 'request' });
    const plain = Buffer.alloc(32, 9);
    return {
      make: (key) => one.vault.dukptEncrypt(dukpt(key), { mode: 'CBC', plain }),
      open: async (key, cipher) => (await one.vault.dukptDecrypt(dukpt(key), { mode: 'CBC', cipher })).equals(plain),
    };
  };

/** The vault moves the PIN of a reader under the zone's key, and the switch from there to a link. */
const pinning = (one: Candidate): Work => {
  const { name: provider } = one.vault;
  const ikid = '1234567890123456';
  const initialKey = initialKeyOf(BDK, Ksn.of('AES-DUKPT', ikid, 0)!);
  const { ksn, data: block } = new TerminalDukpt(DUKPT_PROFILES['aes128-cbc-cmac-tlv'], initialKey, ikid).encryptPin(
    9,
    '1234',
    PAN,
  );
  const move = async (hsm: HsmProvider, from: Parameters<HsmProvider['translatePin']>[0]['in'], key: KeyRef) =>
    (await hsm.translatePin({ in: from, out: { key, format: 4 }, pan: Buffer.from(PAN) })).block;
  return {
    async make(key) {
      await one.plant({ id: 'bdk-pins', usage: 'B0', type: 'AES128', scope: 'bdk' }, BDK);
      const dukpt = {
        scheme: 'AES-DUKPT',
        bdk: { provider, id: 'bdk-pins' },
        ksn,
        keyType: 'AES128',
        variant: 'request',
      } as const;
      return move(one.vault, { dukpt, format: 4, block: Buffer.from(block, 'hex') }, key);
    },
    async open(key, sealed) {
      const link = await one.switch.generateKey({ id: 'link', usage: 'P0', type: 'AES128', scope: 'link-pin' });
      return (await move(one.switch, { key, format: 4, block: sealed }, link.key)).length === 16;
    },
  };
};

const always = (): boolean => true;
const derives =
  (type: KeyType) =>
  (can: HsmCapabilities): boolean =>
    can.bdkTypes.includes(type);
const base = (type: KeyType): Row['what'] => ({ usage: 'B0', type, scope: 'bdk' });

const ROWS: Readonly<Record<string, Row>> = {
  'of stored cards': {
    what: { usage: 'D0', type: 'AES256', scope: 'pan-kek' },
    isUsed: always,
    work: sealing('vault'),
  },
  'of envelopes': { what: { usage: 'D0', type: 'AES256', scope: 'envelope' }, isUsed: always, work: sealing('switch') },
  'of fingerprints': {
    what: { usage: 'M7', type: 'HMAC256', scope: 'index' },
    isUsed: always,
    work: checking('vault', 'HMAC-SHA256'),
    oldMakes: true,
  },
  'of a link’s MACs': {
    what: { usage: 'M6', type: 'AES256', scope: 'link-mac' },
    isUsed: (can) => can.macAlgs.includes('AES-CMAC-16'),
    work: checking('switch', 'AES-CMAC-16'),
    oldMakes: true,
  },
  'of AES-128 readers': {
    what: base('AES128'),
    isUsed: derives('AES128'),
    work: reading('AES-DUKPT', 'AES128'),
    oldMakes: true,
  },
  'of AES-192 readers': {
    what: base('AES192'),
    isUsed: derives('AES192'),
    work: reading('AES-DUKPT', 'AES192'),
    oldMakes: true,
  },
  'of AES-256 readers': {
    what: base('AES256'),
    isUsed: derives('AES256'),
    work: reading('AES-DUKPT', 'AES256'),
    oldMakes: true,
  },
  'of TDES readers': {
    what: base('TDES2'),
    isUsed: derives('TDES2'),
    work: reading('TDES-DUKPT', 'TDES2'),
    oldMakes: true,
  },
  'of PINs in the zone': {
    what: { usage: 'P0', type: 'AES128', scope: 'zone-pin' },
    isUsed: (can) => can.pinFormats.includes(4),
    work: pinning,
  },
};

for (const candidate of CANDIDATES) {
  const lack = await candidate.lack();
  if (lack !== undefined) console.warn(`!! KEYS WERE NOT ROTATED ON ${candidate.name}: ${lack}`);

  describe.skipIf(lack !== undefined)(`[C12] rotation on ${candidate.name}`, { timeout: 30_000 }, () => {
    let one: Candidate;
    let vault: HsmProvider;
    let can: HsmCapabilities;

    beforeAll(async () => {
      one = await candidate.start();
      vault = one.vault;
      can = await vault.capabilities();
    });
    afterAll(() => one.stop());

    it.each(Object.entries(ROWS))(
      'leads the key %s through its life, and what was made under it opens until it retires',
      async (name, { what, isUsed, work, oldMakes }) => {
        if (!can.operations.includes('setKeyState')) return expect(candidate.name).toBe('aws-payment-cryptography');
        const isServed = isUsed(can);
        if (!isServed && what.type.startsWith('TDES')) return expect(can.bdkTypes).not.toContain(what.type);
        const { make, open } = work(one);
        const refused = { reason: 'usage_denied' };
        const version = async (n: number) =>
          (await vault.generateKey({ id: `${name.replaceAll(/[^A-Za-z0-9]/g, '-')}-${n}`, ...what, state: 'pending' }))
            .key;

        const first = await version(1);
        if (isServed) await expect(make(first)).rejects.toMatchObject(refused);
        await vault.setKeyState(first, 'active');
        const made = isServed ? await make(first) : Buffer.alloc(0);

        const second = await version(2);
        await vault.setKeyState(second, 'active');
        expect(await vault.setKeyState(first, 'decrypt-only')).toMatchObject({ state: 'decrypt-only' });
        if (isServed) {
          expect(await open(second, await make(second))).toBe(true);
          expect(await open(first, made)).toBe(true);
          if (oldMakes) expect(await make(first)).toEqual(made);
          else await expect(make(first)).rejects.toMatchObject(refused);
        }

        await vault.setKeyState(first, 'retired');
        one.pass(SEEN_MS);
        if (isServed) await expect(open(first, made)).rejects.toMatchObject(refused);
        for (const back of ['pending', 'active', 'decrypt-only'] as const) {
          await expect(vault.setKeyState(first, back)).rejects.toMatchObject(refused);
        }
        await vault.destroyKey(first);
        one.pass(SEEN_MS);
        await expect(vault.keyInfo(first)).rejects.toMatchObject({ reason: 'key_unknown' });
        if (isServed) {
          await expect(open(first, made)).rejects.toMatchObject({ reason: 'key_unknown' });
          expect(await open(second, await make(second))).toBe(true);
        }
        return expect(await vault.keyInfo(second)).toMatchObject({ state: 'active' });
      },
    );
  });
}
