import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVER_ENV, SERVER_IDS, Trouble, shortHash } from './binaries.mjs';

/**
 * Where the cluster of a data directory lives.
 * @param {string} dataDir absolute path; two ways to the same folder lead to the same cluster
 * @returns {{ root: string, cluster: string, log: string }} `root` belongs to the server's user
 */
export function clusterFolders(dataDir) {
  mkdirSync(dataDir, { recursive: true });
  const place = realpathSync(dataDir);
  const root = reachable(place) ? place : `/var/tmp/tsunagu-data-${shortHash(place)}`;
  return { root, cluster: join(root, 'data'), log: join(root, 'server.log') };
}

function reachable(dataDir) {
  if (SERVER_IDS.uid === undefined) return true;
  own(dataDir);
  return spawnSync('/bin/sh', ['-c', 'cd "$0" && test -w .', dataDir], { ...SERVER_IDS, cwd: '/' }).status === 0;
}

function own(folder) {
  chmodSync(folder, 0o700);
  if (SERVER_IDS.uid !== undefined) chownSync(folder, SERVER_IDS.uid, SERVER_IDS.gid);
}

/** Make the cluster if there is none: beside its place, then one rename, so that a killed or racing starter leaves no half of one. */
export function ensureCluster(native, folders) {
  mkdirSync(folders.root, { recursive: true });
  own(folders.root);
  removeDrafts(folders.root);
  if (existsSync(folders.cluster)) return requireWhole(folders.cluster);
  const draft = `${folders.cluster}.${process.pid}`;
  const made = spawnSync(
    join(native, 'bin', 'initdb'),
    [
      '-D',
      draft,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    { ...SERVER_IDS, cwd: '/', env: SERVER_ENV, encoding: 'utf8' },
  );
  if (made.status !== 0) throw explain(`${made.stderr}${made.stdout}`, folders);
  try {
    renameSync(draft, folders.cluster);
  } catch {
    rmSync(draft, { recursive: true, force: true }); // another starter was first
  }
}

function removeDrafts(root) {
  for (const name of readdirSync(root)) {
    const pid = /^data\.(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(root, name), { recursive: true, force: true });
  }
}

function requireWhole(cluster) {
  for (const part of ['PG_VERSION', 'global/pg_control', 'base']) {
    if (!existsSync(join(cluster, part))) throw damaged(cluster, `${part} is missing`);
  }
}

const damaged = (cluster, what) =>
  new Trouble(
    `the data folder ${cluster} is damaged (${what}): "npm start -- --reset" begins anew (all data of it is lost), or restore a backup`,
  );

/** Turn the server's last words into one line with the remedy. */
export function explain(output, folders) {
  if (/No space left on device/i.test(output)) {
    return new Trouble(`the disk that holds ${folders.root} is full: free some space (1 GB is plenty) and start again`);
  }
  if (/could not look up effective user ID/i.test(output)) {
    return new Trouble(
      'PostgreSQL does not run for a user without a name: add the user to /etc/passwd, run as another one, or set DATABASE_URL',
    );
  }
  if (/Permission denied|wrong ownership|invalid permissions/i.test(output)) {
    return new Trouble(
      `the data folder ${folders.cluster} belongs to another user: give it back (chown -R ${SERVER_IDS.uid ?? process.getuid?.()} ${folders.cluster}; chmod 700), or start with --data DIR`,
    );
  }
  if (/files are incompatible with server/.test(output)) {
    const version = readFileSync(join(folders.cluster, 'PG_VERSION'), 'utf8').trim();
    return new Trouble(
      `the data folder ${folders.cluster} was made by PostgreSQL ${version}: "npm start -- --reset" begins anew (all data of it is lost), or use that version`,
    );
  }
  const broken =
    /(could not (?:locate|read|open|access)[^\n]*|incorrect checksum[^\n]*|invalid data in file[^\n]*|PANIC:[^\n]*|FATAL:[^\n]*)/.exec(
      output,
    )?.[1];
  if (broken !== undefined) return damaged(folders.cluster, broken.replace(/^(PANIC|FATAL):\s*/, ''));
  return new Trouble(
    `PostgreSQL does not start in ${folders.root}: ${output.trim().split('\n').at(-1) ?? 'no word why'}; see ${folders.log}`,
  );
}

/** Unix sockets have short paths (104 bytes on macOS), so the socket lives below the temp folder, under a name that only depends on the data. */
export function socketFolder(root) {
  const base = tmpdir().length > 60 ? '/tmp' : tmpdir();
  const folder = join(base, `tsunagu-${shortHash(root)}`);
  mkdirSync(folder, { recursive: true });
  const uid = SERVER_IDS.uid ?? process.getuid?.();
  const found = lstatSync(folder);
  const mine = uid === undefined || found.uid === uid || found.uid === process.getuid?.();
  if (!found.isDirectory() || !mine) throw new Trouble(`${folder} belongs to somebody else: remove it and start again`);
  own(folder);
  return folder;
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
