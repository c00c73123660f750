import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { EnvelopeOpener, SoftwareHsm } from '@tsunagu/hsm';
import { SystemClock } from '@tsunagu/kernel';
import { TEST_CARDS } from '@tsunagu/simulator';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { panPatterns, type PanPattern } from '../../tools/pan-scan/pan-forms.js';
import { scanDatabases } from '../../tools/pan-scan/scan-database.js';
import { scanFolders } from '../../tools/pan-scan/scan-files.js';
import { canReadMemory, scanMemory } from '../../tools/pan-scan/scan-memory.js';
import { ScanReport } from '../../tools/pan-scan/scan-report.js';
import { heapSnapshotOptions, heapStrings } from '../kit/heap-snapshot.js';
import { start, type House } from '../../tools/supervisor.mjs';
import { CardReader, type Presentation } from '../../tools/till/card-reader.js';
import type { SandboxTerminal } from '../../tools/till/sandbox-file.js';

const START_MS = 120_000;
const TEST_MS = 90_000;
/** The one that the simulated issuers know. */
const PIN = '1234';
/** Answered with yes, answered with no, and never answered: a reversal waits in store-and-forward while we look. */
const ENDS: Readonly<Record<number, string>> = { 1_500: 'captured', 1_116: 'declined', 1_905: 'unknown' };
const PAID = 1_500;
const CARDS = ['visa-debit', 'mastercard-prepaid', 'jcb-stripe'] as const;

/** Processes that hold a clear card while they work on it. */
const CARD_ZONE = ['vault', 'switch'] as const;

let house: House;
let dataDir: string;
/** Where vault and switch write their heaps when they are asked; not among the data that is searched. */
let heaps: string;
let admin: pg.Client;
/** Every byte that the API answered, and the parts of it that a person or a program reads. */
const answers: string[] = [];
const counters = new Map<string, number>();
const pans = CARDS.map((name) => TEST_CARDS[name]!.pan);

beforeAll(async () => {
  dataDir = mkdtempSync(join('/tmp', `tsunagu-cards-${process.pid}-`));
  chmodSync(dataDir, 0o755);
  heaps = mkdtempSync(join('/tmp', `tsunagu-heaps-${process.pid}-`));
  for (const app of CARD_ZONE) mkdirSync(join(heaps, app));
  const observed = (app: string) => ({ NODE_OPTIONS: heapSnapshotOptions(join(heaps, app)).slice(0, 2).join(' ') });
  const extraEnv = { vault: observed('vault'), switch: observed('switch') };
  const timers = { replyTimeoutMs: 1_500, reversalScheduleMs: [60_000] };
  house = await start({ dataDir, ports: { api: 0 }, timers, extraEnv });
  admin = new pg.Client({ connectionString: house.databaseUrl() });
  await admin.connect();
  for (const [index, card] of CARDS.entries()) {
    const amounts = index === 0 ? [PAID, 1_116, 1_905] : [PAID];
    for (const amount of amounts) await pay(amount, card, index === 0 ? PIN : undefined);
  }
  for (const path of ['/v1/payments', '/v1/events', '/v1/terminals']) await ask('GET', path);
}, START_MS);
afterAll(async () => {
  await admin?.end();
  await house?.stop();
  for (const folder of [dataDir, heaps]) rmSync(folder, { recursive: true, force: true });
}, START_MS);

const tenant = () => house.sandbox.tenants[0]!;
const terminalOf = (scheme: string): SandboxTerminal =>
  tenant().stores[0]!.terminals.find((one) => one.scheme === scheme)!;

async function ask(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
  const response = await fetch(house.urls.api + path, {
    method,
    headers: {
      authorization: `Bearer ${tenant().api_key}`,
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': randomUUID(),
      prefer: 'wait=5',
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  answers.push(text, JSON.stringify([...response.headers]));
  return JSON.parse(text) as Record<string, unknown>;
}

async function pay(amountMinor: number, card: string, pin?: string): Promise<Record<string, unknown>> {
  const terminal = terminalOf(pin === undefined ? 'TDES-DUKPT' : 'AES-DUKPT');
  const what: Presentation = {
    card: TEST_CARDS[card]!,
    entry: 'chip',
    amountMinor,
    ...(pin === undefined ? {} : { pin }),
  };
  const { cardPresent, nextCounter } = new CardReader(terminal).present(counters.get(terminal.id) ?? 1, what);
  counters.set(terminal.id, nextCounter);
  const answer = await ask('POST', '/v1/payments', {
    client_reference: randomUUID(),
    terminal_id: terminal.id,
    kind: 'sale',
    money: { amount: amountMinor, currency: 'JPY' },
    card_present: cardPresent,
  });
  expect(answer['status'], JSON.stringify(answer)).toBe(ENDS[amountMinor]);
  return answer;
}

/** What no authorization may leave behind: the tracks in every form, and PIN blocks in the clear as the formats write them. */
function sensitivePatterns(): PanPattern[] {
  const tracks = CARDS.map((name) => TEST_CARDS[name]!.track2);
  const forms = tracks.flatMap((track) => {
    const texts = [track, track.replace('D', '=')];
    return [
      ...texts.map((text) => Buffer.from(text)),
      Buffer.from(track.padEnd(track.length + (track.length % 2), 'F'), 'hex'),
    ];
  });
  const blocks = pans.map((pan) => {
    const account = Buffer.from(`0000${pan.slice(-13, -1)}`, 'hex');
    return Buffer.from(`04${PIN}FFFFFFFFFF`, 'hex').map((byte, index) => byte ^ account[index]!);
  });
  const clear = [...forms, ...blocks.map((block) => Buffer.from(block)), Buffer.from(`44${PIN}AAAAAAAAAA`, 'hex')];
  return clear.flatMap((bytes, index) =>
    [
      bytes,
      ...(['hex', 'base64'] as const).map((form) => Buffer.from(bytes.toString(form).replace(/=+$/, ''))),
      Buffer.from(bytes.toString('hex').toUpperCase()),
    ].map((one) => ({ label: `sensitive ${index}`, bytes: one })),
  );
}

const patterns = (): PanPattern[] => [...panPatterns(pans), ...sensitivePatterns()];

describe('card data of a house that has taken payments', { timeout: TEST_MS }, () => {
  it('stands in no table, queue, log, write-ahead log or file: no number, no track, no PIN block [CC-01, CC-06, CC-26]', async () => {
    const report = new ScanReport(patterns());
    await scanDatabases(report, house.databaseUrl());
    await admin.query('checkpoint');
    await scanFolders(report, [
      dataDir,
      ...(house.postgresDir?.startsWith(dataDir) === false ? [house.postgresDir] : []),
    ]);
    expect(report.hits).toEqual([]);
    expect(report.bytes['logs']).toBeGreaterThan(1_000);
    const blind = new ScanReport(patterns());
    for (const { bytes } of patterns())
      blind.value('planted', 'here', Buffer.concat([Buffer.from('x'), bytes, Buffer.from('y')]));
    expect(blind.hitCount).toBeGreaterThanOrEqual(patterns().length); // the search finds what is there
  });

  it('keeps no sensitive part once an answer is known, sealed or not [CC-01]', async () => {
    const { rows } = await admin.query<{ status: string; sad: string; account: string }>(
      `select status, count(envelope_sad)::text as sad, count(envelope_account)::text as account from gateway.attempt group by status`,
    );
    const finals = rows.filter(({ status }) => !['created', 'sending', 'stored_offline'].includes(status));
    expect(finals.length).toBeGreaterThan(1);
    for (const { status, sad, account } of finals) expect([status, sad, account]).toEqual([status, '0', '0']);
  });

  it('leaves the account alone for a message that must be repeated: no security code, no PIN block, no track [CC-03]', async () => {
    const waiting = async () =>
      (
        await admin.query<{ tenant_id: string; attempt_id: string; sealed_account: string; kept: string }>(
          `select j.tenant_id, j.attempt_id, j.sealed_account, row_to_json(s)::text || (j.request::text) as kept
             from switch.saf s join switch.journal j using (tenant_id, attempt_id) where s.state = 'pending'`,
        )
      ).rows;
    await vi.waitFor(async () => expect((await waiting()).length).toBeGreaterThan(0), {
      timeout: 30_000,
      interval: 250,
    });
    const hsm = await SoftwareHsm.open({
      directory: join(dataDir, 'hsm'),
      partition: 'switch',
      mode: 'sandbox',
      warn: () => undefined,
      clock: new SystemClock(),
    });
    const opener = new EnvelopeOpener(hsm);
    for (const row of await waiting()) {
      const account = await opener.openAccount(row.tenant_id, row.sealed_account as never);
      expect(Object.keys(account).sort()).toEqual(['expiry', 'pan', 'psn', 'wipe']);
      expect(pans).toContain(account.pan.toString());
      account.wipe();
      await expect(opener.openSad(row.tenant_id, row.sealed_account as never)).rejects.toThrow();
      expect(row.kept).not.toMatch(/track|pin_?block|cvv|"sad":"/i);
    }
    hsm.close();
  });

  it('is answered by the last four digits, the range and the token alone, cut in one way [CC-04, CC-05, CC-24]', () => {
    const text = answers.join('\n');
    const report = new ScanReport(patterns());
    report.value('api', 'answers', Buffer.from(text));
    expect(report.hits).toEqual([]);
    expect(numbersThatLookLikeCards(text)).toEqual([]);
    const faces = new Set(
      [...text.matchAll(/"(?:bin6?|bin_range|first6)":"(\d+)"[^}]*?"last4":"(\d+)"/g)].map(
        ([, bin, last]) => `${bin}…${last}`,
      ),
    );
    const digits = new Set([...text.matchAll(/"last4":"(\d+)"/g)].map(([, last]) => last!));
    expect([...digits].sort()).toEqual([...new Set(pans.map((pan) => pan.slice(-4)))].sort());
    for (const face of faces) expect(pans.map((pan) => `${pan.slice(0, 6)}…${pan.slice(-4)}`)).toContain(face);
    for (const pan of pans) {
      expect(text, 'more of the front than six digits').not.toContain(pan.slice(0, 8));
      expect(text, 'more of the end than four digits').not.toMatch(new RegExp(`[*•… "]${pan.slice(-6)}"`));
    }
  });

  it('is in the V8 heap of neither vault nor switch once they are idle, an opened envelope no more than a reversal that waits [CC-29]', async () => {
    for (const app of CARD_ZONE) {
      const heap = await heapStrings(house.pids[app]!, join(heaps, app));
      const [report, canary] = [
        new ScanReport(patterns()),
        new ScanReport([{ label: 'planted', bytes: Buffer.from(house.internalSecret) }]),
      ];
      for (const one of [report, canary]) one.value('heap', app, heap);
      expect([app, canary.hitCount > 0], 'the search finds what is there').toEqual([app, true]);
      expect(report.hits).toEqual([]);
    }
  });

  it('and keys are not in the memory of api and worker, nor keys in any table, log or setting [C1, CC-09, CC-29]', async () => {
    const keys = tenant().stores.flatMap(({ terminals }) => terminals.map(({ initial_key }) => initial_key));
    const ofKeys = keys.flatMap((hex, index) =>
      [
        Buffer.from(hex, 'hex'),
        Buffer.from(hex.toLowerCase()),
        Buffer.from(hex.toUpperCase()),
        Buffer.from(Buffer.from(hex, 'hex').toString('base64').replace(/=+$/, '')),
      ].map((bytes) => ({ label: `key ${index}`, bytes })),
    );
    const stored = new ScanReport(ofKeys);
    await scanDatabases(stored, house.databaseUrl());
    await scanFolders(
      stored,
      [join(dataDir, 'hsm'), join(dataDir, 'logs')].filter((folder) => exists(folder)),
    );
    for (const app of ['api', 'worker', 'vault', 'switch'] as const) {
      if (process.platform === 'linux')
        stored.value('environment', app, readFileSync(`/proc/${house.pids[app]!}/environ`));
    }
    expect(stored.hits).toEqual([]);
    if (!canReadMemory()) return;
    const report = new ScanReport([...patterns(), ...ofKeys]);
    for (const app of ['api', 'worker'] as const) await scanMemory(report, house.pids[app]!, app);
    expect(report.hits).toEqual([]);
    const planted = new ScanReport([{ label: 'planted', bytes: Buffer.from(house.internalSecret) }]);
    await scanMemory(planted, house.pids.api!, 'api');
    expect(planted.hitCount, 'the search finds what is there').toBeGreaterThan(0);
  });
});

function exists(folder: string): boolean {
  return readdirSync(dataDir).includes(folder.split('/').at(-1)!);
}

/** Runs of 13 to 19 digits that pass the check of Luhn and begin as cards do. References of ours may be long, and do not. */
function numbersThatLookLikeCards(text: string): string[] {
  const runs = [...text.matchAll(/(?<![0-9a-zA-Z.:-])\d(?:[ -]?\d){12,18}(?![0-9a-zA-Z-])/g)].map(([run]) =>
    run.replaceAll(/[ -]/g, ''),
  );
  return runs
    .filter((run) => /^(3[0-9]|4|5[1-5]|2[2-7]|6)/.test(run) && passesLuhn(run))
    .map((run) => `${run.slice(0, 2)}… of ${run.length}`);
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}
