import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal } from './node/index.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';
import { TillClient, type Payment } from './index.js';

const HOME = 'libs/web/sdk';
const card = { format: 'dukpt_aes', ksn: '0'.repeat(24), ciphertext: '9C'.repeat(48), entry_mode: 'chip' };

/** The ten lines of the README as a function of what stands around them. */
function quickStart(names: readonly string[]): (...given: unknown[]) => Promise<void> {
  const text = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(HOME, 'README.md'), 'utf8'))?.[1] ?? '';
  const body = text.replaceAll(/^import .*$/gm, '');
  const AsyncFunction = (async () => undefined).constructor as FunctionConstructor;
  return AsyncFunction(...names, body) as unknown as (...given: unknown[]) => Promise<void>;
}

describe('the ten lines of the README', () => {
  const realFetch = globalThis.fetch;
  const gateway = { current: new ScriptedGateway() };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsunagu-readme-'));
    gateway.current = new ScriptedGateway();
    globalThis.fetch = (input) => gateway.current.fetch(input as Request);
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
    rmSync(folder, { recursive: true });
  });

  it.each([
    { end: { status: 'captured', customer_charged: 'yes' }, said: 'print' },
    { end: { status: 'declined', customer_charged: 'no' }, said: 'show' },
    { end: { status: 'requires_action', customer_charged: 'no' }, said: 'ask' },
    { end: { status: 'unknown', customer_charged: 'unknown' }, said: 'show' },
  ] as const)('run, and do one thing for $end.status: $said', async ({ end, said }) => {
    gateway.current.end = end;
    const heard: string[] = [];
    const around = {
      TillClient,
      FileJournal: class extends FileJournal {
        constructor() {
          super(join(folder, 'journal.json'));
        }
      },
      baseUrl: 'http://gateway.test',
      apiKey: 'k',
      terminalId: 'trm_1',
      reader: { read: () => card },
      print: () => heard.push('print'),
      show: () => heard.push('show'),
      ask: (_payment: Payment) => heard.push('ask'),
    };
    await quickStart(Object.keys(around))(...Object.values(around));
    expect(heard).toEqual([said]);
    expect(gateway.current.payments).toHaveLength(1);
  });
});

it('nothing of Node.js reaches a browser', () => {
  const sources = readdirSync(join(HOME, 'src'), { recursive: true, encoding: 'utf8' });
  const inBrowsers = sources.filter((name) => name.endsWith('.ts') && !/spec\.ts$|^node\//.test(name));
  expect(inBrowsers.length).toBeGreaterThan(10);
  const offenders = inBrowsers.filter((name) =>
    /from '(node:|\.\.?\/node\/)|\b(process|Buffer)\./.test(readFileSync(join(HOME, 'src', name), 'utf8')),
  );
  expect(offenders).toEqual([]);
});
