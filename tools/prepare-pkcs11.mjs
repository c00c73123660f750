import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from './start/root.mjs';

/** What pkcs11js needs as well. */
const COMPILER = 'g++';
const OWN = join(ROOT, 'libs/cde/hsm/native');

/**
 * What the PKCS#11 tests need: SoftHSM2 from Debian, where this is root on a Debian, and the native parts of pkcs11js and of our HSM
 * lib, which no install makes because installs run no scripts. Quiet when all is there; what is missing afterwards is said
 * loudly, and the tests say it again when they are skipped.
 */
export function preparePkcs11() {
  if (!hasSoftHsm()) apt(['softhsm2']);
  if (!isBuilt() || !isOwnBuilt()) {
    if (!has(COMPILER) || !has('make') || !has('python3')) apt([COMPILER, 'make', 'python3']);
    if (!isBuilt()) build();
    if (!isOwnBuilt()) buildOwn();
  }
  if (!hasSoftHsm()) say('SoftHSM2 is not installed (Debian: apt-get install softhsm2)');
  if (!isBuilt())
    say('the native part of pkcs11js is not built (npm rebuild pkcs11js; it needs g++, make and python3)');
  if (!isOwnBuilt()) say('libs/cde/hsm/native is not built (it needs g++ and the headers of Node)');
}

const say = (lack) =>
  console.error(`!! NO PKCS#11 ON THIS MACHINE: ${lack}. The PKCS#11 half of the HSM tests is SKIPPED`);

const has = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0;

function hasSoftHsm() {
  const places = ['softhsm', 'x86_64-linux-gnu/softhsm', 'aarch64-linux-gnu/softhsm'];
  const files = places.map((place) => `/usr/lib/${place}/libsofthsm2.so`);
  return [process.env.SOFTHSM2_LIBRARY ?? '', ...files].some((file) => file !== '' && existsSync(file));
}

function isBuilt() {
  try {
    createRequire(join(ROOT, 'package.json'))('pkcs11js');
    return true;
  } catch {
    return false; // absent, not built, or built for another Node: all have the same remedy
  }
}

function apt(packages) {
  if (process.getuid?.() !== 0 || !has('apt-get')) return;
  const options = { stdio: 'ignore', timeout: 120_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...packages];
  if (spawnSync('apt-get', install, options).status === 0) return;
  spawnSync('apt-get', ['update', '-qq'], options);
  spawnSync('apt-get', install, options);
}

const HOME = dirname(dirname(process.execPath));
const HEADERS = [HOME, join(homedir(), '.cache/node-gyp', process.versions.node)].map((home) =>
  join(home, 'include/node'),
);

/** Headers that came with this Node are used where they are: the build then needs no network. */
function build() {
  const headers = existsSync(join(HOME, 'include/node/node_api.h')) ? { npm_config_nodedir: HOME } : {};
  const env = { ...process.env, npm_config_ignore_scripts: 'false', ...headers };
  spawnSync('npm', ['rebuild', 'pkcs11js', '--no-audit', '--no-fund'], { cwd: ROOT, stdio: 'ignore', env });
}

/** Loads, and is not older than its source. */
function isOwnBuilt() {
  const [source, made] = ['derivation-string.c', 'build/derivation-string.node'].map((name) => join(OWN, name));
  try {
    createRequire(import.meta.url)(made);
    return statSync(made).mtimeMs >= statSync(source).mtimeMs;
  } catch {
    return false; // absent, or built for another machine
  }
}

/** One file against the headers of Node: those beside it, or those that building pkcs11js has brought. */
function buildOwn() {
  mkdirSync(join(OWN, 'build'), { recursive: true });
  const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const made = ['-o', join(OWN, 'build/derivation-string.node'), join(OWN, 'derivation-string.c')];
  const options = ['-shared', '-fPIC', '-O2', ...undefinedSymbols, ...HEADERS.map((folder) => `-I${folder}`)];
  spawnSync(COMPILER, ['-x', 'c', ...options, ...made], { stdio: 'ignore' });
}

if (import.meta.url === `file://${process.argv[1]}`) preparePkcs11();
