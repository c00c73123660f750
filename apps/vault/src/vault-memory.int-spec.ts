import { DUKPT_PROFILES, TerminalDukpt, type DukptProfile } from '@tsunagu/hsm';
import { Secret } from '@tsunagu/kernel';
import { VaultClient } from '@tsunagu/platform';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { heapSnapshotOptions, heapStrings } from '../../../test/kit/heap-snapshot.js';
import { panPatterns, type PanPattern } from '../../../tools/pan-scan/pan-forms.js';
import { ScanReport } from '../../../tools/pan-scan/scan-report.js';

const ROOT = new URL('../../../', import.meta.url).pathname;
const PAN = '5431871234567891';
const SECRET = 'ab'.repeat(32);
const CARDS = 60;
/** A published number that this process holds on purpose, as a string of its settings: the searches find what is there. */
const CANARY = '4761739001010119';
const TRACK = `${PAN}D29081011235285492365F`;
let database: TestDatabase;
let folder: string;
/** Inside the repository, where the bundle finds its packages. */
const built = join(ROOT, 'dist', `vault-memory-${process.pid}`);
let vault: ChildProcess;
let port: number;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vault-memory-'));
  await mkdir(join(folder, 'heap'));
  const env = { PATH: process.env['PATH'], APP: 'vault' };
  const rolldown = [join(ROOT, 'node_modules/rolldown/bin/cli.mjs'), '-c', 'rolldown.config.mjs', '--dir', built];
  execFileSync(process.execPath, rolldown, { cwd: ROOT, env, stdio: 'ignore' });
  const settings = {
    PORT: '0',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: join(folder, 'hsm'),
    INTERNAL_SECRET: SECRET,
    NODE_NAME: `canary-${CANARY}`,
  };
  const main = join(built, 'main.js');
  vault = spawn(process.execPath, [...heapSnapshotOptions(join(folder, 'heap')), main], {
    cwd: ROOT,
    env: { ...env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  port = await listeningPort(vault);
}, 60_000);
afterAll(async () => {
  vault.kill('SIGTERM');
  if (vault.exitCode === null) await once(vault, 'exit');
  for (const path of [folder, built]) await rm(path, { recursive: true, force: true });
  await database.drop();
});

async function listeningPort(child: ChildProcess): Promise<number> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const entry = JSON.parse(line) as { message: string; port?: number };
    if (entry.message !== 'listening' || entry.port === undefined) continue;
    child.stdout!.resume();
    return entry.port;
  }
  throw new Error('the vault ended before it listened');
}

/** Occurrences of each text in the writable memory of a process. */
function findInMemory(pid: number, texts: readonly Buffer[]): number {
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  let found = 0;
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line) ?? [];
      if (from === undefined || to === undefined) continue;
      found += countIn(readRegion(memory, parseInt(from, 16), parseInt(to, 16)), texts);
    }
  } finally {
    closeSync(memory);
  }
  return found;
}

function readRegion(memory: number, from: number, to: number): Buffer {
  const bytes = Buffer.allocUnsafe(to - from);
  try {
    return bytes.subarray(0, readSync(memory, bytes, 0, bytes.length, from));
  } catch {
    return bytes.subarray(0, 0); // unmapped meanwhile, or not readable by anybody
  }
}

function countIn(bytes: Buffer, texts: readonly Buffer[]): number {
  let count = 0;
  for (const text of texts) for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) count += 1;
  return count;
}

/** Cards of two schemes with their PINs, and some of them sealed again for a refund. */
async function openCards(): Promise<void> {
  const door = { url: `http://127.0.0.1:${port}`, secret: new Secret(SECRET) };
  const [operator, api] = [
    new VaultClient({ ...door, caller: 'operator' }),
    new VaultClient({ ...door, caller: 'api' }),
  ];
  const clear = {
    'AES-DUKPT': Buffer.from(`5713${TRACK}`, 'hex'),
    'TDES-DUKPT': Buffer.from(`;${PAN}=29081011235285492365?`),
  };
  for (const scheme of ['AES-DUKPT', 'TDES-DUKPT'] as const) {
    const whose = { tenantId: randomUUID(), terminalId: randomUUID(), requestId: 'r' };
    const device = await operator.enrolDevice({ ...whose, scheme });
    const profile = (DUKPT_PROFILES as Record<string, DukptProfile>)[device.profileName]!;
    const terminal = new TerminalDukpt(profile, Buffer.from(device.initialKey, 'hex'), device.initialKeyId);
    const format = scheme === 'AES-DUKPT' ? 'dukpt_aes' : 'dukpt_tdes';
    let counter = 1;
    for (let i = 0; i < CARDS; i += 1) {
      const { nextCounter, ...sent } = terminal.encryptCard(counter, clear[scheme]);
      const card = {
        format,
        entryMode: 'chip',
        pinBlock: terminal.encryptPin(counter, '1234', PAN),
        ...sent,
      } as const;
      const { tokenId } = await api.open({ ...whose, intent: `i-${i}`, card });
      if (i % 10 === 0) await api.sealAccount({ ...whose, tokenId, purpose: 'refund' });
      counter = nextCounter!;
    }
  }
  await Promise.all([operator.onApplicationShutdown(), api.onApplicationShutdown()]);
}

/** What must not be in the heap: the number in every form, and the track as a chip and as a stripe carry it. */
function patterns(): PanPattern[] {
  const tracks = [TRACK.slice(0, -1), TRACK.slice(0, -1).replace('D', '=')].map((track) => Buffer.from(track));
  const track2 = [...tracks, Buffer.from(TRACK, 'hex')].map((bytes, at) => ({ label: `track 2, form ${at}`, bytes }));
  return [...panPatterns([PAN]), ...track2];
}

describe('the memory of a vault that has opened cards and is idle', { timeout: 120_000 }, () => {
  beforeAll(openCards, 60_000);

  it.runIf(process.platform === 'linux')('keeps no account number once the answers are out [C9, CC-29]', () => {
    const number = Buffer.alloc(8);
    number.writeDoubleLE(Number(PAN));
    expect(findInMemory(vault.pid!, [Buffer.from(SECRET)])).toBeGreaterThan(0); // the search does find what is there
    const forms = [Buffer.from(PAN), Buffer.from(PAN, 'hex'), Buffer.from(PAN, 'utf16le'), number];
    expect(findInMemory(vault.pid!, forms)).toBe(0);
  });

  it('has none in its V8 heap, in no form, and a planted one is found there [CC-29]', async () => {
    const heap = await heapStrings(vault.pid!, join(folder, 'heap'));
    const [report, canary] = [new ScanReport(patterns()), new ScanReport(panPatterns([CANARY]))];
    for (const one of [report, canary]) one.value('heap', 'vault', heap);
    expect(canary.formsHit).toContain(`${CANARY.slice(0, 6)}…${CANARY.slice(-4)}/plain`);
    expect(report.hits).toEqual([]);
    for (const { bytes, label } of patterns()) {
      const blind = new ScanReport(patterns());
      blind.value('planted', label, Buffer.concat([heap.subarray(0, 1_000), bytes, heap.subarray(0, 1_000)]));
      expect(blind.formsHit, label).toContain(label);
    }
  });
});
