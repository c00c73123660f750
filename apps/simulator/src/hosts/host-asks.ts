import { matchingKey, type IsoMessage } from '@tsunagu/iso8583';

/** Answers that are owed to this host for messages of its own beginning. */
export class HostAsks {
  readonly #waiting = new Map<string, { settle: (answer: IsoMessage | null) => void; timer: NodeJS.Timeout }>();
  #stan = 0;

  /** Trace numbers of the host's own messages; counted from the top, far from those of its peers. */
  nextStan(): string {
    this.#stan = (this.#stan % 999_999) + 1;
    return String(this.#stan).padStart(6, '0');
  }

  /** @returns null when no answer came in time */
  waitFor(message: IsoMessage, timeoutMs: number): Promise<IsoMessage | null> {
    const key = matchingKey(message) ?? '';
    return new Promise((resolve) => {
      const settle = (answer: IsoMessage | null) => {
        clearTimeout(this.#waiting.get(key)?.timer);
        this.#waiting.delete(key);
        resolve(answer);
      };
      this.#waiting.set(key, { settle, timer: setTimeout(() => settle(null), timeoutMs) });
    });
  }

  /** @returns whether somebody waited for it */
  answer(message: IsoMessage): boolean {
    const waiting = this.#waiting.get(matchingKey(message) ?? '');
    waiting?.settle(message);
    return waiting !== undefined;
  }

  giveUp(): void {
    for (const { settle } of this.#waiting.values()) settle(null);
  }
}
