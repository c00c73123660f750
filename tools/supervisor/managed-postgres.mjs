import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../postgres.mjs';

const RETRY_MS = [0, 200, 500, 1_000, 2_000];

/** The embedded PostgreSQL, started again on the same socket whenever it ends, until it is told to stop. */
export class ManagedPostgres {
  #server;
  #isStopping = false;
  #restarting;

  /** @param {{ dataDir: string, onCrash?: (words: string) => void }} options */
  constructor(options) {
    this.options = options;
    this.restarts = 0;
  }

  get pid() {
    return this.#server?.pid;
  }

  get dataDir() {
    return this.#server?.dataDir;
  }

  async start() {
    this.#server = await startPostgres({ dataDir: this.options.dataDir, takeOver: true });
    this.url = this.#server.url;
    const server = this.#server;
    void server.exited.then(() => this.#ended(server));
    // The server is not a reason for node to stay, but its owner must be there to start it again.
    this.keepAlive ??= setInterval(() => undefined, 60_000);
  }

  #ended(server) {
    if (this.#isStopping || this.#server !== server) return;
    this.#server = undefined;
    this.restarts += 1;
    this.options.onCrash?.('postgres ended, starting it again');
    this.#restarting = this.#restart();
  }

  async #restart() {
    for (let round = 0; !this.#isStopping; round++) {
      await sleep(RETRY_MS[Math.min(round, RETRY_MS.length - 1)]);
      try {
        return await this.start();
      } catch (error) {
        this.options.onCrash?.(`postgres does not start: ${error.message}`);
      }
    }
  }

  /** Settles when a server takes connections; false when none does in time. */
  async waitReady(endsAt) {
    while (this.#server === undefined && performance.now() < endsAt) await sleep(20);
    return this.#server !== undefined;
  }

  /** SIGKILL of the server's first process, as a power cut of the database machine would; settles when it is gone. */
  async kill9() {
    const server = this.#server;
    if (server === undefined) return;
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
  }

  async stop() {
    this.#isStopping = true;
    await this.#restarting;
    clearInterval(this.keepAlive);
    await this.#server?.stop();
  }
}
