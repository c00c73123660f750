import type { Handle } from 'pkcs11js';

interface Waiting {
  resolve(session: Handle): void;
  reject(error: Error): void;
}

/** Sessions of one login: Cryptoki allows one operation at a time in each, so a request holds one alone. */
export class SessionPool {
  readonly #idle: Handle[];
  readonly #waiting: Waiting[] = [];
  #end: Error | undefined;

  constructor(sessions: readonly Handle[]) {
    this.#idle = [...sessions];
  }

  /** A session for one request; waits for one when all are taken. @throws the error that {@link end} was given */
  async take(): Promise<Handle> {
    if (this.#end !== undefined) throw this.#end;
    const session = this.#idle.pop();
    return session ?? new Promise<Handle>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  give(session: Handle): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(session);
    else next.resolve(session);
  }

  /** Nobody gets a session any more; those in line are told why. @returns the sessions that nobody holds */
  end(why: Error): Handle[] {
    this.#end = why;
    for (const { reject } of this.#waiting.splice(0)) reject(why);
    return this.#idle.splice(0);
  }
}
