import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleTool } from '../../tools/build/bundle.mjs';
import { start, type House } from '../../tools/supervisor.mjs';

interface Ended {
  readonly code: number | null;
  readonly words: string;
}

const START_MS = 180_000;
const TEST_MS = 120_000;
/** Longer than it takes to pull the plug of a till, shorter than the reply timer of the line. */
const ISSUER_MS = 4_000;

describe('a till that is killed between the request and the answer', () => {
  const dataDir = mkdtempSync(join('/tmp', `tsunagu-e2e-${process.pid}-`));
  let house: House;
  let main: string;

  beforeAll(async () => {
    chmodSync(dataDir, 0o755); // else the database of a root's run would live outside, and stay there
    main = await bundleTool('till');
    house = await start({ dataDir, ports: { api: 0 } });
  }, START_MS);
  afterAll(async () => {
    await house.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, START_MS);

  function launch(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [main, ...args, '--data', dataDir], { stdio: ['ignore', 'pipe', 'pipe'] });
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const ended = new Promise<Ended>((done) => child.once('close', (code) => done({ code, words })));
    return { child, ended };
  }

  const till = (...args: string[]): Promise<Ended> => launch(args).ended;

  async function ask(path: string): Promise<Record<string, unknown>> {
    const headers = { authorization: `Bearer ${house.sandbox.tenants[0]!.api_key}` };
    return (await (await fetch(house.urls.api + path, { headers })).json()) as Record<string, unknown>;
  }

  /** Charges of this amount that stand in the issuers' own books. */
  async function chargesOf(amountMinor: number): Promise<number> {
    const ledger = (await (await fetch(house.urls.ledger)).json()) as {
      authorizations: { amountMinor: number; state: string }[];
    };
    return ledger.authorizations.filter((one) => one.amountMinor === amountMinor && one.state !== 'reversed').length;
  }

  async function slowIssuers(delayMs: number): Promise<void> {
    const faults = delayMs === 0 ? [] : [{ link: '*', kind: 'delay', probability: 1, delayMs }];
    const headers = { 'content-type': 'application/json' };
    await fetch(house.urls.faults, { method: 'PUT', headers, body: JSON.stringify({ seed: 1, faults }) });
  }

  /** Start a sale, and pull the plug of the till as soon as the centre knows of it. */
  async function crashDuring(amountMinor: number): Promise<string> {
    const reference = randomUUID();
    await slowIssuers(ISSUER_MS);
    const { child, ended } = launch(['sale', String(amountMinor), '--reference', reference]);
    while (((await ask(`/v1/attempts/${reference}`))['payment'] ?? null) === null) await sleep(20);
    child.kill('SIGKILL');
    expect((await ended).code).toBeNull();
    await slowIssuers(0);
    return reference;
  }

  it(
    'takes no other payment before it has asked again, and then charges once',
    async () => {
      const reference = await crashDuring(4_010);
      const refused = await till('sale', '4050');
      expect(refused).toMatchObject({ code: 1, words: expect.stringContaining('run "npm run till -- resume" first') });
      const resumed = await till('resume');
      expect(resumed).toMatchObject({ code: 0, words: expect.stringContaining('captured') });
      expect(await chargesOf(4_010)).toBe(1);
      expect(await ask(`/v1/attempts/${reference}`)).toMatchObject({ payment: { captured: { amount: 4_010 } } });
      expect(await till('resume')).toMatchObject({ code: 0, words: expect.stringContaining('nothing is unfinished') });
    },
    TEST_MS,
  );

  it(
    'charges once when the api dies as well, and tells the clerk to wait',
    async () => {
      await crashDuring(4_030);
      await house.kill9('api');
      expect(await till('resume')).toMatchObject({ code: 0, words: expect.stringContaining('captured') });
      expect(await chargesOf(4_030)).toBe(1);
    },
    TEST_MS,
  );

  it(
    'tells the clerk what to do while the house is away, and finishes when it is back',
    async () => {
      await crashDuring(4_040);
      await house.stop();
      const away = await till('resume', '--wait', '3');
      expect(away.code).toBe(1);
      expect(away.words).toContain('no answer yet, asking again');
      expect(away.words).toMatch(/do not take the payment again[\s\S]*next step: run "npm run till -- resume"/);
      house = await start({ dataDir });
      expect(await till('resume')).toMatchObject({ code: 0, words: expect.stringContaining('captured') });
      expect(await chargesOf(4_040)).toBe(1);
    },
    START_MS,
  );

  it(
    'takes a payment with an online PIN',
    async () => {
      const paid = await till('sale', '3500', '--card', 'unionpay', '--entry', 'chip', '--pin', '123456');
      expect(paid).toMatchObject({ code: 0, words: expect.stringContaining('captured') });
      expect(paid.words).not.toContain('123456');
    },
    TEST_MS,
  );
});
