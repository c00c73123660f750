import { Clock, InvariantError } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { Rounds } from './rounds.js';

/** A clock whose sleeps end when the test says so. */
class HeldClock extends Clock {
  readonly slept: number[] = [];
  #wake: () => void = () => undefined;

  override now(): Date {
    return new Date(0);
  }

  override monotonicMs(): number {
    return 0;
  }

  override sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(delayMs);
    return new Promise((resolve) => {
      this.#wake = resolve;
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async tick(): Promise<void> {
    this.#wake();
    await settle();
  }
}

/** Everything that waits for nothing but promises is done. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** Rounds whose work the test ends by hand. */
function held(outcome: () => boolean | void = () => undefined) {
  const clock = new HeldClock();
  const ends: (() => void)[] = [];
  const failures: unknown[] = [];
  let begun = 0;
  const work = async (): Promise<unknown> => {
    begun += 1;
    await new Promise<void>((resolve) => void ends.push(resolve));
    return outcome();
  };
  const rounds = new Rounds({ everyMs: 500, work, failed: (error) => void failures.push(error) }, clock);
  const end = async (): Promise<void> => {
    ends.shift()!();
    await settle();
  };
  return { rounds, clock, failures, end, begun: () => begun };
}

describe('rounds', () => {
  it('never overlap: the pause begins when the round before has ended', async () => {
    const { rounds, clock, end, begun } = held();
    rounds.start('now');
    rounds.start('now');
    await settle();
    await clock.tick();
    expect([begun(), clock.slept]).toEqual([1, []]);
    await end();
    expect(clock.slept).toEqual([500]);
    await clock.tick();
    expect(begun()).toBe(2);
    const stopped = rounds.stop();
    await end();
    await stopped;
  });

  it('begin after a pause, for those who did the first one themselves', async () => {
    const { rounds, clock, begun } = held();
    rounds.start();
    await settle();
    expect([begun(), clock.slept]).toEqual([0, [500]]);
    await rounds.stop();
    expect(begun()).toBe(0);
  });

  it('go on at once while there is more to do', async () => {
    let left = 2;
    const { rounds, clock, end, begun } = held(() => (left -= 1) > 0);
    rounds.start('now');
    await settle();
    await end();
    expect([begun(), clock.slept]).toEqual([2, []]);
    await end();
    expect([begun(), clock.slept]).toEqual([2, [500]]);
    await rounds.stop();
  });

  it('stop when the one under way has ended, and not before', async () => {
    const { rounds, end, begun } = held();
    rounds.start('now');
    await settle();
    let isStopped = false;
    const stopped = rounds.stop().then(() => (isStopped = true));
    await settle();
    expect(isStopped).toBe(false);
    await end();
    await stopped;
    expect(begun()).toBe(1);
  });

  it('report a failure once per kind, again after a success, and go on', async () => {
    const [away, broken] = [new TypeError('away'), new InvariantError('a rule', {})];
    const outcomes = [away, away, broken, away, undefined, away];
    const { rounds, clock, failures, end } = held(() => {
      const outcome = outcomes.shift();
      if (outcome !== undefined) throw outcome;
    });
    rounds.start('now');
    await settle();
    for (let turn = 0; turn < 6; turn += 1) {
      await end();
      await clock.tick();
    }
    expect(failures).toEqual([away, broken, away]);
    const stopped = rounds.stop();
    await end();
    await stopped;
  });
});
