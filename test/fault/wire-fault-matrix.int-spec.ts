import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import { transportOf, type LinkConfig, type LinkTls } from '@tsunagu/links';
import { startSimulator, type FaultRule, type LedgerEntry, type RunningSimulator } from '@tsunagu/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../kit/database.js';
import { TestAuthority } from '../kit/test-authority.js';
import { FaultyHouse, FaultyLink, until } from './faulty-link.js';

const REPLY_TIMEOUT_MS = 400;
const MTIS = ['1100', '1200', '1220', '1420', '1520', '1804'] as const;
const KINDS = [
  'delay', 'lose_request', 'lose_reply', 'late', 'duplicate', 'out_of_order', 'wrong_stan', 'wrong_amount', 'half_open',
  'reset', 'cut', 'trickle', 'garbage', 'tls_failure',
] as const; // prettier-ignore
type Mti = (typeof MTIS)[number];
type Kind = (typeof KINDS)[number];
type Cell = readonly [mti: Mti, kind: Kind];

const CELLS: readonly Cell[] = MTIS.flatMap((mti) => KINDS.map((kind): Cell => [mti, kind]));
const nameOf = ([mti, kind]: Cell) => `m${mti}-${kind.replaceAll('_', '-')}`;
const PLAIN: LinkConfig = {
  name: '',
  host: '127.0.0.1',
  port: 0,
  framing: 'be2',
  profile: 'hybrid',
  acquirerId: '88001234567',
  forwardingId: '88001234567',
  node: '01',
  brands: ['visa'],
  connector: 'acq',
  replyTimeoutMs: REPLY_TIMEOUT_MS,
  echoMs: 250,
  reversalScheduleMs: [300, 600, 900],
  pin: null,
  reconciliation: {
    afterCutoverMs: 600_000,
    repeatMs: 300,
    checkpointMs: 0,
    owner: 'matrix',
    deadlineMs: 1_000,
    detailsUrl: null,
  },
};
const TENANT = newId(new Date());
const AMOUNT_MINOR = 1_500;

/** What a cell did. */
interface CellEnd {
  readonly ends: readonly WireOutcome['state'][];
  readonly ours: number;
  readonly theirs: number;
}

/** Two transactions at a time, so that a fault has a bystander on the same line; one of the two is struck. */
const SCENES: Readonly<Record<Mti, (link: FaultyLink, strike: () => Promise<void>) => Promise<SubmitRequest[]>>> = {
  '1100': async (link, strike) => {
    await strike();
    return both(() => link.submit({ operation: 'authorize' }));
  },
  '1200': async (link, strike) => {
    await strike();
    return both(() => link.submit({}));
  },
  '1220': async (link, strike) => {
    const holds = await both(() => link.submit({ operation: 'authorize' }));
    await strike();
    const captures = holds.map((hold) => link.submit({ operation: 'capture', originalAttemptId: hold.attemptId }));
    return [...holds, ...(await Promise.all(captures))];
  },
  '1420': async (link, strike) => {
    const sales = await both(() => link.submit({}));
    await strike();
    await Promise.all(sales.map((sale) => link.service.reverse({ ...sale, reason: 'customer_cancellation' })));
    return sales;
  },
  '1520': async (link, strike) => {
    const sales = await both(() => link.submit({}));
    await Promise.all(sales.map((sale) => link.end(sale)));
    await strike();
    expect(await link.exchange(today(), 'final')).toBe('balanced');
    return sales;
  },
  '1804': async (link, strike) => {
    await strike();
    await link.ready();
    return both(() => link.submit({}));
  },
};

describe('wire-fault matrix', () => {
  let database: TestDatabase;
  let house: FaultyHouse;
  let directory: string;
  let authority: TestAuthority;
  let tls: LinkTls;
  let plain: RunningSimulator;
  let secured: RunningSimulator;
  const simulatorOf = ([, kind]: Cell) => (kind === 'tls_failure' ? secured : plain);
  const ends = new Map<string, CellEnd>();

  beforeAll(async () => {
    database = await testDatabase();
    house = new FaultyHouse(database);
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-matrix-'));
    authority = new TestAuthority('matrix authority');
    const host = authority.issue({ names: 'IP:127.0.0.1', usage: 'serverAuth' });
    const own = authority.issue({ names: 'URI:spiffe://tsunagu/switch', usage: 'clientAuth' });
    tls = { caFile: authority.caFile, ...own, serverName: null, minVersion: 'TLSv1.3' };
    const [ca, cert, key] = [authority.caFile, host.certFile, host.keyFile].map((file) => readFileSync(file, 'utf8'));
    plain = await simulatorFor(CELLS.filter(([, kind]) => kind !== 'tls_failure'));
    secured = await simulatorFor(
      CELLS.filter(([, kind]) => kind === 'tls_failure'),
      { ca: ca ?? '', cert: cert ?? '', key: key ?? '' },
    );
  }, 60_000);
  afterAll(async () => {
    print(ends);
    await plain.stop();
    await secured.stop();
    authority.remove();
    await house.close();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const simulatorFor = (cells: readonly Cell[], material?: { ca: string; cert: string; key: string }) =>
    startSimulator({
      httpPort: 0,
      hostPorts: Object.fromEntries(cells.map((cell) => [nameOf(cell), 0])),
      directory,
      timings: { lateYesMs: 100, afterTimeoutMs: 2 * REPLY_TIMEOUT_MS },
      tls: material,
    });

  it.concurrent.each(CELLS)(
    '%s × %s ends booked, declined, or reversed and acknowledged, with ¥0 between the books [A6, A7, A10]',
    async (...cell) => {
      const name = nameOf(cell);
      const simulator = simulatorOf(cell);
      const link = new FaultyLink(
        house,
        configOf(name, simulator.ports[name] ?? 0, cell[1] === 'tls_failure' ? tls : null),
        TENANT,
      );
      try {
        await link.start();
        const requests = await SCENES[cell[0]](link, () => strike(simulator.url, cell));
        const outcomes = await Promise.all(requests.map((request) => link.end(request)));
        const booked = await ledgerOf(simulator.url, name);
        expect(await strikesLeft(simulator.url, name)).toBe(0);
        expect(outcomes.map(({ state }) => state)).toSatisfy(areFinal);
        const compared = compare(requests, outcomes, booked);
        ends.set(name, { ends: outcomes.map(({ state }) => state), ...compared });
        expect(compared.theirs).toBe(compared.ours);
        expect(compared.differing).toEqual([]);
        expect(await link.exchange(today(), 'checkpoint')).toBe('balanced');
        expect(link.alarms).toEqual([]);
      } finally {
        await link.stop();
      }
    },
    60_000,
  );
});

function both<T>(start: () => Promise<T>): Promise<T[]> {
  return Promise.all([start(), start()]);
}

const OF_KIND: Readonly<Partial<Record<Kind, Partial<FaultRule>>>> = {
  delay: { delayMs: REPLY_TIMEOUT_MS / 4 },
  tls_failure: { at: 'reply' },
};
/** After broken records the reconnect's handshake is broken as well. */
const NEXT_HANDSHAKE = (link: string): FaultRule => ({ link, kind: 'tls_failure', probability: 1, next: 1 });

/** The next message of this type is struck; on network messages the one after it too, often that of the reconnect. */
async function strike(panel: string, [mti, kind]: Cell): Promise<void> {
  const next = mti === '1804' && kind !== 'half_open' ? 2 : 1;
  const link = nameOf([mti, kind]);
  const rule: FaultRule = { link, kind, probability: 1, mtis: [mti], next };
  const rules = [{ ...rule, ...OF_KIND[kind] }, ...(kind === 'tls_failure' ? [NEXT_HANDSHAKE(link)] : [])];
  const response = await fetch(`${panel}/faults?link=${link}`, { method: 'PUT', body: JSON.stringify(rules) });
  expect(response.status).toBe(200);
  if (mti === '1804') await until(async () => (await strikesLeft(panel, link)) === 0);
}

async function strikesLeft(panel: string, link: string): Promise<number | undefined> {
  const state = (await (await fetch(`${panel}/faults`)).json()) as { faults: FaultRule[] };
  const left = state.faults.filter((rule) => rule.link === link).map(({ next }) => next ?? Infinity);
  return left.length === 0 ? undefined : left.reduce((sum, next) => sum + next, 0);
}

async function ledgerOf(panel: string, link: string): Promise<LedgerEntry[]> {
  const page = (await (await fetch(`${panel}/ledger?link=${link}`)).json()) as { authorizations: LedgerEntry[] };
  return page.authorizations;
}

function areFinal(states: readonly string[]): boolean {
  return states.every((state) => ['approved', 'declined', 'reversed'].includes(state));
}

/** Both books in yen that stand, and the transactions that are not the same in both. */
function compare(requests: readonly SubmitRequest[], outcomes: readonly WireOutcome[], booked: readonly LedgerEntry[]) {
  const standing = booked.filter(({ state }) => state === 'approved' || state === 'captured');
  const approved = outcomes.filter(({ state }) => state === 'approved');
  const ofNetwork = ({ network }: WireOutcome) => `${network?.rrn}/${network?.localTime}`;
  const theirs = new Set(standing.map(({ rrn, localTime }) => `${rrn}/${localTime}`));
  const ours = new Set(approved.map(ofNetwork));
  const differing = [...ours].filter((name) => !theirs.has(name)).concat([...theirs].filter((name) => !ours.has(name)));
  return {
    ours: approved.reduce((sum, { approvedMinor }) => sum + (approvedMinor ?? 0), 0),
    theirs: standing.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
    differing,
  };
}

function configOf(name: string, port: number, tls: LinkTls | null): LinkConfig {
  const transport = transportOf({ ...PLAIN, name, port });
  return { ...PLAIN, name, port, transport: { ...transport, tls } };
}

/** Business date of a host that nobody cut over, YYYY-MM-DD. */
function today(): string {
  return new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
}

/** What every cell came to: one letter a transaction. */
function print(ends: ReadonlyMap<string, CellEnd>): void {
  const letters: Readonly<Record<string, string>> = { approved: 'B', declined: 'D', reversed: 'R' };
  const row = (kind: Kind) =>
    MTIS.map((mti) => {
      const end = ends.get(nameOf([mti, kind]));
      const word = end?.ends.map((state) => letters[state] ?? '?').join('') ?? 'open';
      return `${word} ¥${end === undefined ? '?' : end.ours - end.theirs}`.padEnd(10);
    }).join(' ');
  const lines = KINDS.map((kind) => `${kind.padEnd(14)} ${row(kind)}`);
  const head = `${''.padEnd(14)} ${MTIS.map((mti) => mti.padEnd(10)).join(' ')}`;
  process.stdout.write(
    `\nwire-fault matrix: B booked, D declined, R reversed and acknowledged; ¥ ours − theirs (each ¥${AMOUNT_MINOR})\n${head}\n${lines.join('\n')}\n`,
  );
}
