import { newId, Secret, SystemClock } from '@tsunagu/kernel';
import type { SubmitRequest } from '@tsunagu/contracts';
import type { Connector, LinkConfig } from '@tsunagu/links';
import { AppLogger, Centre, MoneyPool, Rounds, Transactions } from '@tsunagu/platform';
import pg from 'pg';
import { testDatabase, type TestDatabase } from './database.js';
import { Desks, Envelopes, SwitchingLog, type Desk } from '../../libs/cde/switching/src/desk.js';
import { LinkLease } from '../../libs/cde/switching/src/lease/link-lease.js';
import { PostgresJournal } from '../../libs/cde/switching/src/postgres/postgres-journal.js';
import { PostgresStanBlocks } from '../../libs/cde/switching/src/postgres/postgres-stan-blocks.js';
import { SafWorker } from '../../libs/cde/switching/src/store-and-forward/saf-worker.js';
import { SwitchingService } from '../../libs/cde/switching/src/switching.service.js';
import type { SwitchingPorts } from '../../libs/cde/switching/src/switching.js';
import { plainConnector } from '../../libs/cde/switching/src/testing/plain-connector.js';
import { ScriptedLine } from '../../libs/cde/switching/src/testing/scripted-line.js';

export const TENANT = newId(new Date());
const CARD = { pan: '3566000020000410', expiry: '3012', sequence: null, track2: null, emv: null, pin: null };

/** Keeps what would wake somebody. */
export class RememberedLog extends SwitchingLog {
  readonly alarms: string[] = [];
  note(): void {}
  alarm(message: string): void {
    this.alarms.push(message);
  }
}

/** Every envelope holds the same test card. */
class OneCard extends Envelopes {
  override open() {
    return Promise.resolve({ card: CARD, wipe: () => undefined });
  }
}

/** A clock that a spec can set ahead; timers stay real. */
export class AheadClock extends SystemClock {
  aheadMs = 0;
  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }
}

/** One life of a switch process with one link, on a scripted line. */
export interface BenchLife {
  readonly desk: Desk;
  readonly line: ScriptedLine;
  readonly ports: SwitchingPorts;
  readonly service: SwitchingService;
  readonly worker: SafWorker;
  readonly log: RememberedLog;
}

/** For specs: a migrated database and switch processes on it. */
export class SwitchBench {
  readonly clock = new AheadClock();
  readonly #lives: BenchLife[] = [];
  readonly #leases: Rounds[] = [];

  private constructor(
    readonly db: TestDatabase,
    readonly pool: MoneyPool,
    readonly admin: pg.Client,
    readonly centre: Centre,
    readonly transactions: Transactions,
  ) {}

  static async open(): Promise<SwitchBench> {
    const db = await testDatabase();
    const logger = new AppLogger({ app: 'switch', nodeName: 'spec', logLevel: 'silent' });
    const pool = new MoneyPool(new Secret(db.url('switch')), logger, { max: 8 });
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    return new SwitchBench(db, pool, admin, new Centre(pool), new Transactions(pool));
  }

  async close(): Promise<void> {
    for (const life of this.#lives.splice(0)) await life.worker.stop();
    for (const rounds of this.#leases.splice(0)) await rounds.stop();
    await this.admin.end();
    await this.pool.onApplicationShutdown();
    await this.db.drop();
  }

  async born(
    link: string,
    connector: Connector = plainConnector,
    changes: Partial<LinkConfig> = {},
  ): Promise<BenchLife> {
    const line = new ScriptedLine({ ...linkConfig(link), ...changes }, new PostgresStanBlocks(this.centre));
    const lease = new LinkLease(link, 'switch-1', this.centre, this.clock);
    const desk: Desk = { line, connector, lease };
    const log = new RememberedLog();
    const ports: SwitchingPorts = {
      journal: new PostgresJournal(this.transactions, this.centre),
      desks: new OneDesk(desk),
      envelopes: new OneCard(),
      clock: this.clock,
      log,
    };
    const service = new SwitchingService(ports);
    const taken = await lease.keep();
    const kept = new Rounds({ everyMs: 500, work: async () => void (await lease.keep()), failed: () => undefined });
    kept.start();
    this.#leases.push(kept);
    if (taken !== undefined) await service.takeOver(taken);
    const life = { desk, line, ports, service, worker: new SafWorker(desk, ports, service.memory), log };
    this.#lives.push(life);
    return life;
  }

  /** Pass until it is so, or the spec times out. */
  async until(isSo: () => Promise<boolean> | boolean): Promise<void> {
    while (!(await isSo())) await this.clock.sleep(10);
  }

  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.admin.query<Row>(text, values)).rows;
  }
}

class OneDesk extends Desks {
  constructor(private readonly desk: Desk) {
    super();
  }

  override forBrand(): Desk {
    return this.desk;
  }

  override forLink(name: string): Desk | undefined {
    return name === this.desk.line.config.name ? this.desk : undefined;
  }
}

export function linkConfig(name: string): LinkConfig {
  return { ...LINK, name };
}

/** A sale of ¥1,500 by a test card. */
export function aSale(changes: Partial<SubmitRequest> = {}): SubmitRequest {
  return {
    tenantId: TENANT,
    attemptId: newId(new Date()),
    operation: 'sale',
    method: 'credit',
    amountMinor: 1_500,
    currency: 'JPY',
    brand: 'jcb',
    bin6: '356600',
    entryMode: 'chip',
    acceptor: { terminal: 'T0000001', merchant: 'M00000000000001', mcc: '5411', name: 'Shop' },
    envelope: { sad: null, account: 'account.sealed' },
    localTime: '261123001500',
    requestId: 'req_spec',
    ...changes,
  };
}

const LINK: Omit<LinkConfig, 'name'> = {
  host: '127.0.0.1',
  port: 1,
  framing: 'be2',
  profile: 'hybrid',
  acquirerId: '11',
  forwardingId: '12',
  node: '01',
  brands: ['jcb'],
  connector: 'plain',
  replyTimeoutMs: 500,
  echoMs: 60_000,
  reversalScheduleMs: [50, 50],
  pin: null,
};
