import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newId } from '@tsunagu/kernel';
import { transportOf, type LinkConfig } from '@tsunagu/links';
import { startSimulator, type FaultRule, type LedgerEntry, type RunningSimulator } from '@tsunagu/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../kit/database.js';
import { FaultyHouse, FaultyLink, until } from './faulty-link.js';

const LINK = 'two-hosts';
const SALES = 20;
const FOR_EVER_MS = 600_000;
const DOWN: FaultRule = { link: `${LINK}/primary`, kind: 'down', probability: 1 };

describe('switch-over between the hosts of one counterpart', () => {
  let database: TestDatabase;
  let house: FaultyHouse;
  let directory: string;
  let simulator: RunningSimulator;

  beforeAll(async () => {
    database = await testDatabase();
    house = new FaultyHouse(database);
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-two-hosts-'));
    const ports = { hostPorts: { [LINK]: 0 }, standbyPorts: { [LINK]: 0 } };
    simulator = await startSimulator({ httpPort: 0, directory, ...ports });
  }, 60_000);
  afterAll(async () => {
    await simulator.stop();
    await house.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const put = (rules: readonly FaultRule[]) =>
    fetch(`${simulator.url}/faults`, { method: 'PUT', body: JSON.stringify(rules) });

  it('under load: each sale is booked once or reversed, at whichever host, and the counters of both are one [A6, A7]', async () => {
    const link = new FaultyLink(house, config(), newId(new Date()));
    try {
      await link.start();
      // The primary books and never answers, so that it owes something for certain when it goes.
      await put([{ link: `${LINK}/primary`, kind: 'delay', probability: 1, delayMs: FOR_EVER_MS }]);
      const submitted = Array.from({ length: SALES }, () => link.submit({}));
      await until(async () => (await ledger()).length > 0);
      await put([DOWN]);
      submitted.push(...Array.from({ length: SALES }, () => link.submit({})));
      const sales = await Promise.all(submitted);
      const outcomes = await Promise.all(sales.map((sale) => link.end(sale)));
      expect(new Set(outcomes.map(({ state }) => state))).toEqual(new Set(['approved', 'reversed']));
      expect(await seenAt('standby')).toContain('1420');
      const entries = await ledger();
      expect(new Set(entries.map(({ rrn }) => rrn)).size).toBe(entries.length);
      const standing = entries.filter(({ state }) => state === 'approved').map(({ rrn }) => rrn);
      const approved = outcomes.filter(({ state }) => state === 'approved').map(({ network }) => network?.rrn);
      expect(new Set(standing)).toEqual(new Set(approved));
      expect(await link.exchange(today(), 'final')).toBe('balanced');
    } finally {
      await put([]);
      await link.stop();
    }
  }, 60_000);

  async function ledger(): Promise<LedgerEntry[]> {
    const page = await (await fetch(`${simulator.url}/ledger?link=${LINK}`)).json();
    return (page as { authorizations: LedgerEntry[] }).authorizations;
  }

  /** Message types that came to one of the hosts. */
  async function seenAt(endpoint: string): Promise<string[]> {
    const page = await (await fetch(`${simulator.url}/messages?link=${LINK}`)).json();
    const { messages } = page as {
      messages: { endpoint: string; direction: string; message: Record<string, string> }[];
    };
    return messages
      .filter((one) => one.endpoint === endpoint && one.direction === 'in')
      .map(({ message }) => message['mti'] ?? '');
  }

  function config(): LinkConfig {
    const [primary, standby] = [simulator.ports[LINK] ?? 0, simulator.standbyPorts[LINK] ?? 0];
    const link: LinkConfig = {
      name: LINK,
      host: '127.0.0.1',
      port: primary,
      framing: 'be2',
      profile: 'hybrid',
      acquirerId: '88001234567',
      forwardingId: '88001234567',
      node: '01',
      brands: ['visa'],
      connector: 'acq',
      replyTimeoutMs: 1_000,
      echoMs: 250,
      reversalScheduleMs: [300, 600, 900],
      pin: null,
    };
    const endpoints = [
      { name: 'primary', role: 'primary', host: '127.0.0.1', port: primary },
      { name: 'standby', role: 'standby', host: '127.0.0.1', port: standby },
    ] as const;
    return { ...link, transport: { ...transportOf(link), endpoints } };
  }
});

/** Business date of a host that nobody cut over, YYYY-MM-DD. */
function today(): string {
  return new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
}
