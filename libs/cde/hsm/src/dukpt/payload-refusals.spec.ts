import crypto from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CardFormatError } from '../card/card-format-error.js';
import { bytesOf } from '../hex.js';
import type { KeyRef } from '../provider/hsm-provider.js';
import { SoftwareHsm } from '../software/software-hsm.js';
import { DUKPT_PROFILES, type DukptProfile } from './dukpt-profile.js';
import { contentEnd } from './payload.js';
import { PayloadReader, type ReaderPayloadText } from './payload-reader.js';
import { TerminalDukpt, type TerminalPayload } from './terminal-dukpt.js';

const AES = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
const PROFILES: Readonly<Record<string, DukptProfile>> = {
  ...DUKPT_PROFILES,
  'AES-256, CMAC cut to 8': { ...AES, bdkType: 'AES256', workingKeyType: 'AES256', mac: 'AES-CMAC-8' },
  'AES-128, CTR, HMAC': { ...AES, mode: 'CTR', padding: 'NONE', mac: 'HMAC-SHA256' },
  'AES-192, track 2, 80 00': {
    ...AES,
    bdkType: 'AES192',
    workingKeyType: 'AES192',
    padding: 'ISO9797-2',
    content: 'TRACK2_ASCII',
  },
};
const GENUINE = {
  TLV: bytesOf('57134111111111111111D29081011235285492365F'),
  TRACK2_ASCII: Buffer.from(';4111111111111111=29081011235285492365?'),
  PAN_ENTRY: Buffer.from('4111111111111111=2908'),
};

let directory: string;
let hsm: SoftwareHsm;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
  await mkdir(join(directory, 'keys'));
  await writeFile(join(directory, 'lmk'), Buffer.alloc(32, 7), { mode: 0o600 });
  hsm = await SoftwareHsm.open({ directory, partition: 'vault', mode: 'sandbox', warn: () => {} });
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});
afterAll(async () => {
  hsm.close();
  await rm(directory, { recursive: true });
});

/** A reader of a profile, and what it sends: every message under another device, so that nothing of one helps with the next. */
async function aReader(name: string, profile: DukptProfile) {
  const id = name.replaceAll(/[^A-Za-z0-9]/g, '-');
  const { key: bdk } = await hsm.generateKey({ id, usage: 'B0', type: profile.bdkType, scope: 'bdk' });
  let device = 0;
  const send = async (plain: Buffer, as: Partial<DukptProfile> = {}): Promise<TerminalPayload> => {
    device += 1;
    const ikid =
      profile.scheme === 'AES-DUKPT'
        ? `0000000A${hex32(device)}`
        : `FFFF${hex32(device)}E00000`.slice(0, 20).padEnd(20, '0');
    const initialKey = await hsm.exportClearInitialKey({ bdk, scheme: profile.scheme, ikid });
    return new TerminalDukpt({ ...profile, ...as }, initialKey, ikid).encryptCard(7, plain);
  };
  return { bdk, send, reader: new PayloadReader(hsm, profile) };
}

function hex32(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0');
}

/** Every cipher, hash and comparison that is begun while `work` runs, in order, and what the provider was asked. */
async function workOf(work: () => Promise<unknown>): Promise<string[]> {
  const done: string[] = [];
  for (const name of ['createCipheriv', 'createDecipheriv', 'createHmac'] as const) {
    const real = crypto[name] as (...args: unknown[]) => never;
    vi.spyOn(crypto, name).mockImplementation(
      (...args: unknown[]) => (done.push(`${name} ${String(args[0])}`), real(...args)),
    );
  }
  const compare = crypto.timingSafeEqual;
  vi.spyOn(crypto, 'timingSafeEqual').mockImplementation(
    (a, b) => (done.push(`compare ${a.byteLength}`), compare(a, b)),
  );
  for (const name of ['dukptVerifyMac', 'dukptDecrypt'] as const) {
    const real = hsm[name].bind(hsm) as (...args: unknown[]) => Promise<never>;
    vi.spyOn(hsm, name).mockImplementation((...args: unknown[]) => (done.push(name), real(...args)));
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  }
  return done;
}

async function verdict(reader: PayloadReader, bdk: KeyRef, text: ReaderPayloadText): Promise<boolean> {
  const payload = reader.shape(text);
  expect(payload, 'the shape is right: what is wrong is for the MAC to find').toBeDefined();
  return reader.verify(bdk, payload!);
}

/** The same bytes with one bit changed. */
function flipped(hex: string, at: number): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  return bytes.toString('hex').toUpperCase();
}

/** Everything that a stranger can change about a message whose lengths are right. */
function forgeries(sent: TerminalPayload, block: number): Record<string, ReaderPayloadText> {
  const { ksn, iv, ciphertext, mac } = sent;
  const but = (change: Partial<ReaderPayloadText>): ReaderPayloadText => ({ ksn, iv, ciphertext, mac, ...change });
  return {
    'first bit of the cipher': but({ ciphertext: flipped(ciphertext, 0) }),
    'last bit of the cipher': but({ ciphertext: flipped(ciphertext, -1) }),
    'first byte of the MAC': but({ mac: flipped(mac!, 0) }),
    'last byte of the MAC': but({ mac: flipped(mac!, -1) }),
    'a MAC of zeros': but({ mac: '00'.repeat(mac!.length / 2) }),
    'another device': but({ ksn: flipped(ksn, block === 16 ? 7 : 4) }),
    'another key set': but({ ksn: flipped(ksn, 2) }),
    ...(iv === undefined ? {} : { 'the IV': but({ iv: flipped(iv, 0) }) }),
  };
}

describe('a message of a reader that is refused [CC-18]', () => {
  it.each(Object.entries(PROFILES))(
    'costs the same work whatever is wrong, and none of it decrypts (%s)',
    async (name, profile) => {
      const { bdk, send, reader } = await aReader(name, profile);
      await verdict(reader, bdk, await send(GENUINE[profile.content])); // the base key comes into memory
      const block = profile.scheme === 'AES-DUKPT' ? 16 : 8;
      const genuine = await send(GENUINE[profile.content]);
      const right = await workOf(async () => expect(await verdict(reader, bdk, genuine)).toBe(true));
      expect(right.filter((one) => one.startsWith('compare'))).toHaveLength(1);
      expect(right.filter((one) => one === 'dukptVerifyMac')).toHaveLength(1);
      for (const what of Object.keys(forgeries(genuine, block))) {
        const forged = forgeries(await send(GENUINE[profile.content]), block)[what]!;
        const work = await workOf(async () => expect(await verdict(reader, bdk, forged), what).toBe(false));
        expect(work, what).toEqual(right);
        expect(
          work.filter((one) => /dukptDecrypt|createDecipheriv aes/.test(one)),
          what,
        ).toEqual([]);
      }
    },
  );

  it.each(Object.entries(PROFILES))(
    'whose MAC is right costs the same work whatever its content is (%s)',
    async (name, profile) => {
      const { bdk, send, reader } = await aReader(`${name} content`, profile);
      const genuine = GENUINE[profile.content];
      const length = genuine.length + 16 - (genuine.length % 16);
      const padded = (tail: string): Buffer =>
        Buffer.concat([genuine, Buffer.alloc(length, 0x41)])
          .fill(bytesOf(tail), length - tail.length / 2, length)
          .subarray(0, length);
      const contents: Record<string, Buffer> = {
        'no padding': padded('41'),
        'a padding of zeros': padded('00'),
        'a padding that is too long': padded('11'.repeat(4)),
        'a padding that breaks off': padded('010203'),
        'another check digit': padded('03030303').fill(0x39, 8, 12),
        'nothing that can be read': Buffer.alloc(length, 0xee),
      };
      await verdict(reader, bdk, await send(genuine)); // the base key comes into memory
      let first: string[] | undefined;
      for (const [what, plain] of Object.entries(contents)) {
        const sent = await send(plain, { padding: 'NONE' });
        const work = await workOf(async () => {
          const payload = reader.shape(sent)!;
          expect(await reader.verify(bdk, payload), what).toBe(true);
          await expect(reader.read(bdk, payload), what).rejects.toThrow(CardFormatError);
        });
        first ??= work;
        expect(work, what).toEqual(first);
      }
      expect(first!.filter((one) => one.startsWith('dukpt'))).toEqual(['dukptVerifyMac', 'dukptDecrypt']);
    },
  );
});

describe('the end of a content', () => {
  const end = (padding: DukptProfile['padding'], hex: string): number | undefined =>
    contentEnd({ padding, content: 'TLV' }, bytesOf(hex), 8);

  it.each([
    ['PKCS7', '4141414141414101', 7],
    ['PKCS7', '4141414141410202', 6],
    ['PKCS7', '41414141414141410808080808080808', 8],
    ['PKCS7', '0808080808080808', 0],
    ['PKCS7', '4141414141410302', undefined],
    ['PKCS7', '4141414141030203', undefined],
    ['PKCS7', '4141414141414100', undefined],
    ['PKCS7', '41414141414141410909090909090909', undefined],
    ['PKCS7', '414103', undefined],
    ['PKCS7', '030303', 0],
    ['ISO9797-2', '4141414141414180', 7],
    ['ISO9797-2', '4180000000000000', 1],
    ['ISO9797-2', '8000000000000000', 0],
    ['ISO9797-2', '41414141414180800000000000000000', undefined],
    ['ISO9797-2', '4141414141418080', 7],
    ['ISO9797-2', '4141414141418100', undefined],
    ['ISO9797-2', '0000000000000000', undefined],
    ['ISO9797-2', '80000000000000000000000000000000', undefined],
  ] as const)('is found behind %s in %s', (padding, hex, expected) => {
    expect(end(padding, hex)).toBe(expected);
  });
});
