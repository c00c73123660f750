import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSpec, defineSpec, frame, FrameDecoder, IsoMessage } from '@tsunagu/iso8583';
import { deriveEnvelopeKey, MessageEnvelope } from '@tsunagu/links';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultPanel } from '../faults/fault-panel.js';
import { network, request } from '../hosts/acquirer-line.fixture.js';
import { IssuerHost } from '../hosts/issuer-host.js';
import { IssuerLedger } from '../ledger/issuer-ledger.js';
import { ScriptBook } from '../scripts/script-book.js';
import { MessageTrace } from '../trace/message-trace.js';
import { aesCmac } from './aes-cmac.js';
import { HostProtection } from './host-protection.js';

const codec = compileSpec(defineSpec('hybrid'));
const MAC_KEY = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
const ENVELOPE_KEY = Buffer.alloc(32, 7);
const ENVELOPE = { linkId: 'CUP00001', keyId: 7, key: ENVELOPE_KEY };

describe('AES-CMAC of the host', () => {
  // @source RFC 4493 §4, examples 1 to 4
  it.each([
    ['', 'bb1d6929e95937287fa37d129b756746'],
    ['6bc1bee22e409f96e93d7e117393172a', '070a16b46b4d4144f79bdd9dd04a287c'],
    [
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411',
      'dfa66747de9ae63030ca32611497c827',
    ],
    [
      '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
      '51f0bebf7e3b9d92fc49741779363cfe',
    ],
  ])('of %s', (message, mac) => {
    expect(aesCmac(MAC_KEY, Buffer.from(message, 'hex')).toString('hex')).toBe(mac);
  });
});

describe('protected line of a host', () => {
  let directory: string;
  let ledger: IssuerLedger;
  let host: IssuerHost;
  let socket: Socket;
  let arrived: (Buffer | 'closed')[];

  async function open(keys: Parameters<typeof HostProtection.of>[0]): Promise<void> {
    const protection = await HostProtection.of(keys);
    const [faults, scripts, trace] = [new FaultPanel(), new ScriptBook(), new MessageTrace()];
    const timings = { lateYesMs: 10, afterTimeoutMs: 20 };
    host = new IssuerHost({ link: 'cup', ledger, faults, scripts, trace, timings, protection, count: () => undefined });
    await host.listen(0);
    socket = connect(host.ports.primary ?? 0, '127.0.0.1');
    const frames = new FrameDecoder('be2');
    arrived = [];
    socket.on('data', (chunk) => arrived.push(...frames.push(chunk).frames));
    socket.on('close', () => arrived.push('closed'));
  }

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-protect-'));
    ledger = IssuerLedger.open(directory, 'cup');
  });
  afterEach(async () => {
    socket.destroy();
    await host.close();
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  async function ask(bytes: Uint8Array): Promise<Buffer | 'closed'> {
    const before = arrived.length;
    socket.write(frame('be2', bytes));
    await expect.poll(() => arrived.length).toBeGreaterThan(before);
    return arrived[before] ?? 'closed';
  }

  function withMac(message: IsoMessage, key = MAC_KEY): Buffer {
    const blank = codec.encode(message.set(64, Buffer.alloc(8)));
    return Buffer.from(codec.encode(message.set(64, aesCmac(key, blank.subarray(0, -8)).subarray(0, 8))));
  }

  it('signs what it answers, and answers 916 to a wrong or missing MAC without doing anything', async () => {
    await open({ mac: MAC_KEY });
    const signedOn = (await ask(withMac(network('801')))) as Buffer;
    const answer = codec.decode(signedOn);
    expect(answer.text(39)).toBe('800');
    expect(answer.bytes(64)).toEqual(aesCmac(MAC_KEY, signedOn.subarray(0, -8)).subarray(0, 8));
    for (const bytes of [withMac(request('1200', 1500), ENVELOPE_KEY), codec.encode(request('1200', 1500))])
      expect(codec.decode((await ask(bytes)) as Buffer).text(39)).toBe('916');
    expect(ledger.entries()).toEqual([]);
    expect(codec.decode((await ask(withMac(request('1200', 1500)))) as Buffer).text(39)).toBe('000');
  });

  it('opens and closes envelopes, and hangs up on what does not open', async () => {
    await open({ envelope: ENVELOPE });
    const acquirer = new MessageEnvelope(ENVELOPE.linkId, 'acquirer');
    acquirer.accept(
      await deriveEnvelopeKey({ id: ENVELOPE.keyId, linkId: ENVELOPE.linkId }, (data) =>
        Promise.resolve(aesCmac(ENVELOPE_KEY, data)),
      ),
    );
    const sealed = acquirer.seal(codec.encode(network('801')), ENVELOPE.keyId, 1n);
    const answer = codec.decode(acquirer.open((await ask(sealed)) as Buffer));
    expect(answer.text(39)).toBe('800');
    expect(await ask(sealed)).toBe('closed'); // replayed
  });
});
