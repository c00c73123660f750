import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LinkTransport } from '../config/link-transport.js';
import { aNetworkRequest, aRequest, endpointsOf, Heard, lineOf, until } from '../testing/line-kit.js';
import { ScriptedPeer } from '../testing/scripted-peer.js';
import type { Line } from './line.js';

describe('a link with several hosts and connections', () => {
  let primary: ScriptedPeer;
  let standby: ScriptedPeer;
  let far: ScriptedPeer;
  let heard: Heard;
  let line: Line;

  beforeEach(async () => {
    [primary, standby, far] = [await ScriptedPeer.listen(), await ScriptedPeer.listen(), await ScriptedPeer.listen()];
    heard = new Heard();
  });
  afterEach(async () => {
    await line.stop(0);
    await Promise.all([primary.close(), standby.close(), far.close()]);
  });

  async function start(transport: Partial<LinkTransport> = {}): Promise<void> {
    const endpoints = endpointsOf({ primary: primary.port, standby: standby.port, dr: far.port });
    line = lineOf(primary.port, heard, { transport: { endpoints, ...transport } });
    line.start();
    await until(() => line.state === 'READY');
  }
  const askedBy = (peer: ScriptedPeer) =>
    peer.received.map((message) => (message.mti === '1804' ? message.text(24) : message.mti));

  it('signs on to the standby when the primary dies; what was in flight is lost and sent to nobody else', async () => {
    await start();
    primary.onRequest = () => void primary.close();
    const original = aRequest();
    expect(await line.send(original, 5_000)).toEqual({ kind: 'lost', reason: 'disconnect' });
    await until(() => line.isReady);
    expect(heard.endpoints).toEqual(['standby']);
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(askedBy(standby)).toEqual(['801', '1200']);
    expect(standby.received.some((message) => message.text(11) === original.text(11))).toBe(false);
  });

  it('starts on the standby when the primary does not answer, and never on the disaster centre by itself', async () => {
    await primary.close();
    await start();
    expect(line.endpoint.name).toBe('standby');
    await standby.close();
    await until(() => heard.endpoints.filter((name) => name === 'primary').length > 0);
    expect(far.received).toEqual([]);
    primary = await ScriptedPeer.listen();
    standby = await ScriptedPeer.listen();
  });

  it('moves when the counterpart says that it goes to its backup (804), and answers that notice', async () => {
    await start();
    primary.ask(aNetworkRequest('804', '000904', '1824'));
    await until(() => line.endpoint.name === 'standby' && line.state === 'READY');
    expect(primary.received.some((message) => message.mti === '1834' && message.text(39) === '800')).toBe(true);
    await until(() => askedBy(primary).includes('802'));
    expect(heard.notices).toEqual(['804']);
  });

  it('waits for answers before a planned move, and keeps newcomers waiting instead of refusing them', async () => {
    await start();
    let release = (): void => undefined;
    primary.onRequest = (message) => void (release = () => primary.answer(message));
    const early = line.send(aRequest(), 5_000);
    await until(() => primary.received.length === 2);
    const moved = line.switchTo('standby');
    const late = line.send(aRequest(), 5_000);
    release();
    expect(await early).toMatchObject({ kind: 'answered' });
    await moved;
    expect(await late).toMatchObject({ kind: 'answered' });
    expect(askedBy(primary)).toEqual(['801', '1200', '802']);
    expect(askedBy(standby)).toEqual(['801', '1200']);
  });

  it('goes back to the primary once it was reachable for long enough and nothing is in flight', async () => {
    await start({ backAfterMs: 50 });
    await line.switchTo('standby');
    const held = aRequest();
    standby.onRequest = () => undefined;
    const pending = line.send(held, 10_000);
    await until(() => askedBy(standby).includes('1200'));
    await until(() => primary.accepted >= 5); // looks at the primary, over a time that were long enough if nothing were in flight
    expect(line.endpoint.name).toBe('standby');
    standby.answer(held);
    expect(await pending).toMatchObject({ kind: 'answered' });
    await until(() => line.endpoint.name === 'primary' && line.state === 'READY');
    expect(askedBy(standby).at(-1)).toBe('802');
  });

  it('takes two people to the disaster centre, and does not leave it by itself', async () => {
    await start({ backAfterMs: 10 });
    await expect(line.switchTo('dr')).rejects.toThrow('needs the word of two people');
    await expect(line.switchTo('moon')).rejects.toThrow('is not in the links file');
    await line.switchTo('dr', true);
    expect(line.endpoint.name).toBe('dr');
    far.reset();
    await until(() => line.state !== 'READY');
    await until(() => line.state === 'READY');
    expect(line.endpoint.name).toBe('dr');
  });

  it('spreads work over its connections; the end of one loses only what it carried', async () => {
    await start({ connections: 3 });
    await until(() => line.connections.every(({ state }) => state === 'READY'));
    primary.onRequest = () => undefined;
    const requests = Array.from({ length: 6 }, () => aRequest());
    const results = requests.map((request) => line.send(request, 5_000));
    await until(() => askedBy(primary).filter((mti) => mti === '1200').length === 6);
    expect(line.connections.map(({ inFlight }) => inFlight)).toEqual([2, 2, 2]);
    primary.resetOne();
    await until(() => line.inFlight === 4);
    for (const request of requests) primary.answer(request);
    const kinds = (await Promise.all(results)).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'answered')).toHaveLength(4);
    expect(kinds.filter((kind) => kind === 'lost')).toHaveLength(2);
    expect(heard.endpoints).toEqual([]); // two connections still stood: no reason to move
    await until(() => line.connections.every(({ state }) => state === 'READY'));
  });
});
