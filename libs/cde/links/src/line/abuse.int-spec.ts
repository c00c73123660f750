import { frame, IsoMessage } from '@tsunagu/iso8583';
import { SystemClock } from '@tsunagu/kernel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StanAllocator } from '../stan/stan-allocator.js';
import { aNetworkRequest, aRequest, Heard, lineOf, MemoryStans, SteppedClock, until } from '../testing/line-kit.js';
import { answerTo, ScriptedPeer } from '../testing/scripted-peer.js';
import type { Line } from './line.js';

const HOUR_MS = 3_600_000;

/** Time that only the spec moves. */
class TurnedClock extends SystemClock {
  #nowMs = 0;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();

  override monotonicMs(): number {
    return this.#nowMs;
  }

  override sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const wake = (): void => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { untilMs: this.#nowMs + delayMs, wake };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });
  }

  turn(ms: number): void {
    this.#nowMs += ms;
    for (const sleeper of this.#sleepers) if (sleeper.untilMs <= this.#nowMs) sleeper.wake();
  }
}

describe('a counterpart that behaves badly', () => {
  let peer: ScriptedPeer;
  let heard: Heard;
  let line: Line;

  beforeEach(async () => {
    peer = await ScriptedPeer.listen();
    heard = new Heard();
    line = lineOf(peer.port, heard);
  });
  afterEach(async () => {
    await line.stop(0);
    await peer.close();
  });

  const start = async (): Promise<void> => {
    line.start();
    await until(() => line.state === 'READY');
  };

  it('is left when it never ends a frame: single bytes are no sign of life [G8]', async () => {
    const clock = new TurnedClock();
    line = lineOf(peer.port, heard, {}, { clock });
    await start();
    const begun = frame('be2', Buffer.alloc(100, 0x31));
    let at = 0;
    const trickle = (): void => peer.write(begun.subarray(at, (at += 1)));
    while (line.state === 'READY' && at < 90) {
      trickle();
      await new Promise(setImmediate);
      clock.turn(1_000);
      await new Promise(setImmediate);
    }
    await until(() => peer.connections === 0);
    expect(at).toBeLessThan(90); // it had not even sent one frame
  });

  it('is left at once when it announces a giant: nothing of it is kept [G8]', async () => {
    await start();
    peer.write(Buffer.from('ffff', 'hex'));
    await until(() => line.state !== 'READY');
    expect(heard.faults).toEqual(['LENGTH_EXCEEDS_MAX']);
  });

  it('is left when the line is half open: three echoes without an answer', async () => {
    const clock = new TurnedClock();
    line = lineOf(peer.port, heard, {}, { clock });
    await start();
    peer.answersEchoes = false;
    const pending = line.send(aRequest(), HOUR_MS);
    peer.onRequest = () => undefined;
    for (let seconds = 0; line.state !== 'DOWN' && seconds < 400; seconds += 1) {
      clock.turn(1_000);
      await new Promise(setImmediate);
    }
    expect(await pending).toEqual({ kind: 'lost', reason: 'disconnect' });
    expect(heard.states).toContain('SUSPECT');
  });

  it('cannot hurt by a clock that jumps an hour, forth and back: timers are monotonic', async () => {
    const clock = new SteppedClock();
    line = lineOf(peer.port, heard, {}, { clock });
    await start();
    for (const stepMs of [HOUR_MS, -HOUR_MS]) {
      let release = (): void => undefined;
      peer.onRequest = (message) => void (release = () => peer.answer(message));
      const before = peer.received.length;
      const result = line.send(aRequest(), 5_000);
      await until(() => peer.received.length > before);
      clock.stepMs = stepMs;
      await clock.sleep(0);
      release();
      expect(await result).toMatchObject({ kind: 'answered' });
    }
    expect(heard.states.at(-1)).toBe('READY');
    expect(heard.strays).toEqual([]);
  });

  it('gets no number that is in flight when the counter goes round [A19]', async () => {
    const stans = new MemoryStans(999_999);
    line = lineOf(peer.port, heard, {}, { stans: (isLive) => new StanAllocator(stans, 'spec', isLive) });
    await start(); // the sign-on takes 999999
    peer.onRequest = () => undefined;
    const first = await line.nextStan();
    expect(first).toBe('000001');
    const held = line.send(aRequest().set(11, first), 5_000);
    await until(() => line.inFlight === 1);
    for (let taken = 2; taken <= 49; taken += 1) await line.nextStan(); // the rest of the block of fifty
    stans.jumpTo(2 * 999_999 - 1);
    expect([await line.nextStan(), await line.nextStan()]).toEqual(['999998', '999999']);
    expect(await line.nextStan()).toBe('000002'); // 000001 is still owed an answer
    peer.reset();
    expect(await held).toMatchObject({ kind: 'lost' });
  });

  it.each([
    ['another STAN', (answer: IsoMessage) => answer.set(11, '777777')],
    ['another local time', (answer: IsoMessage) => answer.set(12, '261123001501')],
    ['another acquirer', (answer: IsoMessage) => answer.set(32, '99')],
    ['another class', (answer: IsoMessage) => ((answer.mti = '1110'), answer)],
  ])('is not believed when its answer carries %s: the request is lost, the answer unmatched', async (_what, bend) => {
    await start();
    peer.onRequest = (message) => peer.ask(bend(answerTo(message, '000')));
    expect(await line.send(aRequest(), 50)).toEqual({ kind: 'lost', reason: 'timeout' });
    expect(heard.strays).toEqual(['unmatched']);
  });

  it('may sign on twice: both are answered, and work goes on', async () => {
    await start();
    peer.ask(aNetworkRequest('801', '000801'));
    peer.ask(aNetworkRequest('801', '000802'));
    await until(() => peer.received.filter(({ mti }) => mti === '1814').length === 2);
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(heard.states.at(-1)).toBe('READY');
  });

  it('is counted when it sends an MTI that does not exist, and one that is not for this side', async () => {
    await start();
    peer.write(frame('be2', Buffer.concat([Buffer.from('1999', 'latin1'), Buffer.alloc(8)])));
    peer.ask(new IsoMessage('1200', { 11: '000001', 12: '261123001500', 32: '99' }));
    await until(() => heard.strays.length === 1);
    expect(heard.faults).toEqual(['UNKNOWN_MTI']);
    expect(heard.strays).toEqual(['unmatched']);
    expect(line.state).toBe('READY');
  });
});

describe('limits of a link', () => {
  let peer: ScriptedPeer;
  let heard: Heard;
  let line: Line;

  beforeEach(async () => {
    peer = await ScriptedPeer.listen();
    heard = new Heard();
  });
  afterEach(async () => {
    await line.stop(0);
    await peer.close();
  });
  const start = async (transport: object): Promise<void> => {
    line = lineOf(peer.port, heard, { transport });
    line.start();
    await until(() => line.state === 'READY');
  };

  it('sends 256 at once, keeps 2,000 waiting, and refuses the rest with proof that nothing left', async () => {
    await start({ limits: { inFlight: 256, queue: 2_000, queueWaitMs: 50, perSecond: null } });
    peer.onRequest = () => undefined;
    const results = Array.from({ length: 2_300 }, () => line.send(aRequest(), 60_000));
    expect([line.inFlight, line.queued]).toEqual([256, 2_000]);
    await until(() => line.queued === 0);
    const urgent = line.send(aRequest().set(11, '900000'), 60_000, { isUrgent: true }); // a reversal is not kept waiting
    expect(line.inFlight).toBe(257);
    peer.reset();
    const ends = await Promise.all([...results, urgent]);
    expect(ends.filter((one) => one.kind === 'not_sent' && one.reason === 'busy')).toHaveLength(2_044);
    expect(ends.filter((one) => one.kind === 'lost')).toHaveLength(257);
    expect(peer.received.filter(({ mti }) => mti === '1200').length).toBeLessThanOrEqual(257);
  });

  it('sends no more a second than the counterpart takes', async () => {
    const clock = new TurnedClock();
    line = lineOf(
      peer.port,
      heard,
      { transport: { limits: { inFlight: 256, queue: 2_000, queueWaitMs: 60_000, perSecond: 10 } } },
      { clock },
    );
    line.start();
    await until(() => line.state === 'READY');
    const results = Array.from({ length: 25 }, () => line.send(aRequest(), 600_000));
    const sent = () => peer.received.filter(({ mti }) => mti === '1200').length;
    await until(() => sent() === 10);
    expect(line.queued).toBe(15);
    for (let turn = 0; turn < 10; turn += 1) {
      clock.turn(100);
      await new Promise(setImmediate);
    }
    await until(() => sent() === 20);
    expect(line.queued).toBe(5);
    for (let turn = 0; turn < 20; turn += 1) {
      clock.turn(100);
      await new Promise(setImmediate);
    }
    expect((await Promise.all(results)).every(({ kind }) => kind === 'answered')).toBe(true);
  });

  it('opens the circuit after silence, sends nothing new meanwhile, and closes it by an echo [I3]', async () => {
    await start({ breaker: { failures: 3, pauseMs: 30 } });
    peer.answersEchoes = false;
    peer.onRequest = () => undefined;
    for (let tries = 0; tries < 3; tries += 1) await line.send(aRequest(), 5);
    expect(line.breaker).not.toBe('closed');
    expect(line.takesWork).toBe(false);
    const before = peer.received.filter(({ mti }) => mti === '1200').length;
    expect(await line.send(aRequest(), 5)).toMatchObject({ kind: 'not_sent' });
    expect(peer.received.filter(({ mti }) => mti === '1200')).toHaveLength(before);
    peer.answersEchoes = true;
    peer.onRequest = (message) => peer.answer(message);
    await until(() => line.takesWork);
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(heard.breaker.slice(0, 2)).toEqual(['open', 'half_open']);
  });

  it.each(['803', '806'])(
    'takes no new work after %s until the counterpart signs on; reversals go on',
    async (code) => {
      await start({});
      peer.ask(aNetworkRequest(code, '000001', '1824'));
      await until(() => heard.notices.length === 1);
      expect(await line.send(aRequest(), 2_000)).toEqual({ kind: 'not_sent', reason: 'peer_unavailable' });
      expect(await line.send(aRequest(), 2_000, { isUrgent: true })).toMatchObject({ kind: 'answered' });
      peer.ask(aNetworkRequest('801', '000002'));
      await until(() => line.takesWork);
      expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    },
  );

  it('tells the business date of a cut-over, theirs and ours', async () => {
    await start({});
    peer.ask(aNetworkRequest('821', '000003').set(15, '261124'));
    await until(() => heard.cutovers.length === 1);
    expect(await line.cutover('261125')).toBe(true);
    expect(heard.cutovers).toEqual(['261124', '261125']);
    expect(peer.received.at(-1)?.text(15)).toBe('261125');
  });

  it('is signed off by an operator, stays connected, and comes back when told', async () => {
    await start({});
    await line.drain();
    expect(line.state).toBe('SIGNED_OFF');
    expect(peer.connections).toBe(1);
    expect(await line.send(aRequest(), 2_000)).toEqual({ kind: 'not_sent', reason: 'drained' });
    await line.resume();
    expect(await line.send(aRequest(), 2_000)).toMatchObject({ kind: 'answered' });
    expect(peer.received.map((message) => message.text(24) ?? message.mti)).toEqual(['801', '802', '801', '1200']);
  });
});
