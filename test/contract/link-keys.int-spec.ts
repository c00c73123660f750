import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SoftwareHsm } from '@tsunagu/hsm';
import { compileSpec, defineSpec, frame, FrameDecoder, IsoMessage } from '@tsunagu/iso8583';
import { SystemClock } from '@tsunagu/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cmac, sealKeyBlock, type KeyBlockHeader } from '@tsunagu/hsm/primitives';
import { deriveEnvelopeKey } from '../../libs/cde/links/src/envelope/envelope-key.js';
import { MessageEnvelope } from '../../libs/cde/links/src/envelope/message-envelope.js';
import type { Line } from '../../libs/cde/links/src/line/line.js';
import {
  aNetworkRequest,
  aRequest,
  configOf,
  Heard,
  lineOf,
  until,
} from '../../libs/cde/links/src/testing/line-kit.js';
import { answerTo } from '../../libs/cde/links/src/testing/scripted-peer.js';
import { LinkCounters, LinkProtection } from '../../libs/cde/links/src/protect/link-protection.js';
import { plainTransport } from '../../libs/cde/links/src/config/link-transport.js';

const CODEC = compileSpec(defineSpec('hybrid'));
const CLOCK = new SystemClock();
const KEYS = { kek: randomBytes(32), mac: randomBytes(16), envelope: randomBytes(16) };

class MemoryCounters extends LinkCounters {
  readonly #lasts = new Map<string, number>();

  override async reserve(counter: string, size: number): Promise<number> {
    const last = await this.last(counter);
    this.#lasts.set(counter, last + size);
    return last + 1;
  }

  override async last(counter: string): Promise<number> {
    return this.#lasts.get(counter) ?? 0;
  }
}

/** The other end, with keys in the clear: MAC and envelope by the reference, not by the code under test. */
class KeyedHost {
  readonly received: IsoMessage[] = [];
  mac: Buffer | null = null;
  envelope: MessageEnvelope | null = null;
  sealWith = 1;
  /** Bend the bytes of an answer before they are sealed. */
  bend: (bytes: Buffer) => Buffer = (bytes) => bytes;
  wrongMacs = 0;
  readonly #server: Server;
  readonly #sequence = new Map<number, bigint>();
  #socket: Socket | undefined;
  lastSealed: Buffer | undefined;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async listen(): Promise<KeyedHost> {
    const host = new KeyedHost();
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  get isConnected(): boolean {
    return this.#socket !== undefined && !this.#socket.destroyed;
  }

  write(message: IsoMessage): void {
    this.writeRaw(this.#seal(this.bend(this.#signed(message))));
  }

  writeRaw(bytes: Buffer): void {
    this.lastSealed = bytes;
    this.#socket?.write(frame('be2', bytes));
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#socket = socket;
    const decoder = new FrameDecoder('be2');
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of decoder.push(chunk).frames) this.#hear(this.envelope?.open(bytes) ?? bytes);
    });
  }

  #hear(bytes: Buffer): void {
    const message = CODEC.decode(bytes);
    this.received.push(message);
    const sent = message.bytes(128) ?? message.bytes(64);
    if (this.mac !== null && sent?.equals(cmac('AES', this.mac, bytes.subarray(0, -8)).subarray(0, 8)) !== true) {
      this.wrongMacs += 1;
    }
    if (message.mti[2] === '0') this.write(answerTo(message, message.mti === '1804' ? '800' : '000'));
  }

  #signed(message: IsoMessage): Buffer {
    if (this.mac === null) return CODEC.encode(message);
    const field = message.fields().some((one) => one > 64) ? 128 : 64;
    const bare = CODEC.encode(message.set(field, Buffer.alloc(8)));
    return Buffer.concat([bare.subarray(0, -8), cmac('AES', this.mac, bare.subarray(0, -8)).subarray(0, 8)]);
  }

  #seal(bytes: Buffer): Buffer {
    if (this.envelope === null) return bytes;
    const sequence = (this.#sequence.get(this.sealWith) ?? 0n) + 1n;
    this.#sequence.set(this.sealWith, sequence);
    return this.envelope.seal(bytes, this.sealWith, sequence);
  }
}

describe('a link with keys', () => {
  let directory: string;
  let vault: SoftwareHsm;
  let own: SoftwareHsm;
  let host: KeyedHost;
  let heard: Heard;
  let line: Line;
  let counters: MemoryCounters;
  let asked: number;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'link-keys-'));
    const options = { directory, mode: 'sandbox', warn: () => undefined } as const;
    vault = await SoftwareHsm.open({ ...options, partition: 'vault' });
    own = await SoftwareHsm.open({ ...options, partition: 'switch' });
    await vault.generateKey({ id: 'ceremony', usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    await bringIn('kek', KEYS.kek, { usage: 'K1', type: 'AES256', scope: 'transport' });
    await bringIn('mac-0', KEYS.mac, { usage: 'M6', type: 'AES128', scope: 'link-mac' });
    await bringIn('env-1', KEYS.envelope, { usage: 'M6', type: 'AES128', scope: 'link-mac' });
    host = await KeyedHost.listen();
    heard = new Heard();
    counters = new MemoryCounters();
    asked = 0;
  });
  afterEach(async () => {
    await line.stop(0);
    await host.close();
    vault.close();
    own.close();
    await rm(directory, { recursive: true });
  });

  /** As a ceremony does it: two components, sealed, combined inside. */
  async function bringIn(
    id: string,
    key: Buffer,
    what: { usage: 'K1' | 'M6'; type: 'AES128' | 'AES256'; scope: 'transport' | 'link-mac' },
  ): Promise<void> {
    const first = randomBytes(key.length);
    const parts = [first, Buffer.from(key.map((byte, at) => byte ^ first[at]!))];
    const sealedBy = { provider: 'software', id: 'ceremony' };
    const components = [];
    for (const [at, data] of parts.entries()) {
      const [iv, aad] = [Buffer.alloc(12, at + 1), Buffer.from(id)];
      components.push({ iv, aad, data: await vault.encrypt({ key: sealedBy, mode: 'GCM', iv, aad, data }) });
    }
    await vault.importComponents({ id, sealedBy, components, ...what });
  }

  async function start(protection: { mac?: boolean; envelope?: boolean }): Promise<void> {
    const transport = {
      ...plainTransport('127.0.0.1', host.port),
      mac: protection.mac === true ? ({ key: 'mac-0', alg: 'AES-CMAC-8' } as const) : null,
      envelope:
        protection.envelope === true
          ? { linkId: 'SPEC0001', keys: [{ id: 1, key: 'env-1', endpoint: 'primary' }] }
          : null,
      kek: 'kek',
    };
    host.mac = protection.mac === true ? KEYS.mac : null;
    if (protection.envelope === true) {
      host.envelope = new MessageEnvelope('SPEC0001', 'host');
      host.envelope.accept(await clearKey(1, KEYS.envelope));
    }
    const config = { ...configOf(host.port), transport };
    const keys = new LinkProtection(config, own, counters, CLOCK, () => (asked += 1));
    await keys.load();
    line = lineOf(host.port, heard, { transport }, { mac: keys.mac, seal: keys.seal, keys });
    line.start();
    await until(() => line.state === 'READY');
  }

  const clearKey = (id: number, master: Buffer) =>
    deriveEnvelopeKey({ id, linkId: 'SPEC0001' }, async (data) => cmac('AES', master, data));

  /** 811 of the host: a new key under the link's KEK. */
  function keyChange(purpose: 2 | 3, number: number, key: Buffer, stan: string, kcv?: Buffer): IsoMessage {
    const header: KeyBlockHeader = {
      version: 'D',
      usage: 'M6',
      algorithm: 'A',
      modeOfUse: 'C',
      keyVersion: '00',
      exportability: 'N',
      optionalBlocks: [],
    };
    const check = kcv ?? cmac('AES', key, Buffer.alloc(16)).subarray(0, 5);
    const announcement = Buffer.concat([Buffer.from([3, 0, purpose, number >> 8, number & 255]), check]);
    return aNetworkRequest('811', stan)
      .set(25, '8100')
      .set(53, announcement)
      .set(96, Buffer.from(sealKeyBlock(KEYS.kek, header, key), 'latin1'));
  }
  const answersTo = (stan: string) =>
    host.received.filter((message) => message.mti === '1814' && message.text(11) === stan).map((one) => one.text(39));

  it('puts a MAC into every message and believes no answer without a right one', async () => {
    await start({ mac: true });
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(await line.send(aRequest().set(70, '392'), 2_000)).toMatchObject({ kind: 'answered' });
    expect(host.received.at(-1)?.has(128)).toBe(true);
    expect(host.wrongMacs).toBe(0);
    host.bend = (bytes) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(bytes.at(-1)! ^ 1)]);
    expect(await line.send(aRequest(), 50)).toEqual({ kind: 'lost', reason: 'timeout' });
    expect(heard.refused).toEqual(['mac']);
  });

  it('answers a request with a wrong MAC with 916, and asks for keys after three in a row', async () => {
    await start({ mac: true });
    host.mac = randomBytes(16);
    for (const stan of ['000001', '000002', '000003']) host.write(aNetworkRequest('831', stan));
    await until(() => answersTo('000003').length === 1);
    expect(['000001', '000002', '000003'].flatMap(answersTo)).toEqual(['916', '916', '916']);
    expect(heard.refused).toEqual(['mac', 'mac', 'mac', 'keys_out_of_step']);
    expect(asked).toBe(1);
  });

  it('changes the MAC key under load: nothing is refused, and the old key is over after the overlap', async () => {
    await start({ mac: true });
    const next = randomBytes(16);
    const load = Array.from({ length: 40 }, () => line.send(aRequest(), 5_000));
    host.write(keyChange(2, 1, next, '000811'));
    await until(() => answersTo('000811').length === 1);
    expect(answersTo('000811')).toEqual(['800']);
    for (const result of await Promise.all(load)) expect(result).toMatchObject({ kind: 'answered' });
    // The host still signs with the old key; both are accepted meanwhile.
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    host.mac = next;
    const before = host.wrongMacs;
    for (let sent = 0; sent < 100; sent += 1) await line.send(aRequest(), 2_000);
    expect(host.wrongMacs).toBe(before);
    expect(heard.refused).toEqual([]);
    host.mac = KEYS.mac;
    expect(await line.send(aRequest(), 50)).toEqual({ kind: 'lost', reason: 'timeout' }); // the old key is refused now
  });

  it('seals every message, survives a reconnect, and changes its key without a dropped message', async () => {
    await start({ envelope: true });
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    const master = randomBytes(16);
    const load = Array.from({ length: 40 }, () => line.send(aRequest(), 5_000));
    host.envelope?.accept(await clearKey(2, master));
    host.write(keyChange(3, 2, master, '000812'));
    await until(() => answersTo('000812').length === 1);
    expect(answersTo('000812')).toEqual(['800']);
    for (const result of await Promise.all(load)) expect(result).toMatchObject({ kind: 'answered' });
    host.sealWith = 2;
    for (let sent = 0; sent < 100; sent += 1) {
      expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    }
    expect(heard.refused).toEqual([]);
    host.sealWith = 1;
    host.write(aNetworkRequest('831', '000831'));
    await until(() => heard.refused.length === 1);
    expect(heard.refused).toEqual(['key_unknown']); // over after a hundred messages; the connection is closed without an answer
    host.sealWith = 2;
    await until(() => line.state === 'READY');
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
  });

  it('closes without an answer on a replayed message, and tells', async () => {
    await start({ envelope: true });
    host.write(aNetworkRequest('831', '000001'));
    await until(() => answersTo('000001').length === 1);
    host.writeRaw(host.lastSealed!); // the answer of the host that came last: seen before
    await until(() => line.state !== 'READY');
    expect(heard.refused).toEqual(['replayed']);
    expect(answersTo('000001')).toHaveLength(1);
  });

  it('never uses a number of the envelope twice, over lives of the process', async () => {
    await start({ envelope: true });
    await line.stop(0);
    const first = await counters.last('spec#envelope-1');
    line = lineOf(host.port, heard);
    await start({ envelope: true });
    expect(await counters.last('spec#envelope-1')).toBeGreaterThan(first);
  });

  it.each([
    [
      'a check value of another key',
      (key: Buffer) => keyChange(2, 1, key, '000001', Buffer.from('0102030405', 'hex')),
      '919',
    ],
    ['a number that is not the next', (key: Buffer) => keyChange(2, 7, key, '000001'), '919'],
    ['a purpose that the link has not', (key: Buffer) => keyChange(3, 1, key, '000001'), '918'],
    ['no key at all', (key: Buffer) => keyChange(2, 1, key, '000001').set(96, undefined), '919'],
  ])('refuses %s and keeps the key it has', async (_what, message, actionCode) => {
    await start({ mac: true });
    host.write(message(randomBytes(16)));
    await until(() => answersTo('000001').length === 1);
    expect(answersTo('000001')).toEqual([actionCode]);
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
  });
});
