import type { SealedAccount } from '@tsunagu/contracts';
import { Sad, SystemClock } from '@tsunagu/kernel';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SoftwareHsm } from '../software/software-hsm.js';
import { EnvelopeOpener } from './envelope-opener.js';
import { EnvelopeSealer } from './envelope-sealer.js';
import { layOver, layersOf } from './sealed-part.js';

class SetClock extends SystemClock {
  at = new Date('2026-11-23T00:01:00Z');

  override now(): Date {
    return this.at;
  }
}

const TENANT = '019ab000-0000-7000-8000-000000000001';
const OTHER = '019ab000-0000-7000-8000-000000000002';
let directory: string;
let clock: SetClock;
let vault: SoftwareHsm;
let other: SoftwareHsm;
let sealer: EnvelopeSealer;
let opener: EnvelopeOpener;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
  clock = new SetClock();
  const options = { directory, mode: 'sandbox', warn: () => {}, clock } as const;
  vault = await SoftwareHsm.open({ ...options, partition: 'vault' });
  other = await SoftwareHsm.open({ ...options, partition: 'switch' });
  sealer = new EnvelopeSealer(vault, clock);
  opener = new EnvelopeOpener(other);
});
afterEach(async () => {
  vault.close();
  other.close();
  await rm(directory, { recursive: true });
});

const sad = {
  track2: new Sad(Buffer.from('4111111111111111=29081011235285492365')),
  emv: new Sad(Buffer.from('9F36023568', 'hex')),
  pinBlock: null,
  entry: 'contactless',
} as const;
const account = { pan: Buffer.from('4111111111111111'), expiry: '2908', psn: '01' } as const;

describe('sealed envelope', () => {
  it('gives the switch what the vault sealed', async () => {
    const sealed = await sealer.seal(TENANT, { sad, account });
    const openedSad = await opener.openSad(TENANT, sealed.sad!);
    expect([openedSad.track2, openedSad.emv].map((part) => part?.reveal())).toEqual([
      sad.track2.reveal(),
      sad.emv.reveal(),
    ]);
    expect([openedSad.pinBlock, openedSad.entry]).toEqual([null, 'contactless']);
    const opened = await opener.openAccount(TENANT, sealed.account);
    expect(opened).toMatchObject(account);
    opened.wipe();
    expect(opened.pan.every((byte) => byte === 0)).toBe(true);
    expect(sad.track2.reveal().toString()).toContain('4111'); // the caller's own buffers are left to the caller
    expect((await sealer.seal(TENANT, { sad: null, account })).sad).toBeNull();
  });

  it('opens for its own tenant, in its own place and unchanged only', async () => {
    const sealed = await sealer.seal(TENANT, { sad, account });
    await expect(opener.openAccount(OTHER, sealed.account)).rejects.toMatchObject({ reason: 'forged' });
    const changed = Buffer.from(sealed.account.slice('account.'.length), 'base64');
    changed[changed.length - 1]! ^= 1;
    await expect(opener.openAccount(TENANT, `account.${changed.toString('base64')}`)).rejects.toMatchObject({
      reason: 'forged',
    });
    const misplaced: unknown = sealed.sad; // the compiler refuses it first
    await expect(opener.openAccount(TENANT, misplaced as SealedAccount)).rejects.toMatchObject({ reason: 'malformed' });
    const renamed = `account.${sealed.sad!.slice('sad.'.length)}` as const;
    await expect(opener.openAccount(TENANT, renamed)).rejects.toMatchObject({ code: 'envelope_unreadable' });
    await expect(opener.openAccount(TENANT, 'account.AAAA')).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('takes a PIN that was typed later, without being opened for it, and a second one in place of the first', async () => {
    const pin = (byte: number) => ({ pinBlock: new Sad(Buffer.alloc(16, byte)), pinKey: `zone-${byte}`, entry: 'chip' }) as const;
    const card = (await sealer.seal(TENANT, { sad, account })).sad!;
    const once = await sealer.addPin(TENANT, card, pin(1));
    const twice = await sealer.addPin(TENANT, once, pin(2));
    expect(once).toMatch(/^sad\.[A-Za-z0-9+/=]{1,8192}$/);
    for (const [sealed, byte] of [[once, 1], [twice, 2]] as const) {
      const opened = await opener.openSad(TENANT, sealed);
      expect(opened.track2?.reveal()).toEqual(sad.track2.reveal());
      expect([opened.pinBlock?.reveal(), opened.pinKey, opened.entry]).toEqual([Buffer.alloc(16, byte), `zone-${byte}`, 'contactless']);
      opened.wipe();
      expect(opened.pinBlock?.reveal().every((one) => one === 0)).toBe(true);
    }
    expect(twice.length).toBe(once.length);
  }); // prettier-ignore

  it('lies over its own card only: a PIN moved to another card opens nothing', async () => {
    const seal = async () => (await sealer.seal(TENANT, { sad, account })).sad!;
    const [mine, yours] = [await seal(), await seal()];
    const pin = { pinBlock: new Sad(Buffer.alloc(16, 1)), entry: 'contactless' } as const;
    const own = layersOf(await sealer.addPin(TENANT, mine, pin));
    await expect(opener.openSad(TENANT, layOver(yours, own.over!))).rejects.toMatchObject({ reason: 'forged' });
    await expect(opener.openSad(TENANT, own.over!)).rejects.toMatchObject({ reason: 'forged' });
    await expect(opener.openSad(TENANT, layOver(mine, yours))).rejects.toMatchObject({ reason: 'forged' });
    await expect(opener.openSad(TENANT, 'sad.AgAB')).rejects.toMatchObject({ reason: 'malformed' });
    await expect(opener.openSad(TENANT, 'sad.AgABAA==')).rejects.toMatchObject({ reason: 'malformed' });
  });

  it('cannot be opened by anybody 15 minutes after its five-minute epoch: the key is gone, not only refused [C2, CC-02]', async () => {
    const sealed = await sealer.seal(TENANT, { sad, account });
    clock.at = new Date('2026-11-23T00:19:59Z');
    await vault.destroyExpired(clock.now());
    expect((await opener.openSad(TENANT, sealed.sad!)).entry).toBe('contactless');
    clock.at = new Date('2026-11-23T00:20:00Z');
    await expect(opener.openSad(TENANT, sealed.sad!)).rejects.toMatchObject({ reason: 'expired' });
    expect(await vault.destroyExpired(clock.now())).toHaveLength(1);
    clock.at = new Date('2026-11-23T00:01:00Z'); // a clock set back does not bring it back
    await expect(opener.openSad(TENANT, sealed.sad!)).rejects.toMatchObject({ reason: 'expired' });
    expect((await opener.openAccount(TENANT, sealed.account)).psn).toBe('01');
  });

  it('keeps the account readable for 40 days after its day', async () => {
    const sealed = await sealer.seal(TENANT, { sad, account });
    clock.at = new Date('2027-01-02T23:59:59Z');
    await vault.destroyExpired(clock.now());
    expect((await opener.openAccount(TENANT, sealed.account)).expiry).toBe('2908');
    clock.at = new Date('2027-01-03T00:00:00Z');
    await expect(opener.openAccount(TENANT, sealed.account)).rejects.toMatchObject({ reason: 'expired' });
  });

  it('cannot be sealed by the switch', async () => {
    await expect(new EnvelopeSealer(other, clock).seal(TENANT, { sad, account })).rejects.toMatchObject({
      reason: 'usage_denied',
    });
  });

  it('has the keys of the next epoch ready before it begins', async () => {
    await sealer.prepareKeys();
    const key = { provider: 'software', id: `envelope-sad-${Math.floor(clock.now().getTime() / 300_000) + 1}` };
    expect((await other.keyInfo(key)).state).toBe('active');
  });
});
