import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './start/root.mjs';

/**
 * What the PKCS#11 tests need: SoftHSM2 from Debian, where this is root on a Debian, and the native part of pkcs11js, which
 * no install makes because installs run no scripts. Quiet when all is there; what is missing afterwards is said loudly, and
 * the tests say it again when they are skipped.
 */
export function preparePkcs11() {
  if (!hasSoftHsm()) apt(['softhsm2']);
  if (!isBuilt()) {
    if (!has('g++') || !has('make') || !has('python3')) apt(['g++', 'make', 'python3']);
    build();
  }
  if (!hasSoftHsm()) say('SoftHSM2 is not installed (Debian: apt-get install softhsm2)');
  if (!isBuilt())
    say('the native part of pkcs11js is not built (npm rebuild pkcs11js; it needs g++, make and python3)');
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

/** Headers that came with this Node are used where they are: the build then needs no network. */
function build() {
  const home = dirname(dirname(process.execPath));
  const headers = existsSync(join(home, 'include/node/node_api.h')) ? { npm_config_nodedir: home } : {};
  const env = { ...process.env, npm_config_ignore_scripts: 'false', ...headers };
  spawnSync('npm', ['rebuild', 'pkcs11js', '--no-audit', '--no-fund'], { cwd: ROOT, stdio: 'ignore', env });
}

if (import.meta.url === `file://${process.argv[1]}`) preparePkcs11();
