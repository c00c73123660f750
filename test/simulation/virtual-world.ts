import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock } from '@tsunagu/kernel';
import { SeededRandom } from './seeded-random.js';

interface Due {
  readonly atMs: number;
  /** Breaks ties by chance, so that two things of one instant come in either order. */
  readonly order: number;
  readonly act: () => void;
}

/** Where simulated time begins: an ordinary working morning in Tokyo. */
const EPOCH = Date.UTC(2026, 10, 22, 1, 0, 0);

/**
 * A world with its own time. Nothing happens but by an entry of the agenda; between two entries every promise that
 * can move has moved. One seed, one history.
 */
export class VirtualWorld {
  readonly random: SeededRandom;
  readonly trace: string[] = [];
  readonly #agenda: Due[] = [];
  #nowMs = 0;
  #failure: Error | undefined;

  constructor(
    seed: number,
    private readonly traced = false,
  ) {
    this.random = new SeededRandom(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get wallTime(): Date {
    return new Date(EPOCH + this.#nowMs);
  }

  note(text: () => string): void {
    if (this.traced) this.trace.push(`${(this.#nowMs / 1000).toFixed(3).padStart(9)} ${text()}`);
  }

  /** Do this `delayMs` from now. */
  after(delayMs: number, act: () => void): void {
    const due = { atMs: this.#nowMs + delayMs, order: this.random.next(), act };
    let low = 0;
    let high = this.#agenda.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comesFirst(this.#agenda[middle]!, due)) high = middle;
      else low = middle + 1;
    }
    this.#agenda.splice(low, 0, due); // latest first: the next one is popped from the end
  }

  /** An error that no simulated process would swallow: the run ends with it. */
  fail(error: Error): void {
    this.#failure ??= error;
  }

  /** Let time pass until the agenda is empty, `untilMs` is reached or `done` says so. */
  async run(untilMs: number, done: () => boolean = () => false): Promise<void> {
    for (;;) {
      await nextTurn();
      if (this.#failure) throw this.#failure;
      const due = this.#agenda.at(-1);
      if (due === undefined || due.atMs > untilMs || done()) return;
      this.#agenda.pop();
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.act();
    }
  }
}

function comesFirst(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/**
 * One life of a process. When it is killed its promises stay open for ever: what stood behind an `await` never runs,
 * exactly as after `kill -9`.
 */
export class Life {
  #alive = true;
  /** What would have happened in a process that stands still. */
  #held: (() => void)[] | undefined;
  readonly #onDeath: (() => void)[] = [];

  constructor(
    readonly world: VirtualWorld,
    readonly name: string,
  ) {}

  get alive(): boolean {
    return this.#alive;
  }

  kill(): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.world.note(() => `✝ ${this.name}`);
    for (const act of this.#onDeath.splice(0)) act();
  }

  /** Stand still, as under SIGSTOP: time goes on, what was asked is answered, and nothing is heard before the process wakes. */
  pause(forMs: number): void {
    if (!this.#alive || this.#held !== undefined) return;
    this.world.note(() => `‖ ${this.name}`);
    this.#held = [];
    this.world.after(forMs, () => {
      const held = this.#held ?? [];
      this.#held = undefined;
      this.world.note(() => `▸ ${this.name}`);
      for (const act of held) this.after(0, act);
    });
  }

  onDeath(act: () => void): void {
    this.#onDeath.push(act);
  }

  /** Do this later, if still alive. */
  after(delayMs: number, act: () => void): void {
    this.world.after(delayMs, () => {
      if (!this.#alive) return;
      if (this.#held === undefined) act();
      else this.#held.push(act);
    });
  }

  /**
   * A round trip to something that outlives us (a database, another process): the request may be lost with us before
   * it arrives, and its answer may be lost with us after the work is done.
   */
  ask<T>(work: () => T | Promise<T>, tripMs = this.world.random.between(0, 3)): Promise<T> {
    return new Promise((resolve, reject) => {
      this.world.after(tripMs, () => {
        if (!this.#alive && this.world.random.chance(0.5)) return; // else it was on the wire already when we died
        const back = (act: () => void) => this.after(this.world.random.between(0, 2), act);
        try {
          Promise.resolve(work()).then(
            (value) => back(() => resolve(value)),
            (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
          );
        } catch (error) {
          back(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      });
    });
  }
}

/** The clock of one life: simulated time, and sleeps that end with the sleeper. */
export class VirtualClock extends Clock {
  constructor(private readonly life: Life) {
    super();
  }

  now(): Date {
    return this.life.world.wallTime;
  }

  monotonicMs(): number {
    return this.life.world.nowMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      signal?.addEventListener('abort', () => resolve(), { once: true });
      this.life.after(delayMs, resolve);
    });
  }
}
