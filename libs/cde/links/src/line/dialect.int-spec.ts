import { compileSpec } from '@tsunagu/iso8583';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseLinkConfigs, type LinkConfig } from '../config/link-config.js';
import { specOf } from '../config/link-dialect.js';
import { aNetworkRequest, aRequest, Heard, lineOf, until } from '../testing/line-kit.js';
import { ScriptedPeer } from '../testing/scripted-peer.js';
import type { Line } from './line.js';

/** 'T0000001' in code page 037. */
const TERMINAL = 'e3f0f0f0f0f0f0f1';
/** Ours ask with the one of the house; theirs comes from their address 0042 to ours, 0017. */
const TPDU = { ours: '6000000000', theirs: '6000170042', answer: '6000420017' };

const [CONFIG] = parseLinkConfigs([
  {
    name: 'spec',
    host: '127.0.0.1',
    port: 1,
    acquirerId: '11',
    forwardingId: '12',
    brands: ['jcb'],
    framing: 'be2+tpdu',
    dialect: { fields: { 41: { characters: 'ebcdic' } } },
  },
]) as [LinkConfig];

describe('a line to a counterpart with habits of its own, as the links file says them', () => {
  let peer: ScriptedPeer;
  let line: Line;
  let heard: Heard;
  let bytes: Buffer;

  beforeEach(async () => {
    const { framing, profile, dialect } = CONFIG;
    const spec = specOf(CONFIG);
    peer = await ScriptedPeer.listen({ framing, spec });
    bytes = Buffer.alloc(0);
    peer.onBytes = (chunk) => (bytes = Buffer.concat([bytes, chunk]));
    heard = new Heard();
    const changes = { framing, profile, ...(dialect === undefined ? {} : { dialect }) };
    line = lineOf(peer.port, heard, changes, { codec: compileSpec(spec) });
    line.start();
    await until(() => line.isReady);
  });
  afterEach(async () => {
    await line.stop(0);
    await peer.close();
  });

  it('writes a TPDU and an EBCDIC field, and reads them', async () => {
    const before = bytes.length;
    const result = await line.send(aRequest(), 2_000);
    expect(result.kind === 'answered' && result.message.text(41)).toBe('T0000001');
    const sent = bytes.subarray(before);
    expect(sent.readUInt16BE(0)).toBe(sent.length - 2);
    expect(sent.subarray(2, 7).toString('hex')).toBe(TPDU.ours);
    expect(sent.subarray(7, 11).toString('latin1')).toBe('1200'); // the rest as its profile says
    expect(sent.toString('hex')).toContain(TERMINAL);
    expect(heard.faults).toEqual([]);
  });

  it('answers to where a request came from', async () => {
    const before = bytes.length;
    const request = peer.bytesOf(aNetworkRequest('831', '900001'));
    request.set(Buffer.from(TPDU.theirs, 'hex'), 2);
    peer.write(request);
    await until(() => bytes.length > before);
    expect(bytes.subarray(before + 2, before + 7).toString('hex')).toBe(TPDU.answer);
    expect(peer.received.at(-1)?.mti).toBe('1814');
  });
});
