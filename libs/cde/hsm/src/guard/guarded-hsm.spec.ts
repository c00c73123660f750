import { afterEach, describe, expect, it, vi } from 'vitest';
import { HsmError } from '../provider/hsm-error.js';
import type { HsmProvider } from '../provider/hsm-provider.js';
import { GuardedHsm, HSM_LIMITS } from './guarded-hsm.js';

/** A provider whose `random` does what a test says; the guard treats all methods alike. */
function provider(random: () => Promise<Buffer>): HsmProvider {
  return { name: 'stub', random } as Partial<HsmProvider> as HsmProvider;
}

const unavailable = { code: 'card_service_unavailable' };

afterEach(() => void vi.useRealTimers());

describe('HSM guard [C10]', () => {
  it('answers card_service_unavailable when the HSM stays silent', async () => {
    const guard = new GuardedHsm(
      provider(() => new Promise(() => {})),
      { timeoutMs: 5 },
    );
    await expect(guard.random(1)).rejects.toMatchObject({ ...unavailable, reason: 'timeout' });
  });

  it('ends each of several silent calls in its own time, also after one that was answered', async () => {
    vi.useFakeTimers();
    const answers: ((answer: Buffer) => void)[] = [];
    const guard = new GuardedHsm(
      provider(() => new Promise((resolve) => answers.push(resolve))),
      { timeoutMs: 100 },
    );
    const ended: string[] = [];
    const ask = (name: string) =>
      guard.random(1).then(
        () => ended.push(`${name} answered`),
        () => ended.push(`${name} late`),
      );
    const calls = [ask('first')];
    await vi.advanceTimersByTimeAsync(40);
    calls.push(ask('second'));
    await vi.advanceTimersByTimeAsync(40);
    calls.push(ask('third'));
    answers[0]!(Buffer.alloc(1));
    await vi.advanceTimersByTimeAsync(59);
    expect(ended).toEqual(['first answered']);
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toEqual(['first answered', 'second late']);
    await vi.advanceTimersByTimeAsync(40);
    await Promise.all(calls);
    expect([ended.at(-1), vi.getTimerCount()]).toEqual(['third late', 0]);
  });

  it('answers a silent HSM at the very instant of its limit, and the last in line within two seconds', async () => {
    const { timeoutMs, waitMs, concurrency } = HSM_LIMITS;
    expect(timeoutMs + waitMs).toBeLessThanOrEqual(2000);
    vi.useFakeTimers();
    const answers: (() => void)[] = [];
    const guard = new GuardedHsm(
      provider(() => new Promise((resolve) => answers.push(() => resolve(Buffer.alloc(1))))),
    );
    const started = performance.now(); // of the fake clock: it moves only when this test moves it
    const ended: [number, unknown][] = [];
    const ask = () =>
      guard.random(1).then(
        () => undefined,
        (error: HsmError) => void ended.push([performance.now() - started, error.facts?.['detail'] ?? error.reason]),
      );
    for (let i = 0; i < concurrency; i += 1) void ask();
    await vi.advanceTimersByTimeAsync(timeoutMs - waitMs);
    void ask(); // it stands in line for as long as it may, all but a moment
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(ended).toEqual([]);
    answers[0]!();
    await vi.advanceTimersByTimeAsync(0);
    expect(answers).toHaveLength(concurrency + 1);
    await vi.advanceTimersByTimeAsync(timeoutMs - 1);
    expect(ended).toEqual(Array.from({ length: concurrency - 1 }, () => [timeoutMs, 'timeout']));
    await vi.advanceTimersByTimeAsync(1);
    expect(ended.at(-1)).toEqual([2 * timeoutMs - 1, 'timeout']); // asked at timeoutMs - waitMs
    expect(vi.getTimerCount()).toBe(0);
  });

  it('says within the time of a call that the HSM is not well, also when it says nothing itself', async () => {
    const asked = (health: () => ReturnType<HsmProvider['health']>) =>
      new GuardedHsm({ name: 'stub', health } as Partial<HsmProvider> as HsmProvider, { timeoutMs: 5 }).health();
    await expect(asked(() => new Promise(() => {}))).resolves.toMatchObject({ ok: false, detail: 'timeout' });
    await expect(asked(() => Promise.reject(new Error('socket closed at 10.0.0.1')))).resolves.toMatchObject({
      ok: false,
      detail: 'unavailable',
    });
    await expect(asked(() => Promise.resolve({ ok: true, latencyMs: 1 }))).resolves.toEqual({ ok: true, latencyMs: 1 });
  });

  it('stops asking after failures in a row, and tries one again after the pause', async () => {
    let now = 0;
    let calls = 0;
    let isDown = true;
    const reasons: string[] = [];
    const inner = provider(async () => {
      calls += 1;
      if (isDown) throw new Error('socket closed at 10.0.0.1');
      return Buffer.alloc(1);
    });
    const guard = new GuardedHsm(
      inner,
      { failuresMax: 3, coolDownMs: 100 },
      (reason) => reasons.push(reason),
      () => now,
    );
    for (let i = 0; i < 5; i += 1) await expect(guard.random(1)).rejects.toMatchObject(unavailable);
    expect(calls).toBe(3);
    expect(reasons).toEqual(['unavailable', 'unavailable', 'unavailable', 'breaker', 'breaker']);
    isDown = false;
    now = 100;
    await expect(guard.random(1)).resolves.toHaveLength(1);
  });

  it('counts a refusal as a sign of life, and does not hide it', async () => {
    const guard = new GuardedHsm(
      provider(() => Promise.reject(new HsmError('format', 'the PIN block cannot be read'))),
      { failuresMax: 1 },
    );
    for (let i = 0; i < 3; i += 1) await expect(guard.random(1)).rejects.toMatchObject({ reason: 'format' });
  });

  it('lets only so many calls in, and refuses when the line is too long', async () => {
    const finish: (() => void)[] = [];
    const guard = new GuardedHsm(
      provider(() => new Promise((resolve) => finish.push(() => resolve(Buffer.alloc(1))))),
      { concurrency: 2, waitingMax: 1 },
    );
    const calls = [guard.random(1), guard.random(1), guard.random(1)];
    await expect(guard.random(1)).rejects.toMatchObject({ ...unavailable, facts: { detail: 'queue_full' } });
    expect(finish).toHaveLength(2);
    finish[0]!();
    await calls[0];
    await new Promise(setImmediate);
    expect(finish).toHaveLength(3);
    finish.forEach((done) => done());
    await Promise.all(calls);
  });

  it('lets nobody stand in line for longer than it may, and empties the line when the provider is down', async () => {
    const silent = () => new Promise<Buffer>(() => {});
    const late = new GuardedHsm(provider(silent), { concurrency: 1, timeoutMs: 20, waitMs: 5 });
    const [first, second] = [late.random(1), late.random(1)];
    await expect(second).rejects.toMatchObject({ ...unavailable, facts: { detail: 'queue_late' } });
    await expect(first).rejects.toMatchObject({ reason: 'timeout' });

    let fail: (error: Error) => void = () => {};
    const broken = new GuardedHsm(
      provider(() => new Promise((_, reject) => (fail = reject))),
      {
        concurrency: 1,
        failuresMax: 1,
      },
    );
    const calls = [broken.random(1), broken.random(1), broken.random(1)];
    await new Promise(setImmediate);
    fail(new Error('gone'));
    const details = (await Promise.allSettled(calls)).map((one) =>
      one.status === 'rejected' ? (one.reason as HsmError).facts?.['detail'] : 'answered',
    );
    expect(details).toEqual(['fault', 'breaker', 'breaker']);
  });
});
