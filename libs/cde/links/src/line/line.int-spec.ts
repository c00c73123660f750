import { compileSpec, defineSpec, frame, IsoMessage } from '@tsunagu/iso8583';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aRequest, Heard, lineOf, until } from '../testing/line-kit.js';
import { answerTo, ScriptedPeer } from '../testing/scripted-peer.js';
import type { Line } from './line.js';

const CODEC = compileSpec(defineSpec('hybrid'));

describe('a line over TCP', () => {
  let peer: ScriptedPeer;
  let line: Line;
  let heard: Heard;

  beforeEach(async () => {
    peer = await ScriptedPeer.listen();
    heard = new Heard();
    line = lineOf(peer.port, heard);
    line.start();
    await until(() => line.isReady);
  });
  afterEach(async () => {
    await line.stop(0);
    await peer.close();
  });

  it('signs on before it takes work', () => {
    expect(heard.states).toEqual(['CONNECTING', 'CONNECTED', 'SIGNING_ON', 'READY']);
    expect(peer.received.map((message) => [message.mti, message.text(24)])).toEqual([['1804', '801']]);
  });

  it('matches answers by identity, in whatever order they come', async () => {
    const held: IsoMessage[] = [];
    peer.onRequest = (message) => {
      held.push(message);
      if (held.length === 50) for (const one of held.reverse()) peer.answer(one);
    };
    const requests = Array.from({ length: 50 }, () => aRequest());
    const results = await Promise.all(requests.map((request) => line.send(request, 2_000)));
    const matched = results.map((result) => (result.kind === 'answered' ? result.message.text(11) : undefined));
    expect(matched).toEqual(requests.map((request) => request.text(11)));
    expect(line.inFlight).toBe(0);
  });

  it('says lost when the timer runs out, and names the answer that comes after it late', async () => {
    peer.onRequest = () => undefined;
    const request = aRequest();
    expect(await line.send(request, 20)).toEqual({ kind: 'lost', reason: 'timeout' });
    peer.answer(request);
    await until(() => heard.strays.length === 1);
    peer.answer(aRequest());
    await until(() => heard.strays.length === 2);
    expect(heard.strays).toEqual(['late', 'unmatched']);
  });

  it('drops and names the second copy of an answer', async () => {
    peer.onRequest = (message) => [1, 2].forEach(() => peer.answer(message));
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    await until(() => heard.strays.length === 1);
    expect(heard.strays).toEqual(['duplicate']);
  });

  it('loses what is in flight the moment the connection is reset, and signs on again', async () => {
    peer.onRequest = () => peer.reset();
    expect(await line.send(aRequest(), 5_000)).toEqual({ kind: 'lost', reason: 'disconnect' });
    expect(line.isReady).toBe(false);
    expect(await line.send(aRequest(), 5_000)).toEqual({ kind: 'not_sent', reason: 'link_down' });
    await until(() => line.isReady);
    expect(peer.received.filter((message) => message.text(24) === '801')).toHaveLength(2);
  });

  it('drops a malformed message, keeps the connection, and lets the timer decide [G8]', async () => {
    peer.onRequest = () => peer.write(frame('be2', Buffer.from('1210garbage')));
    expect(await line.send(aRequest(), 50)).toEqual({ kind: 'lost', reason: 'timeout' });
    expect(heard.faults).toHaveLength(1);
    expect(line.isReady).toBe(true);
  });

  it('closes on a frame header that cannot be: nothing after it can be read [G8]', async () => {
    peer.onRequest = (message) => {
      peer.answer(message);
      peer.write(Buffer.from('ffffffff', 'hex'));
    };
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    await until(() => !line.isReady);
    expect(heard.faults).toEqual(['LENGTH_EXCEEDS_MAX']);
  });

  it('loses a request whose answer was cut off [G8]', async () => {
    peer.onRequest = (message) => {
      const whole = frame('be2', CODEC.encode(answerTo(message, '000')));
      peer.write(whole.subarray(0, whole.length - 5));
      setImmediate(() => peer.reset());
    };
    expect(await line.send(aRequest(), 2_000)).toEqual({ kind: 'lost', reason: 'disconnect' });
  });

  it('puts an answer together from any split of the stream', async () => {
    peer.onRequest = (message) => {
      const whole = frame('be2', CODEC.encode(answerTo(message, '000')));
      for (const byte of whole) peer.write(Buffer.from([byte]));
    };
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
  });

  it('refuses a second request of the same identity while the first is in flight', async () => {
    const request = aRequest();
    let isSecondRefused = false;
    peer.onRequest = (message) => {
      void line.send(request, 2_000).then((second) => {
        isSecondRefused = second.kind === 'not_sent';
        peer.answer(message);
      });
    };
    expect(await line.send(request, 2_000)).toMatchObject({ kind: 'answered' });
    expect(isSecondRefused).toBe(true);
  });

  it('takes a request back in the instant of the write, and proves it', async () => {
    expect(await line.send(aRequest(), 2_000, { mayWrite: () => false })).toEqual({
      kind: 'not_sent',
      reason: 'withdrawn',
    });
    expect(peer.received.filter((message) => message.mti === '1200')).toHaveLength(0);
  });

  it('does not send what does not fit the profile', async () => {
    expect(await line.send(aRequest().set(41, 'far too long a terminal'), 2_000)).toEqual({
      kind: 'not_sent',
      reason: 'unbuildable',
    });
  });

  it('answers the peer, and takes no work while the peer has signed it off', async () => {
    const facts = { 7: '1123001500', 11: '000900', 12: '261123091500', 33: '99' };
    peer.ask(new IsoMessage('1804', { ...facts, 24: '802' }));
    await until(() => !line.isReady);
    expect(await line.send(aRequest(), 2_000)).toEqual({ kind: 'not_sent', reason: 'link_down' });
    peer.ask(new IsoMessage('1804', { ...facts, 11: '000901', 24: '801' }));
    await until(() => line.isReady);
    const answers = peer.received.filter((message) => message.mti === '1814');
    expect(answers.map((message) => [message.text(11), message.text(39)])).toEqual([
      ['000900', '800'],
      ['000901', '800'],
    ]);
  });

  it('signs on again after the peer refused a payment with 910', async () => {
    peer.onRequest = (message) => peer.answer(message, '910');
    await line.send(aRequest(), 2_000);
    expect(line.state).toBe('SIGNED_OFF');
    await until(() => line.isReady);
  });

  it('waits for what is owed when it is stopped, then signs off', async () => {
    peer.onRequest = (message) => setImmediate(() => peer.answer(message));
    const result = line.send(aRequest(), 2_000);
    const stopped = line.stop();
    expect(await result).toMatchObject({ kind: 'answered' });
    await stopped;
    expect(line.state).toBe('DOWN');
    expect(peer.received.at(-1)?.text(24)).toBe('802');
  });

  it('leaves a peer that is connected but says nothing after three lost echoes', async () => {
    peer.answersEchoes = false;
    const nervous = lineOf(peer.port, heard, { echoMs: 20 });
    nervous.start();
    await until(() => nervous.isReady);
    await until(() => nervous.state === 'SUSPECT');
    expect(await nervous.send(aRequest(), 2_000)).toEqual({ kind: 'not_sent', reason: 'link_down' });
    await until(() => nervous.state === 'DOWN');
    await nervous.stop(0);
  });
});
