import { connectorNamed } from '@tsunagu/connectors';
import type { SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import { compileSpec } from '@tsunagu/iso8583';
import { newId, Secret, SystemClock } from '@tsunagu/kernel';
import { dialerFor, Line, specOf, StanAllocator, type LinkConfig } from '@tsunagu/links';
import { AppLogger, Centre, MoneyPool, sql, Transactions } from '@tsunagu/platform';
import {
  Desks,
  Envelopes,
  LinkLease,
  PostgresJournal,
  PostgresStanBlocks,
  Reconciler,
  reconciliationParts,
  SafWorker,
  DetailSource,
  SwitchingLog,
  SwitchingService,
  type Desk,
} from '@tsunagu/switching';
import type { TestDatabase } from '../kit/database.js';

const CARD = { pan: '4111111111111111', expiry: '3012', sequence: null, track2: null, emv: null, pin: null };
const LAST_EXCHANGE = sql(
  'matrix_last_exchange',
  'select state from switch.reconciliation where link = $1 and kind = $2 order by opened_at desc limit 1',
);
const CLOCK = new SystemClock();
const POLL_MS = 20;
const KEEP_LEASE_MS = 2_000;

/** Opens every envelope to the same published test card. */
class OneCard extends Envelopes {
  override open() {
    return Promise.resolve({ card: CARD, wipe: () => undefined });
  }
}

class Silent extends SwitchingLog {
  readonly alarms: string[] = [];
  note(): void {}
  alarm(message: string): void {
    this.alarms.push(message);
  }
}

/** Nobody brings transactions here: counters that differ fail the run. */
class NoDetails extends DetailSource {
  override pages(): undefined {
    return undefined;
  }
}

/** What the links of one run share: one database, as the replicas of a switch do. */
export class FaultyHouse {
  readonly #pool: MoneyPool;
  readonly centre: Centre;
  readonly transactions: Transactions;

  constructor(database: TestDatabase) {
    const logger = new AppLogger({ app: 'switch', nodeName: 'matrix', logLevel: 'silent' });
    this.#pool = new MoneyPool(new Secret(database.url('switch')), logger, { max: 8 });
    this.centre = new Centre(this.#pool);
    this.transactions = new Transactions(this.#pool);
  }

  close(): Promise<void> {
    return this.#pool.onApplicationShutdown();
  }
}

/**
 * One link with the real switching code, line, connector and journal; only the sealed envelopes are opened by hand.
 * Timers are short by configuration.
 */
export class FaultyLink {
  readonly #line: Line;
  readonly #lease: LinkLease;
  readonly #worker: SafWorker;
  readonly #log = new Silent();
  readonly service: SwitchingService;
  readonly #reconciler: Reconciler;
  #keeping: NodeJS.Timeout | undefined;
  #terminals = 0;

  constructor(
    private readonly house: FaultyHouse,
    readonly config: LinkConfig,
    private readonly tenantId: string,
  ) {
    const connector = connectorNamed(config.connector);
    if (connector === undefined) throw new Error('the link names a connector that is there');
    const blocks = new PostgresStanBlocks(house.centre);
    this.#line = new Line(config, {
      codec: compileSpec(specOf(config)),
      clock: CLOCK,
      dialer: dialerFor(config),
      stans: (isLive) => new StanAllocator(blocks, config.name, isLive),
      observer: { onStray: (link, stray) => void this.service.hearStray(link, stray) },
      random: () => 0,
    });
    this.#lease = new LinkLease(config.name, 'matrix', house.centre, CLOCK);
    const desk: Desk = { line: this.#line, connector, lease: this.#lease };
    const ports = {
      journal: new PostgresJournal(house.transactions, house.centre),
      desks: new OneDesk(desk),
      envelopes: new OneCard(),
      clock: CLOCK,
      log: this.#log,
    };
    this.service = new SwitchingService(ports);
    this.#worker = new SafWorker(desk, ports, this.service.memory);
    const parts = reconciliationParts({ centre: house.centre, source: new NoDetails(), clock: CLOCK, log: this.#log });
    this.#reconciler = new Reconciler(desk, ports, this.service.memory, parts);
  }

  get alarms(): readonly string[] {
    return this.#log.alarms;
  }

  async start(): Promise<void> {
    const taken = await this.#lease.keep();
    if (taken !== undefined) await this.service.takeOver(taken);
    this.#keeping = setInterval(() => void this.#lease.keep(), KEEP_LEASE_MS);
    this.#line.start();
    this.#worker.start();
    await this.ready();
  }

  async stop(): Promise<void> {
    clearInterval(this.#keeping);
    await this.#worker.stop();
    await this.#line.stop(0);
    await this.#lease.release();
  }

  ready(): Promise<void> {
    return until(() => this.#line.isReady);
  }

  /** Submit at a terminal of its own; what is proved unsent is tried anew, as the gateway does. */
  async submit(changes: Partial<SubmitRequest>): Promise<SubmitRequest> {
    for (;;) {
      const request = this.#request(changes);
      const outcome = await this.service.submit(request);
      if (outcome.state !== 'not_sent') return request;
      await this.ready();
    }
  }

  /** Wait for the end of an attempt: booked, declined, or reversed and acknowledged. */
  async end(request: SubmitRequest): Promise<WireOutcome> {
    let last: WireOutcome | undefined;
    await until(async () => {
      [last] = await this.service.outcomes([request]);
      return last !== undefined && last.state !== 'unknown';
    });
    return last as WireOutcome;
  }

  /**
   * Exchange counters of a date and say them again until they are answered.
   * @param businessDate YYYY-MM-DD
   * @returns how the exchange ended: `balanced` is what both books should be
   */
  async exchange(businessDate: string, kind: 'final' | 'checkpoint'): Promise<string> {
    await this.ready();
    await this.#reconciler.exchange({ businessDate, currency: 'JPY' }, kind);
    let state = 'sending';
    await until(async () => {
      await this.#reconciler.pass();
      const rows = await this.house.centre.query<{ state: string }>(LAST_EXCHANGE, [this.config.name, kind]);
      state = rows[0]?.state ?? state;
      return state !== 'sending' && state !== 'asking';
    });
    return state;
  }

  #request(changes: Partial<SubmitRequest>): SubmitRequest {
    const now = CLOCK.now();
    this.#terminals += 1;
    return {
      tenantId: this.tenantId,
      attemptId: newId(now),
      operation: 'sale',
      method: 'credit',
      amountMinor: 1_500,
      currency: 'JPY',
      brand: 'visa',
      bin6: CARD.pan.slice(0, 6),
      entryMode: 'chip',
      acceptor: {
        terminal: `F${String(this.#terminals).padStart(7, '0')}`,
        merchant: 'M00000000000001',
        mcc: '5411',
        name: 'Shop',
      },
      envelope: { sad: null, account: 'account.sealed' },
      localTime: japanTime(now),
      requestId: 'req_matrix',
      ...changes,
    };
  }
}

class OneDesk extends Desks {
  constructor(private readonly desk: Desk) {
    super();
  }

  override forBrand(): Desk {
    return this.desk;
  }

  override forLink(): Desk {
    return this.desk;
  }
}

/** Poll until it is so, or the test's own timer ends it. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await CLOCK.sleep(POLL_MS);
}

function japanTime(at: Date): string {
  const japan = new Date(at.getTime() + 9 * 3_600_000);
  return japan.toISOString().slice(2, 19).replace(/[-T:]/g, '');
}
