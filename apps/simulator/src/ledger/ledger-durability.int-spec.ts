import { spawn, type ChildProcess } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IsoMessage } from '@tsunagu/iso8583';
import { build } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AcquirerLine, following, repeatOf, request } from '../hosts/acquirer-line.fixture.js';
import { IssuerLedger } from './issuer-ledger.js';
import type { LedgerEntry } from './ledger-record.js';

const SOURCE = fileURLToPath(new URL('../main.ts', import.meta.url));
let directory: string;
let program: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(
    join(fileURLToPath(new URL('../../../../', import.meta.url)), 'node_modules/.tsunagu-sim-'),
  );
  program = join(directory, 'simulator.mjs');
  await build({
    input: SOURCE,
    platform: 'node',
    resolve: {
      conditionNames: ['@tsunagu/source', 'import', 'node', 'default'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@tsunagu/'),
    output: { file: program, format: 'esm' },
  });
}, 60_000);
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(directory, { recursive: true });
});

interface Process {
  readonly child: ChildProcess;
  readonly url: string;
  readonly jcb: number;
}

async function start(books: string, channels: 'ipc'[] = []): Promise<Process> {
  const ports = { PORT: '0', SIM_JCB_PORT: '0', SIM_ACQ_PORT: '0', SIM_CUP_PORT: '0' };
  const child = spawn(process.execPath, [program], {
    env: { ...ports, SIM_DIR: books },
    stdio: ['ignore', 'pipe', 'inherit', ...channels],
  });
  children.push(child);
  const line = await new Promise<string>((resolve) => child.stdout?.once('data', (chunk) => resolve(String(chunk))));
  const { url, jcb } = JSON.parse(line) as { url: string; jcb: number };
  return { child, url, jcb };
}

async function kill({ child }: Process): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('the book of an issuer', () => {
  it('holds every answer that left, after the process was killed in the middle of traffic', async () => {
    const books = join(directory, 'killed');
    const before = await start(books);
    const line = await AcquirerLine.signedOn(before.jcb);
    const sales = Array.from({ length: 200 }, (_, index) => request('1200', 10_000 + index * 1000));
    for (const sale of sales) line.send(sale);
    const answered = new Map<string, string>();
    while (answered.size < 60) {
      const answer = (await line.next()) as IsoMessage;
      answered.set(answer.text(11) ?? '', answer.text(38) ?? '');
    }
    await kill(before);
    for (let arrival = await line.next(); arrival instanceof IsoMessage; arrival = await line.next()) {
      answered.set(arrival.text(11) ?? '', arrival.text(38) ?? '');
    }
    const after = await start(books);
    const { authorizations } = (await (await fetch(`${after.url}/ledger`)).json()) as { authorizations: LedgerEntry[] };
    const approvals = new Map(authorizations.map((entry) => [entry.stan, entry.approvalCode]));
    for (const [stan, approvalCode] of answered) expect(approvals.get(stan)).toBe(approvalCode);
    expect(new Set(authorizations.map(({ stan }) => stan)).size).toBe(authorizations.length);
    await kill(after);
  }, 30_000);

  it('remembers after a restart what it answered, what it reversed and what it blocked', async () => {
    const books = join(directory, 'restarted');
    const before = await start(books);
    const line = await AcquirerLine.signedOn(before.jcb);
    const [kept, undone, never] = [request('1200', 1500), request('1200', 2500), request('1200', 3500)];
    const approval = ((await line.ask(kept)) as IsoMessage).text(38);
    await line.ask(undone);
    const reversal = following('1420', undone, 2500);
    expect([await line.actionOf(reversal), await line.actionOf(following('1420', never, 3500))]).toEqual([
      '400',
      '914',
    ]);
    await kill(before);
    const after = await start(books);
    const again = await AcquirerLine.signedOn(after.jcb);
    expect(((await again.ask(repeatOf(kept))) as IsoMessage).text(38)).toBe(approval);
    expect(await again.actionOf(kept)).toBe('913');
    expect(await again.actionOf(repeatOf(reversal))).toBe('400');
    expect(await again.actionOf(never)).toBe('902');
    await kill(after);
  }, 30_000);

  it('holds no card number, on disk either', async () => {
    const text = await readFile(join(directory, 'restarted', 'jcb.jsonl'), 'utf8');
    expect(text).toContain('"bin6":"353011"');
    expect(text).not.toContain('3530111333300000');
  });

  it('ends in order when its supervisor is gone', async () => {
    const running = await start(join(directory, 'orphaned'), ['ipc']);
    const exit = new Promise((resolve) => running.child.once('exit', (code, signal) => resolve([code, signal])));
    running.child.disconnect();
    expect(await exit).toEqual([0, null]);
  }, 30_000);

  it('does not start by halves when a port is taken', async () => {
    const running = await start(join(directory, 'first'));
    const ports = { PORT: '0', SIM_JCB_PORT: '0', SIM_ACQ_PORT: String(running.jcb), SIM_CUP_PORT: '0' };
    const second = spawn(process.execPath, [program], {
      env: { ...ports, SIM_DIR: join(directory, 'second') },
      stdio: 'ignore',
    });
    children.push(second);
    expect(await new Promise((resolve) => second.once('exit', resolve))).toBe(1);
    await kill(running);
  }, 30_000);

  it('ends in order when it is asked to', async () => {
    const running = await start(join(directory, 'stopped'));
    const exit = new Promise((resolve) => running.child.once('exit', (code, signal) => resolve([code, signal])));
    running.child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  }, 30_000);
});

describe('a torn book', () => {
  const entryLine = (stan: string) =>
    JSON.stringify({ entries: [[`2|88|${stan}|261121093100|TSN00001`, { stan, state: 'approved', amountMinor: 1 }]] });

  it('loses only its last, unfinished line, and goes on after it', async () => {
    const books = await mkdtemp(join(tmpdir(), 'tsunagu-torn-'));
    const path = join(books, 'jcb.jsonl');
    await writeFile(path, `${entryLine('000001')}\n${entryLine('000002').slice(0, 20)}`);
    const ledger = IssuerLedger.open(books, 'jcb');
    expect(ledger.entries().map(({ stan }) => stan)).toEqual(['000001']);
    ledger.post(JSON.parse(entryLine('000003')) as Parameters<IssuerLedger['post']>[0]);
    await ledger.flushed();
    await ledger.close();
    const reopened = IssuerLedger.open(books, 'jcb');
    expect(reopened.entries().map(({ stan }) => stan)).toEqual(['000001', '000003']);
    await reopened.close();
    await rm(books, { recursive: true });
  });

  it('is refused when a line in the middle is damaged', async () => {
    const books = await mkdtemp(join(tmpdir(), 'tsunagu-torn-'));
    await writeFile(join(books, 'jcb.jsonl'), `{"entries":\n`);
    await appendFile(join(books, 'jcb.jsonl'), `${entryLine('000002')}\n`);
    expect(() => IssuerLedger.open(books, 'jcb')).toThrow(/damaged/);
    await rm(books, { recursive: true });
  });
});
