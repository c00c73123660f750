import { compileSpec, type IsoMessage } from '@tsunagu/iso8583';
import { AppError, Secret, SystemClock } from '@tsunagu/kernel';
import { dialerFor, LinkProtection, specOf, StanAllocator, type LinkConfig } from '@tsunagu/links';
import { AppLogger, Centre, MoneyPool, RemoteError, SwitchPeers, Transactions } from '@tsunagu/platform';
import type { SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import { SWITCH_ROUTES } from '@tsunagu/contracts';
import { LinkLease, PostgresJournal, PostgresStanBlocks, SwitchingService } from '@tsunagu/switching';
import { Desks, Envelopes, SwitchingLog } from '@tsunagu/switching';
import { HsmProvider } from '@tsunagu/hsm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SharedSwitching } from '../../apps/switch/src/attempts/shared-switching.js';
import { LedElsewhere } from '../../apps/switch/src/links/led-elsewhere.js';
import { LinkDesk } from '../../apps/switch/src/links/link-desk.js';
import type { LinkDesks } from '../../apps/switch/src/links/link-desks.js';
import { ScriptedPeer } from '../../libs/cde/links/src/testing/scripted-peer.js';
import { testDatabase, type TestDatabase } from '../kit/database.js';
import { aSale } from '../kit/switch-bench.js';

const CLOCK = new SystemClock();
const CARD = { pan: '3566000020000410', expiry: '3012', sequence: null, track2: null, emv: null, pin: null };

class OneCard extends Envelopes {
  override open() {
    return Promise.resolve({ card: CARD, wipe: () => undefined });
  }
}

class Silent extends SwitchingLog {
  note(): void {}
  alarm(): void {}
}

class OneDesk extends Desks {
  constructor(readonly one: LinkDesk) {
    super();
  }

  get all(): readonly LinkDesk[] {
    return [this.one];
  }

  override forBrand(): LinkDesk {
    return this.one;
  }

  override forLink(name: string): LinkDesk | undefined {
    return name === this.one.config.name ? this.one : undefined;
  }

  desk(name: string): LinkDesk | undefined {
    return this.forLink(name);
  }
}

/** Doors of the replicas of this spec, by address; one that has died answers nobody. */
class Doors extends SwitchPeers {
  readonly replicas = new Map<string, Replica>();
  asked = 0;

  override async ask<Answer>(address: string, path: string, body: { readonly requestId: string }): Promise<Answer> {
    const replica = this.replicas.get(address);
    if (replica === undefined || replica.isDead) {
      throw new RemoteError({ code: 'card_service_unavailable', category: 'not_sent', status: 503 });
    }
    this.asked += 1;
    const isSubmit = path === SWITCH_ROUTES.submitHere;
    try {
      const outcome = isSubmit
        ? await replica.service.submit(body as SubmitRequest)
        : await replica.shared.reverseHere(body as Parameters<SharedSwitching['reverseHere']>[0]);
      return outcome as Answer;
    } catch (error) {
      if (!(error instanceof AppError)) throw error; // as HTTP brings it over
      throw new RemoteError({ code: error.code, category: error.category, status: 503 });
    }
  }
}

/** One switch process with one link: the real desk, lease, line, journal and store-and-forward, on a database that it shares. */
class Replica {
  isDead = false;
  readonly service: SwitchingService;
  readonly shared: SharedSwitching;
  readonly desk: LinkDesk;
  readonly #pool: MoneyPool;

  constructor(
    readonly name: string,
    database: TestDatabase,
    link: LinkConfig,
    doors: Doors,
  ) {
    const logger = new AppLogger({ app: 'switch', nodeName: name, logLevel: 'silent' });
    this.#pool = new MoneyPool(new Secret(database.url('switch')), logger, { max: 6 });
    const [centre, transactions] = [new Centre(this.#pool), new Transactions(this.#pool)];
    const address = `http://${name}`;
    const lease = new LinkLease(link.name, { name, address }, centre, CLOCK);
    const blocks = new PostgresStanBlocks(centre, { link: link.name, lease });
    const means = {
      codec: compileSpec(specOf(link)),
      clock: CLOCK,
      dialer: dialerFor(link),
      stans: (isLive: (stan: string) => boolean) => new StanAllocator(blocks, link.name, isLive),
      observer: {},
      random: () => 0,
    };
    const keys = new LinkProtection(link, NO_HSM, blocks, CLOCK);
    this.desk = new LinkDesk(link, lease, means, logger, keys);
    const desks = new OneDesk(this.desk);
    const ports = {
      journal: new PostgresJournal(transactions, centre),
      desks,
      envelopes: new OneCard(),
      clock: CLOCK,
      log: new Silent(),
    };
    this.service = new SwitchingService(ports);
    const some = desks as unknown as LinkDesks;
    this.shared = new SharedSwitching(this.service, some, new LedElsewhere(some, doors, CLOCK));
    doors.replicas.set(address, this);
    this.desk.start(this.service, ports);
  }

  /** As on SIGTERM. */
  async retire(drainMs: number): Promise<void> {
    await this.desk.leave(drainMs);
    await this.service.memory.flights.settled();
    await this.desk.release();
    this.isDead = true;
  }

  /** As on SIGKILL: from this instant its database and its connection are gone, and it releases nothing. */
  async die(): Promise<void> {
    this.isDead = true;
    await this.#pool.onApplicationShutdown();
    await this.desk.leave(0);
  }

  async close(): Promise<void> {
    if (!this.isDead) await this.retire(0);
    else await this.desk.release().catch(() => undefined);
    await this.#pool.onApplicationShutdown().catch(() => undefined);
  }
}

/** A link without keys never asks it anything. */
const NO_HSM = { name: 'none' } as HsmProvider;

describe('a link changes hands', { timeout: 60_000 }, () => {
  let database: TestDatabase;
  let host: ScriptedPeer;
  let doors: Doors;
  let replicas: Replica[];

  beforeEach(async () => {
    database = await testDatabase();
    host = await ScriptedPeer.listen();
    host.onRequest = answer;
    doors = new Doors(() => {
      throw new Error('no door is opened over HTTP here');
    });
    const link = linkTo(host.port);
    replicas = [new Replica('switch-1', database, link, doors), new Replica('switch-2', database, link, doors)];
    await until(() => leader() !== undefined);
  }, 60_000);
  afterEach(async () => {
    for (const replica of replicas) await replica.close();
    await host.close();
    await database.drop();
  });

  const answer = (message: IsoMessage): void =>
    message.mti.startsWith('14')
      ? host.answer(message, '400')
      : host.answer(message, '000', { 38: '123456', 49: message.text(49) ?? '392' });
  const leader = (): Replica | undefined =>
    replicas.find(({ desk, isDead }) => !isDead && desk.isLed && desk.line.state === 'READY');
  const other = (than: Replica): Replica => replicas.find((one) => one !== than)!;
  const sales = () => host.received.filter(({ mti }) => mti === '1200');
  const reversals = () => host.received.filter(({ mti }) => mti === '1420' || mti === '1421');
  const rrns = (messages: readonly { text(field: number): string | undefined }[]) =>
    messages.map((one) => one.text(37));

  it('is led by one of two switches: only one signs on, and the other asks it [A16]', async () => {
    expect(host.received.filter((message) => message.text(24) === '801')).toHaveLength(1);
    const outcome = await other(leader()!).shared.submit(aSale());
    expect(outcome).toMatchObject({ state: 'approved' });
    expect(doors.asked).toBe(1);
    expect(host.accepted).toBe(1);
  });

  it('is handed over by a planned stop under load: every sale is approved, none twice, none refused [I6]', async () => {
    host.onRequest = (message) => void CLOCK.sleep(20).then(() => answer(message));
    const first = leader()!;
    const results: Promise<WireOutcome>[] = [];
    for (let sent = 0; sent < 30; sent += 1) {
      results.push(replicas[sent % 2]!.shared.submit(saleAt(`T${String(sent).padStart(7, '0')}`)));
      if (sent === 15) void first.retire(3_500);
      await CLOCK.sleep(10);
    }
    const states = (await Promise.all(results)).map(({ state }) => state);
    expect(states).toEqual(Array.from({ length: 30 }, () => 'approved'));
    expect(new Set(rrns(sales())).size).toBe(30);
    expect(sales()).toHaveLength(30);
    expect(reversals()).toEqual([]);
    expect(leader()).toBe(other(first));
    expect(host.received.filter((message) => message.text(24) === '802')).toHaveLength(1);
  });

  it('is taken over when its leader dies under load: each sale is sent at most once, and what nobody heard of is reversed [A6]', async () => {
    const first = leader()!;
    const second = other(first);
    host.onRequest = (message) => {
      const isSilent = message.mti === '1200' && !first.isDead; // in flight when their leader dies
      if (!isSilent) answer(message);
    };
    const lost = Array.from({ length: 5 }, (_, at) => saleAt(`L${String(at).padStart(7, '0')}`));
    const asked = lost.map((request) => first.service.submit(request).catch(() => undefined));
    await until(() => sales().length === 5);
    await first.die();
    const later = saleAt('T0000099');
    expect(await second.shared.submit(later)).toMatchObject({ state: 'approved' });
    // A worker asks again for what its switch never answered: the other one knows, and has it reversed.
    for (const request of lost) {
      let outcome = await second.shared.submit(request);
      await until(async () => {
        [outcome = outcome] = await second.service.outcomes([request]);
        return outcome.state !== 'unknown';
      });
      expect(outcome).toMatchObject({ state: 'reversed' });
    }
    await Promise.all(asked);
    expect(sales()).toHaveLength(6);
    expect(new Set(rrns(sales())).size).toBe(6);
    expect(new Set(rrns(reversals())).size).toBe(5);
  });

  it('reverses at the leader, whichever switch is asked', async () => {
    const [here, there] = [leader()!, other(leader()!)];
    const sale = aSale();
    await here.shared.submit(sale);
    const reversal = { tenantId: sale.tenantId, attemptId: sale.attemptId, reason: 'system', requestId: 'r' } as const;
    expect(await there.shared.reverse(reversal)).toMatchObject({ state: 'reversed' });
    expect(doors.asked).toBe(1);
  });
});

async function until(isSo: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isSo())) await CLOCK.sleep(5);
}

function saleAt(terminal: string): SubmitRequest {
  return aSale({ acceptor: { terminal, merchant: 'M00000000000001', mcc: '5411', name: 'Shop' } });
}

function linkTo(port: number): LinkConfig {
  return {
    name: 'jcb',
    host: '127.0.0.1',
    port,
    framing: 'be2',
    profile: 'hybrid',
    acquirerId: '35001',
    forwardingId: '35901',
    node: '01',
    brands: ['jcb'],
    connector: 'jcb',
    replyTimeoutMs: 10_000,
    echoMs: 60_000,
    reversalScheduleMs: [200, 200],
    pin: null,
  };
}
