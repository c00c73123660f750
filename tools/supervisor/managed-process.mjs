import { fork } from 'node:child_process';
import { createWriteStream, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../start/root.mjs';

/** By failures to become ready in a row: what had been ready comes back at once, what never gets there is not hammered. */
const BACKOFF_MS = [0, 100, 200, 500, 1_000, 2_000, 5_000];
const PROBE_MS = 100;
const LOG_BYTES_MAX = 50_000_000;

/** One child process that is started again whenever it ends, until it is told to stop. */
export class ManagedProcess {
  #child;
  #timer;
  #isStopping = false;
  #failures = 0;
  #log;

  /**
   * @param {{ name: string, main: string, env: () => Record<string, string>, logDir: string, isReady: () => Promise<boolean>, onCrash?: (words: string) => void, onStart?: () => void }} options
   *   `env` is asked at each start; `isReady` until it says yes, once a start; `onCrash` gets one line for people
   */
  constructor(options) {
    this.options = options;
    this.restarts = 0;
    this.lastLine = '';
  }

  get name() {
    return this.options.name;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Lives in a row that ended before the process was ready. */
  get failuresInRow() {
    return this.#failures;
  }

  start() {
    this.#isStopping = false;
    this.#log ??= openLog(join(this.options.logDir, `${this.name}.log`));
    const child = fork(this.options.main, [], {
      cwd: ROOT,
      env: this.options.env(),
      execArgv: ['--enable-source-maps', '--import', join(ROOT, 'tools/supervisor/leash.mjs')],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true, // a Ctrl-C goes to the supervisor alone, which stops the others in order
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => this.#write(chunk));
    child.once('error', () => undefined); // 'exit' follows, or there is no process to speak of
    child.once('exit', (code, signal) => this.#ended(child, code, signal));
    this.options.onStart?.();
    void this.#watch(child);
  }

  async #watch(child) {
    while (this.#child === child) {
      if (await this.options.isReady()) {
        if (this.#child === child) this.#failures = 0;
        return;
      }
      await sleep(PROBE_MS, undefined, { ref: false });
    }
  }

  #write(chunk) {
    this.#log.write(chunk);
    const lines = chunk.toString('utf8').trimEnd().split('\n');
    // Node ends a crash with its version; the line that says why stands further up.
    this.lastLine =
      lines.findLast((line) => /\w*(Error|Exception)\b.*:/.test(line)) ??
      lines.findLast((line) => /\S/.test(line) && !line.startsWith('Node.js')) ??
      this.lastLine;
  }

  #ended(child, code, signal) {
    if (this.#child === child) this.#child = undefined;
    if (this.#isStopping) return;
    const waitMs = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)];
    this.#failures += 1;
    this.restarts += 1;
    this.options.onCrash?.(`${this.name} ended (${signal ?? `exit ${code}`}), starting it again in ${waitMs} ms`);
    this.#timer = setTimeout(() => this.start(), waitMs);
  }

  /** SIGKILL, as a power cut would; settles when the process is gone. It is started again like after any crash. */
  async kill9() {
    const child = this.#child;
    if (child === undefined) return;
    const gone = ended(child);
    child.kill('SIGKILL');
    await gone;
  }

  /** Ask it to finish; kill it when it does not within the time. */
  async stop(timeoutMs = 10_000) {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child !== undefined) {
      const gone = ended(child);
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
      await gone;
      clearTimeout(timer);
    }
    await new Promise((done) => (this.#log === undefined ? done() : this.#log.end(done)));
    this.#log = undefined;
  }

  /** No more patience: for a second Ctrl-C. */
  killNow() {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGKILL');
  }
}

const ended = (child) =>
  new Promise((done) =>
    child.exitCode !== null || child.signalCode !== null ? done() : child.once('exit', () => done()),
  );

function openLog(file) {
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES_MAX) {
    rmSync(`${file}.1`, { force: true });
    renameSync(file, `${file}.1`);
  }
  const log = createWriteStream(file, { flags: 'a', mode: 0o600 });
  log.on('error', () => undefined); // a full disk must not stop the payments; the start says so in one line
  return log;
}
