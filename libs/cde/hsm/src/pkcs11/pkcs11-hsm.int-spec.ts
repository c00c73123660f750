import { SystemClock } from '@tsunagu/kernel';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { KEY_BYTES } from '../cipher/block-cipher.js';
import { DUKPT_PROFILES } from '../dukpt/dukpt-profile.js';
import { PayloadReader } from '../dukpt/payload-reader.js';
import { TerminalDukpt } from '../dukpt/terminal-dukpt.js';
import { GuardedHsm } from '../guard/guarded-hsm.js';
import type { HsmProvider, KeyType } from '../provider/hsm-provider.js';
import { CryptokiLibrary } from './cryptoki-library.js';
import { Pkcs11Hsm, type Pkcs11Options } from './pkcs11-hsm.js';
import { SoftToken, softTokenLack } from './testing/soft-token.js';

const lack = await softTokenLack();
if (lack !== undefined) console.warn(`!! PKCS#11 TESTS ARE SKIPPED: ${lack}`);

const iv = Buffer.alloc(12, 1);
const kek = { id: 'pan-kek', usage: 'D0', type: 'AES256', scope: 'pan-kek' } as const;
const bdk = { id: 'bdk-a', usage: 'B0', type: 'AES128', scope: 'bdk' } as const;

let token: SoftToken;
const opened: Pkcs11Hsm[] = [];

async function open(more: Partial<Pkcs11Options> = {}): Promise<Pkcs11Hsm> {
  const hsm = await token.open(more);
  opened.push(hsm);
  return hsm;
}

function seal(hsm: HsmProvider): Promise<Buffer> {
  return hsm.encrypt({ key: { provider: 'pkcs11', id: 'pan-kek' }, mode: 'GCM', iv, data: Buffer.from('x') });
}

describe.skipIf(lack !== undefined)('HSM behind PKCS#11', () => {
  beforeAll(async () => {
    token = await SoftToken.make();
  });
  afterEach(() => {
    for (const hsm of opened.splice(0)) hsm.close();
  });
  afterAll(() => token.remove());

  it('[CC-09] keeps keys in the token: another login finds them, and nothing of them can be read', async () => {
    const first = await open();
    const made = await first.generateKey(kek);
    const sealed = await seal(first);
    first.close();
    opened.splice(0);
    const second = await open();
    expect(await second.keyInfo(made.key)).toEqual(made);
    const plain = await second.decrypt({ key: made.key, mode: 'GCM', iv, data: sealed });
    expect(plain.toString()).toBe('x');
  });

  it('leaves nothing behind in the token: every derived key is destroyed, also after a failure', async () => {
    const hsm = await open({ sessions: 1 });
    const { key } = await hsm.generateKey(bdk);
    const before = await token.objects();
    const ksn = '00000001000000010000FFFF';
    const usable = { scheme: 'AES-DUKPT', bdk: key, ksn, keyType: 'AES128', variant: 'request' } as const;
    await hsm.dukptDecrypt(usable, { mode: 'CBC', iv: Buffer.alloc(16), cipher: Buffer.alloc(32) });
    await expect(hsm.dukptDecrypt(usable, { mode: 'CBC', cipher: Buffer.alloc(17) })).rejects.toMatchObject({
      reason: 'format',
    });
    await expect(hsm.dukptDecrypt(usable, { mode: 'GCM', iv, cipher: Buffer.alloc(40) })).rejects.toMatchObject({
      reason: 'mac',
    });
    const mac = { alg: 'AES-CMAC-16', data: Buffer.from('d'), mac: Buffer.alloc(16) } as const;
    expect(await hsm.dukptVerifyMac(usable, mac)).toBe(false);
    expect(await token.objects()).toBe(before);
  });

  it('walks the chain of a card once: the transaction key waits for the decryption after a right MAC, and goes with it', async () => {
    const hsm = await open({ sessions: 1 });
    const { key } = await hsm.generateKey(bdk);
    const dukpt = { scheme: 'AES-DUKPT', bdk: key, ksn: '000000010000000100001111', keyType: 'AES128' } as const;
    const usable = { ...dukpt, variant: 'request' } as const;
    const cipher = Buffer.alloc(32, 5);
    const plain = await hsm.dukptDecrypt(usable, { mode: 'CBC', iv: Buffer.alloc(16), cipher });
    const data = Buffer.from('d');
    const mac = await hsm.dukptGenerateMac(usable, { alg: 'AES-CMAC-16', data });
    const before = await token.objects();
    expect(await hsm.dukptVerifyMac(usable, { alg: 'AES-CMAC-16', data, mac })).toBe(true);
    expect(await token.objects()).toBe(before + 1);
    expect(await hsm.dukptDecrypt(usable, { mode: 'CBC', iv: Buffer.alloc(16), cipher })).toEqual(plain);
    expect(await token.objects()).toBe(before);
  });

  it.each([
    ['AES256', 'AES256'],
    ['AES256', 'AES128'],
    ['AES192', 'AES192'],
  ] as const)(
    'opens a card of a reader under an %s base key and %s working keys, wholly inside',
    async (bdkType, type) => {
      const hsm = await open({ sessions: 1 });
      const { key } = await hsm.generateKey({ ...bdk, id: `bdk-${bdkType}`, type: bdkType });
      const profile = { ...DUKPT_PROFILES['aes128-cbc-cmac-tlv'], bdkType, workingKeyType: type };
      expect(await hsm.lackFor(profile)).toBeUndefined();
      const ikid = '0000000A0000000B';
      const initialKey = await hsm.exportClearInitialKey({ bdk: key, scheme: 'AES-DUKPT', ikid });
      expect(initialKey).toHaveLength(KEY_BYTES[bdkType]);
      const terminal = new TerminalDukpt(profile, initialKey, ikid);
      const before = await token.objects();
      const reader = new PayloadReader(hsm, profile);
      const payload = reader.shape(
        terminal.encryptCard(0x0f0f, Buffer.from('57134111111111111111D29081011235285492365F', 'hex')),
      )!;
      expect(await reader.verify(key, payload)).toBe(true);
      expect((await reader.read(key, payload)).pan.toString()).toBe('4111111111111111');
      expect(await token.objects()).toBe(before);
    },
  );

  it('derives no working key that is stronger than its base key, and none of TDES', async () => {
    const hsm = await open();
    const { key } = await hsm.generateKey(bdk);
    const dukpt = { scheme: 'AES-DUKPT', bdk: key, ksn: '000000010000000100000001', variant: 'request' } as const;
    const derived = (keyType: KeyType) =>
      hsm.dukptGenerateMac({ ...dukpt, keyType }, { alg: 'AES-CMAC-16', data: Buffer.from('d') });
    await expect(derived('AES192')).rejects.toMatchObject({ reason: 'usage_denied' });
    await expect(derived('TDES2')).rejects.toMatchObject({ reason: 'unsupported' });
    const profile = { ...DUKPT_PROFILES['aes128-cbc-cmac-tlv'], workingKeyType: 'TDES2' } as const;
    expect(await hsm.lackFor(profile)).toBe('it derives no TDES2 working keys');
  });

  it('[C12] sees at once what another process does to a key, and never brings one back', async () => {
    const [mine, other] = [await open(), await open()];
    const { key } = await mine.generateKey({ ...kek, id: 'shared', state: 'pending' });
    const sealBy = (hsm: HsmProvider) => hsm.encrypt({ key, mode: 'GCM', iv, data: Buffer.from('x') });
    await expect(sealBy(other)).rejects.toMatchObject({ reason: 'usage_denied' }); // and remembers it as pending
    await mine.setKeyState(key, 'active');
    const data = await sealBy(other);
    await mine.setKeyState(key, 'decrypt-only');
    await expect(sealBy(other)).rejects.toMatchObject({ reason: 'usage_denied' });
    expect(await other.keyInfo(key)).toMatchObject({ state: 'decrypt-only' });
    expect((await other.decrypt({ key, mode: 'GCM', iv, data })).toString()).toBe('x');
    await mine.setKeyState(key, 'retired');
    await expect(other.setKeyState(key, 'decrypt-only')).rejects.toMatchObject({ reason: 'usage_denied' });
    await expect(other.decrypt({ key, mode: 'GCM', iv, data })).rejects.toMatchObject({ reason: 'usage_denied' });
    await mine.destroyKey(key);
    await expect(other.decrypt({ key, mode: 'GCM', iv, data })).rejects.toMatchObject({ reason: 'key_unknown' });
    await expect(other.keyInfo(key)).rejects.toMatchObject({ reason: 'key_unknown' });
  });

  it('lets racing makers end with one key', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, () => open()));
    const wanted = { ...kek, id: 'raced' };
    const made = await Promise.all([...all, ...all].map((hsm) => hsm.generateKey(wanted)));
    expect(new Set(made.map(({ kcv }) => kcv)).size).toBe(1);
    const sealed = await all[0]!.encrypt({ key: made[0]!.key, mode: 'GCM', iv, data: Buffer.from('x') });
    for (const hsm of all) {
      expect((await hsm.decrypt({ key: made[0]!.key, mode: 'GCM', iv, data: sealed })).toString()).toBe('x');
    }
  });

  it.each([
    ['label_unknown', { label: 'nobody' }, 'PKCS11_TOKEN_LABEL'],
    ['library_missing', { library: '/nowhere/libpkcs11.so' }, 'PKCS11_LIBRARY'],
    ['pin_unreadable', { pinFile: '/nowhere/pin' }, 'PKCS11_PIN_FILE'],
  ] as const)('tells %s apart at start-up and names the variable', async (fault, more, variable) => {
    await expect(open(more)).rejects.toMatchObject({ code: 'hsm_token_unusable', fault, variable });
  });

  it('refuses a PIN file that others may read, and a wrong PIN', async () => {
    const pinFile = join(token.folder, 'other-pin');
    await writeFile(pinFile, '4649-0001', { mode: 0o644 });
    await expect(open({ pinFile })).rejects.toMatchObject({ fault: 'pin_unreadable' });
    await rm(pinFile);
    await writeFile(pinFile, '0000-0000', { mode: 0o600 });
    await expect(open({ pinFile })).rejects.toMatchObject({ fault: 'pin_wrong', variable: 'PKCS11_PIN_FILE' });
  });

  it('tells a token folder that is missing from one that is not a folder to read', async () => {
    await token.hide();
    await expect(open()).rejects.toMatchObject({ fault: 'folder_missing', variable: 'SOFTHSM2_CONF' });
    await token.show();
    const conf = process.env['SOFTHSM2_CONF'];
    process.env['SOFTHSM2_CONF'] = token.folder; // a folder in the place of the file: it is there and cannot be read
    await expect(open()).rejects.toMatchObject({ fault: 'folder_unreadable' });
    process.env['SOFTHSM2_CONF'] = conf;
  });

  it('answers unavailable while the token is away, never key_unknown, and comes back without a restart', async () => {
    const hsm = await open();
    await hsm.generateKey(kek);
    const sealed = await seal(hsm);
    await token.hide();
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => seal(hsm)));
    expect(reasons(answers)).toEqual(new Set(['unavailable']));
    expect(await hsm.health()).toMatchObject({ ok: false, detail: 'folder_missing' });
    await token.show();
    const data = await eventually(() =>
      hsm.decrypt({ key: { provider: 'pkcs11', id: 'pan-kek' }, mode: 'GCM', iv, data: sealed }),
    );
    expect(data.toString()).toBe('x');
    expect(await hsm.health()).toMatchObject({ ok: true });
  });

  it('[C10] asks a token that is away once, and the module not at all until the pause is over', async () => {
    const hsm = await open({ retryMs: 60_000 });
    await hsm.generateKey(kek);
    await token.hide();
    const entered = vi.spyOn(CryptokiLibrary.prototype, 'run');
    const restarted = vi.spyOn(CryptokiLibrary.prototype, 'restart');
    const guard = new GuardedHsm(hsm);
    const asked = vi.spyOn(hsm, 'encrypt');
    await expect(seal(guard)).rejects.toMatchObject({ code: 'card_service_unavailable' });
    await expect(seal(guard)).rejects.toMatchObject({ facts: { detail: 'folder_missing' } });
    const touches = [entered.mock.calls.length, restarted.mock.calls.length];
    const answers = await Promise.allSettled(Array.from({ length: 50 }, () => seal(guard)));
    expect(reasons(answers)).toEqual(new Set(['unavailable']));
    expect([entered.mock.calls.length, restarted.mock.calls.length]).toEqual(touches);
    // those that were on their way went to the provider, which refused unasked; the next do not even get there
    const { length: reached } = asked.mock.calls;
    await expect(seal(guard)).rejects.toMatchObject({ facts: { detail: 'breaker' } });
    expect(asked).toHaveBeenCalledTimes(reached);
    vi.restoreAllMocks();
    await token.show();
  });

  it('logs in again after it was logged out', async () => {
    const hsm = await open();
    await hsm.generateKey(kek);
    await token.logOut();
    await expect(seal(hsm)).rejects.toMatchObject({ reason: 'unavailable' });
    await expect(eventually(() => seal(hsm))).resolves.toBeInstanceOf(Buffer);
  });

  it('never tries a refused PIN twice: the token would lock itself', async () => {
    const hsm = await open({ retryMs: 0 }); // every call is an attempt to come back
    await hsm.generateKey(kek);
    await token.writePin('0000-0000');
    await token.logOut();
    // the first finds itself logged out, the second logs in again with the PIN that is refused
    for (let i = 0; i < 2; i += 1) await expect(seal(hsm)).rejects.toMatchObject({ reason: 'unavailable' });
    const entered = vi.spyOn(CryptokiLibrary.prototype, 'run');
    for (let i = 0; i < 5; i += 1) await expect(seal(hsm)).rejects.toMatchObject({ reason: 'unavailable' });
    expect(entered).not.toHaveBeenCalled();
    entered.mockRestore();
    expect(await hsm.health()).toMatchObject({ ok: false, detail: 'pin_wrong' });
    await token.writePin('4649-0001');
    await expect(eventually(() => seal(hsm))).resolves.toBeInstanceOf(Buffer);
  });

  it('survives others who finalize the library under it', async () => {
    const [one, two] = [await open(), await open()];
    await one.generateKey(kek);
    await token.hide();
    await expect(seal(one)).rejects.toMatchObject({ reason: 'unavailable' });
    await token.show();
    await eventually(() => seal(one)); // restarted the library, which ended the sessions of the other
    await expect(eventually(() => seal(two))).resolves.toBeInstanceOf(Buffer);
  });

  it('serves a storm through its few sessions, behind the guard', async () => {
    const guard = new GuardedHsm(await open({ sessions: 2 }));
    await guard.generateKey(kek);
    const answers = await Promise.all(Array.from({ length: 200 }, () => seal(guard)));
    expect(answers).toHaveLength(200);
  });

  it('destroys what is over and hides it before', async () => {
    let now = new Date('2026-11-23T00:00:00Z');
    const clock = Object.assign(new SystemClock(), { now: () => now });
    const hsm = await open({ clock });
    const { key } = await hsm.generateKey({ ...kek, id: 'short', expiresAt: new Date('2026-11-23T00:05:00Z') });
    expect(await hsm.destroyExpired(now)).toEqual([]);
    now = new Date('2026-11-23T00:05:00Z');
    await expect(hsm.keyInfo(key)).rejects.toMatchObject({ reason: 'key_unknown' });
    await expect(hsm.generateKey({ ...kek, id: 'short' })).rejects.toMatchObject({ reason: 'key_unknown' });
    expect(await hsm.destroyExpired(now)).toEqual(['short']);
  });
});

it('says what is missing when the folder of SoftHSM2 is gone, also without SoftHSM2', async () => {
  const folder = `/tmp/no-token-${process.pid}`;
  await mkdir(folder);
  const conf = process.env['SOFTHSM2_CONF'];
  process.env['SOFTHSM2_CONF'] = join(folder, 'softhsm2.conf');
  await writeFile(process.env['SOFTHSM2_CONF'], `directories.tokendir = ${folder}/tokens\n`);
  const settings = { library: '/x/libsofthsm2.so', label: 'a', pinFile: '/x', sessions: 1 };
  await expect(Pkcs11Hsm.open({ ...settings, partition: 'vault', mode: 'sandbox' })).rejects.toMatchObject({
    fault: 'folder_missing',
  });
  if (conf === undefined) delete process.env['SOFTHSM2_CONF'];
  else process.env['SOFTHSM2_CONF'] = conf;
  await rm(folder, { recursive: true });
});

function reasons(answers: readonly PromiseSettledResult<unknown>[]): Set<unknown> {
  return new Set(
    answers.map((one) => (one.status === 'rejected' ? (one.reason as { reason: string }).reason : 'answered')),
  );
}

/** Ask until there is an answer; what a caller does who was told to come again. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      if (attempt === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
