import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SERVER_ENV, SERVER_IDS, locateBinaries } from './postgres/binaries.mjs';
import { clusterFolders, ensureCluster, explain, isAlive, socketFolder } from './postgres/data-folder.mjs';

export { Trouble } from './postgres/binaries.mjs';

/** Card data must never reach the server's log: no statement, no parameter, no row of a failed one. */
const QUIET = {
  log_statement: 'none',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

const PRODUCT = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_connections: '200',
  shared_buffers: '128MB',
};

/**
 * Start the embedded PostgreSQL of a data directory, or attach to the one that runs there.
 * The process that starts it owns it: a guardian stops the server when that process ends in any way, SIGKILL included.
 * @param {{ dataDir: string, settings?: Record<string, string>, takeOver?: boolean }} options
 *   `takeOver`: stop a server left by somebody else and start an own one, instead of attaching
 * @throws {import('./postgres/binaries.mjs').Trouble} one line with the remedy
 */
export async function startPostgres({ dataDir, settings = {}, takeOver = false }) {
  const native = locateBinaries();
  const folders = clusterFolders(resolve(dataDir));
  ensureCluster(native, folders);
  const socketDir = socketFolder(folders.root);
  const running = await settle(folders, takeOver);
  // Where it listens is what it says: the starter may have had another temp folder, or another way to the same data.
  if (running !== undefined)
    return handle(folders, running.socketDir, { pid: running.pid, exited: undefined }, undefined);
  const server = await launch(native, folders, socketDir, { ...QUIET, ...PRODUCT, ...settings });
  return handle(folders, socketDir, server, server.exited === undefined ? undefined : guard(folders, server.pid));
}

function handle(folders, socketDir, { pid, exited, hold }, guardian) {
  return {
    socketDir,
    dataDir: folders.root,
    pid,
    /** True when this process started the server, and stop() will stop it. */
    owned: guardian !== undefined,
    /** Settles when an owned server is gone, for whatever reason. */
    exited,
    /** Connection string for a role; trust authentication stays inside the socket folder. */
    url: (role = 'postgres', database = 'postgres') =>
      `postgresql://${encodeURIComponent(role)}@localhost/${encodeURIComponent(database)}?host=${encodeURIComponent(socketDir)}`,
    stop: async () => {
      if (guardian === undefined) return;
      hold(); // else an otherwise idle process would end before the server does
      await stopServer(folders, pid);
      await exited;
      guardian.kill('SIGKILL');
      rmSync(socketDir, { recursive: true, force: true });
    },
  };
}

/** Read postmaster.pid: line 1 the process, line 8 its state. */
function readPidFile(folders) {
  try {
    const lines = readFileSync(join(folders.cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), socketDir: lines[4], state: lines[7]?.trim() };
  } catch {
    return undefined;
  }
}

/** A process id is soon used again after a crash or in a new container: only a postgres counts as one. */
function isPostgres(pid) {
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return false;
  try {
    return /postgres/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return /postgres/.test(spawnSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' }).stdout ?? '');
  }
}

/**
 * Come to rest before starting: no server, or one that is ready.
 * @returns {Promise<{ pid: number, socketDir: string } | undefined>} a server that may be used
 */
async function settle(folders, takeOver) {
  for (let waitedMs = 0; ; waitedMs += 50) {
    const found = readPidFile(folders);
    if (found === undefined) return undefined;
    if (!isPostgres(found.pid)) {
      rmSync(join(folders.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (takeOver && waitedMs >= 3_000) return void (await stopServer(folders, found.pid));
    const ready = found.state === 'ready' && (await answers(join(found.socketDir, '.s.PGSQL.5432')));
    if (ready && !takeOver) return found;
    if (waitedMs >= 60_000) throw explain(`a PostgreSQL (process ${found.pid}) neither starts nor stops`, folders);
    await sleep(50);
  }
}

function answers(path) {
  return new Promise((done) => {
    const socket = connect({ path });
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}

/** @returns {Promise<{ pid: number, exited: Promise<void> | undefined }>} `exited` is unknown for a server of another starter */
async function launch(native, folders, socketDir, settings) {
  const flags = { listen_addresses: '', unix_socket_directories: socketDir, ...settings };
  const args = Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  for (let round = 0; ; round++) {
    const from = logSize(folders.log);
    const server = spawnServer(native, folders, args);
    const started = await becomesReady(server, folders);
    if (started) return server;
    const other = readPidFile(folders)?.pid;
    if (other !== undefined && isPostgres(other)) return { pid: other, exited: undefined }; // another starter was first, and owns it
    const words = logSince(folders.log, from);
    // The children of a killed server need a moment to notice it and to let its shared memory go.
    if (round >= 50 || !/still in use|lock file .* already exists/.test(words)) throw explain(words, folders);
    await sleep(200);
  }
}

function spawnServer(native, folders, args) {
  const log = openSync(folders.log, 'a', 0o600);
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', folders.cluster, ...args], {
    ...SERVER_IDS,
    cwd: '/',
    env: SERVER_ENV,
    detached: true, // a Ctrl-C belongs to the owner, which stops the server last
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const server = { pid: child.pid, isOver: false, exited: undefined, hold: () => child.ref() };
  server.exited = new Promise((done) => {
    const over = () => {
      server.isOver = true;
      done();
    };
    child.once('exit', over);
    child.once('error', over);
  });
  return server;
}

async function becomesReady(server, folders) {
  while (!server.isOver) {
    const found = readPidFile(folders);
    if (found?.pid === server.pid && found.state === 'ready') return true;
    await sleep(10);
  }
  return false;
}

const logSize = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

function logSince(file, from) {
  const size = logSize(file);
  if (size <= from) return '';
  const descriptor = openSync(file, 'r');
  const buffer = Buffer.alloc(Math.min(size - from, 65_536));
  readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
  closeSync(descriptor);
  return buffer.toString('utf8');
}

/** Waits for the end of its standard input, that is of this process, then stops the very server it was made for. */
function guard(folders, pid) {
  const script = 'cat >/dev/null; read -r now < "$0" && [ "$now" = "$1" ] && kill -INT "$1"';
  const guardian = spawn('/bin/sh', ['-c', script, join(folders.cluster, 'postmaster.pid'), String(pid)], {
    ...SERVER_IDS,
    cwd: '/',
    env: SERVER_ENV,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guardian.unref();
  guardian.stdin.unref?.();
  return guardian;
}

/** Fast stop; a server that does not listen within ten seconds is killed, which its write-ahead log survives. */
async function stopServer(folders, pid) {
  const signals = { 0: 'SIGINT', 5_000: 'SIGQUIT', 10_000: 'SIGKILL' };
  for (let waitedMs = 0; isPostgres(pid) && readPidFile(folders)?.pid === pid && waitedMs < 15_000; waitedMs += 20) {
    const signal = signals[waitedMs];
    if (signal !== undefined) signalQuietly(pid, signal);
    await sleep(20);
  }
}

function signalQuietly(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone, which is what was wanted.
  }
}

/** Remove the data; a server left over from a killed owner is stopped first. */
export async function removePostgresData(dataDir) {
  const folders = clusterFolders(resolve(dataDir));
  await settle(folders, true);
  rmSync(folders.root, { recursive: true, force: true });
}
