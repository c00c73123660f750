import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal } from './node/index.js';
import { ScriptedGateway } from './testing/scripted-gateway.js';
import { TillClient, type Payment } from './index.js';

const HOME = 'libs/web/sdk';
const card = { format: 'dukpt_aes', ksn: '0'.repeat(24), ciphertext: '9C'.repeat(48), entry_mode: 'chip' };

/** The example under a heading of the README as a function of what stands around it. */
function example(heading: string, names: readonly string[]): (...given: unknown[]) => Promise<void> {
  const [, under = ''] = readFileSync(join(HOME, 'README.md'), 'utf8').split(`## ${heading}\n`);
  const text = /```ts\n([\s\S]*?)```/.exec(under)?.[1] ?? '';
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
    await example('Ten lines to a payment', Object.keys(around))(...Object.values(around));
    expect(heard).toEqual([said]);
    expect(gateway.current.payments).toHaveLength(1);
  });
});

/** A device whose disk outlives its lives, at a gateway. */
class Shop {
  readonly gateway = new ScriptedGateway();
  readonly disk = new Map<string, string>();
  readonly heard: string[] = [];
  isDead = false;

  /** One life of the till, from its start. @returns what the counter can do */
  async start(): Promise<Record<'sale' | 'findOut' | 'giveUp', (amount?: number) => Promise<void>>> {
    const acts: Record<string, (amount?: number) => Promise<void>> = {};
    const on = (name: string) => (act: (amount?: number) => Promise<void>) => void (acts[name] = act);
    this.isDead = false;
    const around = {
      TillClient,
      baseUrl: 'http://gateway.test',
      apiKey: 'k',
      terminalId: 'trm_1',
      device: {
        read: async (name: string) => this.disk.get(name),
        write: async (name: string, text: string) => void this.disk.set(name, text),
      },
      reader: {
        card: async () => card,
        chip: async () => card,
        pin: async () => ({ format: 'iso4', ksn: '0', data: '0' }),
      },
      screen: { say: (text: string) => this.heard.push(text), chooseCurrency: async () => 'foreign' },
      counter: {
        onSale: on('sale'),
        onFindOut: on('findOut'),
        onGiveUp: on('giveUp'),
        print: () => this.heard.push('printed'),
      },
    };
    await example('A whole till', Object.keys(around))(...Object.values(around));
    return acts;
  }

  readonly fetch = async (input: unknown): Promise<Response> => {
    const { isDead } = this;
    const answer = await this.gateway.fetch(input as Request);
    if (isDead) return new Promise(() => undefined); // nobody is there to hear it
    return answer;
  };
}

describe('the whole till of the README', () => {
  const realFetch = globalThis.fetch;
  let shop: Shop;
  beforeEach(() => {
    shop = new Shop();
    globalThis.fetch = shop.fetch as typeof fetch;
  });
  afterEach(() => {
    globalThis.fetch = realFetch;
  });

  it('sells, and prints', async () => {
    await (await shop.start()).sale(1_500);
    expect(shop.heard).toEqual(['printed']);
    expect(shop.disk.get('intents')).toBe('[]');
  });

  it('finishes after a restart what it had sent when the power went, and charges once', async () => {
    const first = await shop.start();
    const arrived = new Promise<void>((done) => (shop.gateway.onArrival = done));
    shop.isDead = true;
    void first.sale(1_500); // this life hears nothing any more
    await arrived;
    expect(JSON.parse(shop.disk.get('intents') ?? '[]')).toMatchObject([{ action: 'pay' }]);
    await shop.start();
    expect(shop.heard).toEqual(['printed']);
    expect(shop.gateway.charges).toBe(1);
    expect(shop.disk.get('intents')).toBe('[]');
  });

  it.each([
    ['enter_pin', 'dcc_1', 'continue'],
    ['insert_chip', 'dcc_1', 'continue'],
    ['choose_currency', 'dcc_1', 'dcc-choice'],
    ['choose_currency', null, 'dcc-offers'],
  ])('asks the customer for what the payment waits for: %s (offer %s)', async (type, offerId, route) => {
    const action = { type, expires_at: '2026-11-23T00:00:00Z' } as unknown as Payment['required_action'];
    shop.gateway.end = { status: 'requires_action', customer_charged: 'no', required_action: action };
    shop.gateway.offerId = offerId;
    await (await shop.start()).sale(1_500);
    expect(shop.heard).toEqual(['printed']);
    expect(shop.gateway.seen.map(({ path }) => path.split('/').at(-1))).toContain(route);
    expect(shop.gateway.charges).toBe(1);
  });

  it('gives up what it cannot ask for, and says that nothing was charged', async () => {
    const action = { type: 'sing_a_song', expires_at: '' } as unknown as Payment['required_action'];
    shop.gateway.end = { status: 'requires_action', customer_charged: 'no', required_action: action };
    await (await shop.start()).sale(1_500);
    expect(shop.heard).toEqual(['Not charged.']);
    expect(shop.gateway.charges).toBe(0);
  });

  it('says where nothing is open that there is nothing', async () => {
    const { findOut, giveUp } = await shop.start();
    await findOut();
    await giveUp();
    expect(shop.heard).toEqual(['Nothing was charged.', 'Nothing was charged.']);
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
