import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { TestAuthority } from '../../../test/kit/test-authority.js';

const ROOT = new URL('../../../', import.meta.url).pathname;
let database: TestDatabase;
let folder: string;
let authority: TestAuthority;
let complete: Record<string, string>;
/** Inside the repository, where the bundle finds its packages. */
const built = join(ROOT, 'dist', `vault-start-${process.pid}`);
const children: ChildProcess[] = [];

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'vault-start-'));
  authority = new TestAuthority();
  const { certFile, keyFile } = authority.issue({ names: 'URI:spiffe://tsunagu/vault' });
  const rolldown = [join(ROOT, 'node_modules/rolldown/bin/cli.mjs'), '-c', 'rolldown.config.mjs', '--dir', built];
  const env = { PATH: process.env['PATH'] ?? '', APP: 'vault' };
  execFileSync(process.execPath, rolldown, { cwd: ROOT, env, stdio: 'ignore' });
  complete = {
    ...env,
    TSUNAGU_MODE: 'production',
    PORT: '0',
    ADMIN_PORT: '0',
    NODE_NAME: 'vault-start',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: join(folder, 'hsm'),
    HSM_SOFTWARE_WAIVER: 'test of start-up',
    TLS_CERT_FILE: certFile,
    TLS_KEY_FILE: keyFile,
    TLS_CA_FILE: authority.caFile,
  };
}, 60_000);
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
});
afterAll(async () => {
  authority.remove();
  for (const path of [folder, built]) await rm(path, { recursive: true, force: true });
  await database.drop();
});

interface Start {
  readonly env?: Record<string, string | undefined>;
  readonly options?: readonly string[];
  /** Bytes of a core dump that the container allows. */
  readonly core?: string;
}

/** A vault as a container starts it. */
function run({ env = {}, options = [], core = '0' }: Start = {}): { child: ChildProcess; said: () => string } {
  const given = Object.entries({ ...complete, ...env }).filter(([, value]) => value !== undefined);
  const command = [`--core=${core}`, process.execPath, ...options, join(built, 'main.js')];
  const child = spawn('prlimit', command, {
    cwd: ROOT,
    env: Object.fromEntries(given),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream!.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return { child, said: () => text };
}

async function refused(how: Start): Promise<string> {
  const { child, said } = run(how);
  const [code] = (await once(child, 'exit')) as [number | null];
  expect(code, said()).not.toBe(0);
  expect(said()).not.toContain('"listening"');
  return said();
}

async function listening(child: ChildProcess): Promise<void> {
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line.includes('"listening"')) return void child.stdout!.resume();
  }
  throw new Error('the vault ended before it listened');
}

describe.runIf(process.platform === 'linux')('a vault that starts in production', { timeout: 60_000 }, () => {
  it.each<[string, Start, RegExp]>([
    ['under a debugger', { options: ['--inspect=127.0.0.1:0'] }, /observer_refused|option --inspect/],
    [
      'with heap snapshots by signal',
      { env: { NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' } },
      /option --heapsnapshot-signal/,
    ],
    [
      'with heap snapshots near its limit',
      { options: ['--heapsnapshot-near-heap-limit=1'] },
      /option --heapsnapshot-near-heap-limit/,
    ],
    ['with reports of its state', { options: ['--report-on-signal'] }, /option --report-on-signal/],
    ['with core dumps on', { core: '4096' }, /core dumps/],
    ['without a certificate', { env: { TLS_CERT_FILE: undefined } }, /TLS_CERT_FILE must be set/],
    ['with the certificate of another process', { env: {} }, /TLS_CERT_FILE must name this process/],
    ['on the software HSM without a waiver', { env: { HSM_SOFTWARE_WAIVER: undefined } }, /HSM_SOFTWARE_WAIVER|waiver/],
    ['with a list of addresses that it cannot read', { env: { EGRESS_ALLOW: 'the internet' } }, /EGRESS_ALLOW/],
  ])('is refused %s [C9, CC-22, CC-27]', async (what, how, reason) => {
    const other = authority.issue({ names: 'URI:spiffe://tsunagu/api' });
    const files = { TLS_CERT_FILE: other.certFile, TLS_KEY_FILE: other.keyFile };
    const start = what.includes('another process') ? { env: files } : how;
    expect(await refused(start)).toMatch(reason);
  });

  it('opens no inspector when somebody asks for one by signal [C9]', async () => {
    const plain = spawn(process.execPath, ['--inspect-port=0', '-e', 'console.log(1); setInterval(() => 0, 1000)']);
    children.push(plain);
    await once(plain.stdout, 'data');
    plain.kill('SIGUSR1');
    const [answer] = (await once(plain.stderr, 'data')) as [Buffer];
    expect(answer.toString()).toContain('Debugger listening'); // what an unguarded process does

    const { child, said } = run();
    await listening(child);
    child.kill('SIGUSR1');
    child.kill('SIGUSR1');
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(said()).not.toMatch(/Debugger|inspector/i);
    expect(code).toBe(0);
  });
});
