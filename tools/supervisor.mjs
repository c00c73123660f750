import { accessSync, constants, mkdirSync } from 'node:fs';
import { get } from 'node:http';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { APPS, bundleApp, bundleTool, bundleWebTill } from './build/bundle.mjs';
import { Trouble } from './postgres/binaries.mjs';
import { roleUrl } from './postgres/role-url.mjs';
import { takeLock } from './start/lock.mjs';
import { step } from './start/progress.mjs';
import { appEnv, writeLinks } from './supervisor/app-env.mjs';
import { watchDisk } from './supervisor/disk-watch.mjs';
import { endLeftovers, forgetChildren, rememberChildren } from './supervisor/leftovers.mjs';
import { ManagedPostgres } from './supervisor/managed-postgres.mjs';
import { ManagedProcess } from './supervisor/managed-process.mjs';
import { runTool } from './supervisor/run-tool.mjs';
import { choosePorts } from './supervisor/ports.mjs';
import { requireRedis } from './supervisor/redis-place.mjs';
import { ensureSandbox } from './supervisor/sandbox.mjs';
import { loadSecrets, newSecret, readJson } from './supervisor/secrets.mjs';
import { writeWhole } from './supervisor/write-whole.mjs';

const DATABASE = 'tsunagu';
const READY_MS = 60_000;
/** A process that crashes this often in a row at start-up will not come up by trying again. */
const CRASHES_MAX = 5;

/**
 * Start the whole house: database, migrations, every process, sandbox.
 * @param {{ dataDir: string, ports?: Record<string, number>, databaseUrl?: string, redisUrl?: string,
 *   timers?: object, switches?: number, extraEnv?: Record<string, Record<string, string>>, say?: (line: string) => void, onHouse?: (house: House) => void }} options
 *   `onHouse` gets the house before it is up, so that a signal can stop it half-way
 * @throws {Trouble} one line with the remedy; nothing of it keeps running
 */
export async function start(options) {
  const dataDir = resolve(options.dataDir);
  makeFolders(dataDir);
  const lock = await takeLock(join(dataDir, 'lock'));
  if ('heldBy' in lock) {
    throw new Trouble(
      `already running on ${dataDir} (process ${lock.heldBy}): stop it first, or use another folder with --data DIR`,
    );
  }
  const house = new House({ say: () => undefined, ...options, dataDir }, lock);
  options.onHouse?.(house);
  try {
    await house.start();
    return house;
  } catch (error) {
    await house.stop();
    throw error;
  }
}

/** @throws {Trouble} the place cannot hold a data folder */
function makeFolders(dataDir) {
  try {
    for (const folder of ['', 'log', 'hsm', 'simulator', 'till'])
      mkdirSync(join(dataDir, folder), { recursive: true, mode: folder === '' ? 0o755 : 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const why = {
      EEXIST: 'is a file',
      ENOTDIR: 'lies below a file',
      EACCES: 'may not be written',
      EROFS: 'is read-only',
    }[error.code];
    if (why === undefined) throw error;
    throw new Trouble(`the data folder ${dataDir} ${why}: name another one with --data DIR`);
  }
}

class House {
  #lock;
  #postgres;
  #processes = new Map();
  #secrets;
  #isStopping = false;
  #endDiskWatch = () => undefined;

  constructor(options, lock) {
    this.options = options;
    this.#lock = lock;
    this.dataDir = options.dataDir;
  }

  async start() {
    const bundles = await step('building what changed', buildAll);
    this.#endDiskWatch = watchDisk(this.dataDir, this.options.say);
    await endLeftovers(this.dataDir);
    const stored = readJson(join(this.dataDir, 'ports.json'));
    this.ports = await choosePorts({ wanted: this.options.ports, stored });
    writeWhole(join(this.dataDir, 'ports.json'), JSON.stringify(this.ports, null, 2));
    this.#secrets = loadSecrets(this.dataDir);
    writeLinks(join(this.dataDir, 'links.json'), this.ports, this.options.timers);
    if (this.options.redisUrl !== undefined) await requireRedis(this.options.redisUrl);
    await step('starting the database', () => this.#startDatabase());
    await step('migrating the database', () => runTool(bundles.migrate, [], { DATABASE_URL: this.databaseUrl() }));
    for (const app of [...APPS].reverse()) this.#startProcess(app, bundles[app]);
    for (const name of this.#switches.slice(1)) this.#startProcess('switch', bundles.switch, name);
    await step('starting the processes', () => this.#waitFor('/health/live'));
    this.sandbox = await step('making the sandbox', () => ensureSandbox(this, bundles.seed, this.#operatorEnv()));
    await step('waiting until everything is ready', () => this.waitReady());
  }

  async #startDatabase() {
    if (this.options.databaseUrl !== undefined) return;
    this.#postgres = new ManagedPostgres({
      dataDir: join(this.dataDir, 'postgres'),
      onCrash: (words) => this.#crashed(words),
    });
    await this.#postgres.start();
  }

  /** Names of the replicas of the switch; the first is the one of a house with one. */
  get #switches() {
    return Array.from({ length: this.options.switches ?? 1 }, (_, at) => (at === 0 ? 'switch' : `switch${at + 1}`));
  }

  #startProcess(app, main, name = app) {
    const env = () =>
      appEnv(app, {
        dataDir: this.dataDir,
        ports: this.ports,
        secrets: this.#secrets,
        databaseUrl: (role) => this.databaseUrl(role),
        redisUrl: this.options.redisUrl,
        extra: this.options.extraEnv?.[app],
        switches: this.#switches,
        name,
      });
    const child = new ManagedProcess({
      name,
      main,
      env,
      logDir: join(this.dataDir, 'log'),
      isReady: async () => (await httpGet(`${this.adminUrl(name)}/health/ready`)).status === 200,
      onCrash: (words) => this.#crashed(words),
      onStart: () => rememberChildren(this.dataDir, this.pids),
    });
    this.#processes.set(name, child);
    child.start();
  }

  #crashed(words) {
    this.options.say(words);
  }

  /** Connection string of a role; `postgres` is the login that may become any of them. */
  databaseUrl(role = 'postgres') {
    const external = this.options.databaseUrl;
    if (external !== undefined) return role === 'postgres' ? external : roleUrl(external, role);
    return role === 'postgres'
      ? this.#postgres.url('postgres', DATABASE)
      : roleUrl(this.#postgres.url(role, DATABASE), role);
  }

  /** Process ids now; one that is being started again is undefined for a moment. */
  get pids() {
    const pids = Object.fromEntries([...this.#processes].map(([name, child]) => [name, child.pid]));
    return { ...pids, postgres: this.#postgres?.pid };
  }

  get restarts() {
    const restarts = Object.fromEntries([...this.#processes].map(([name, child]) => [name, child.restarts]));
    return { ...restarts, postgres: this.#postgres?.restarts ?? 0 };
  }

  /** Base URL of every process, and of the places of the simulator. */
  get urls() {
    const at = (port) => `http://127.0.0.1:${port}`;
    const { ports } = this;
    return {
      ...Object.fromEntries([...APPS, ...this.#switches].map((name) => [name, at(ports[name])])),
      apiAdmin: at(ports.apiAdmin),
      ledger: `${at(ports.simulator)}/ledger`,
      faults: `${at(ports.simulator)}/faults`,
      webTill: at(ports.webTill),
    };
  }

  /** Where a process shows its health and metrics. */
  adminUrl(app) {
    return app === 'api' ? this.urls.apiAdmin : this.urls[app];
  }

  get sandboxFile() {
    return join(this.dataDir, 'sandbox.json');
  }

  /** Contracts of the lines that merchants' payment servers open. */
  get hqLinksFile() {
    return join(this.dataDir, 'hq-links.json');
  }

  /** Where the database keeps its files; undefined when it is an external one. */
  get postgresDir() {
    return this.#postgres?.dataDir;
  }

  get internalSecret() {
    return this.#secrets.INTERNAL_SECRET;
  }

  /** SIGKILL one process (or `postgres`); it is started again. Settles when the old one is gone. */
  async kill9(name) {
    if (name === 'postgres') return this.#postgres?.kill9();
    const child = this.#processes.get(name);
    if (child === undefined) throw new Error(`there is no process ${name}`);
    return child.kill9();
  }

  /**
   * Change the secret between the processes under load: first every process accepts the next one, then each of them shows it while the
   * old one is still accepted. The old one is forgotten by a process at its next start.
   */
  async rotateInternalSecret() {
    const [old, next] = [this.#secrets.INTERNAL_SECRET, newSecret()];
    for (const pair of [
      { INTERNAL_SECRET: old, INTERNAL_SECRET_OTHER: next },
      { INTERNAL_SECRET: next, INTERNAL_SECRET_OTHER: old },
    ]) {
      this.#secrets = { ...this.#secrets, ...pair };
      for (const app of [...this.#processes.keys()].filter((name) => name !== 'simulator')) {
        await this.kill9(app);
        await this.waitReady();
      }
    }
    this.#secrets = { ...this.#secrets, INTERNAL_SECRET_OTHER: undefined };
  }

  /**
   * Settles when every process has found, after this call, that it can do its work.
   * @throws {Trouble} one does not within a minute
   */
  async waitReady(timeoutMs = READY_MS) {
    // Sessions of a killed server live on for a moment and still commit, so the server itself is asked first.
    const isUp = (await this.#postgres?.waitReady(performance.now() + timeoutMs)) ?? true;
    if (!isUp)
      throw new Trouble(`the database does not come back: see ${join(this.dataDir, 'postgres', 'server.log')}`);
    return this.#waitFor('/health/ready', timeoutMs);
  }

  async #waitFor(path, timeoutMs = READY_MS) {
    const endsAt = performance.now() + timeoutMs;
    const askedAt = performance.now();
    await Promise.all([...this.#processes.values()].map((child) => this.#waitForOne(child, path, { askedAt, endsAt })));
  }

  async #waitForOne(child, path, { askedAt, endsAt }) {
    while (!this.#isStopping) {
      const answer = await httpGet(`${this.adminUrl(child.name)}${path}`);
      if (answer.status === 200 && performance.now() - askedAt >= ageOf(answer)) return;
      const isHopeless = child.failuresInRow >= CRASHES_MAX;
      if (isHopeless || performance.now() > endsAt) {
        const why = answer.body === '' ? child.lastLine : answer.body;
        throw new Trouble(
          `${child.name} does not become ready (${why.slice(0, 300)}): see ${join(this.dataDir, 'log', `${child.name}.log`)}`,
        );
      }
      await sleep(40);
    }
  }

  /** Stop in the order of the money's way, then the database; nothing stays behind. */
  async stop() {
    if (this.#isStopping) return this.stopped;
    this.#isStopping = true;
    this.stopped = this.#stopAll();
    return this.stopped;
  }

  async #stopAll() {
    this.#endDiskWatch();
    for (const name of [...APPS, ...this.#switches.slice(1)]) await this.#processes.get(name)?.stop();
    await this.#postgres?.stop();
    forgetChildren(this.dataDir);
    this.#lock.release();
  }

  /** For a second Ctrl-C: no more patience with the processes; the database still stops cleanly. */
  killAll() {
    for (const child of this.#processes.values()) child.killNow();
  }

  /** What a tool of the operator is told: it acts as the gateway, except for the migration. */
  #operatorEnv() {
    return {
      TSUNAGU_MODE: 'sandbox',
      NODE_NAME: 'operator',
      DATABASE_URL: this.databaseUrl('tsunagu_gateway'),
      VAULT_URL: this.urls.vault,
      ...this.#secrets,
      ...this.options.extraEnv?.seed,
    };
  }
}

async function buildAll() {
  const bundles = {};
  for (const app of APPS) bundles[app] = await bundleApp(app);
  for (const tool of ['migrate', 'seed']) bundles[tool] = await bundleTool(tool);
  await bundleWebTill();
  return bundles;
}

/** How old the facts of a readiness report are: a process may answer from a recent check. */
function ageOf({ body }) {
  try {
    return Number(JSON.parse(body).age_ms ?? 0);
  } catch {
    return 0;
  }
}

/** @returns {Promise<{ status: number, body: string }>} status 0 when nobody answers */
function httpGet(url) {
  return new Promise((done) => {
    const request = get(url, { agent: false, timeout: 3_000 }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (body += chunk));
      response.once('end', () => done({ status: response.statusCode ?? 0, body }));
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done({ status: 0, body: '' }));
  });
}
