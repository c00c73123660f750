/** A fixed number of places; who finds none waits his turn. */
export class Slots {
  #free: number;
  readonly #queue: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(count: number) {
    this.#free = count;
  }

  /** Begin the work in a place of its own. Resolves when it has begun, not when it has ended. @param work must not throw */
  async begin(work: () => Promise<void>): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    const running = work().finally(() => {
      this.#running.delete(running);
      const next = this.#queue.shift();
      if (next === undefined) this.#free += 1;
      else next();
    });
    this.#running.add(running);
  }

  /** Resolves when nothing runs. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
