import {
  HqIntakePort,
  type HqMovementOrder,
  type HqOutcome,
  type HqPaymentOrder,
  type OpenCardAnswer,
} from '@tsunagu/contracts';
import { originalDataElements, type IsoMessage } from '@tsunagu/iso8583';
import { AppError, Secret, SystemClock, newId, type ErrorCategory } from '@tsunagu/kernel';
import { AppConfig, AppLogger, MoneyPool, Transactions } from '@tsunagu/platform';
import { parseHqBook, type HqContract } from '../contract/hq-contract.js';
import { HqDesk } from '../desk/hq-desk.js';
import { HqCardDoor, HqFileDoor, HqLog, type HqPorts } from '../desk/hq-ports.js';
import { Undoing } from '../desk/undoing.js';
import type { HqLine } from '../register/hq-register.js';
import { PostgresHqRegister } from '../register/postgres-hq-register.js';
import { HqWords } from './hq-words.js';

/** A time that only moves when it is told to. */
export class StandingClock extends SystemClock {
  #ahead = 0;

  pass(ms: number): void {
    this.#ahead += ms;
  }

  override now(): Date {
    return new Date(Date.parse('2026-11-23T03:00:00Z') + this.#ahead);
  }

  override monotonicMs(): number {
    return this.#ahead;
  }

  override sleep(delayMs: number): Promise<void> {
    this.#ahead += delayMs;
    return Promise.resolve();
  }
}

/** The api, scripted: what it answers next, and everything it was asked. */
export class ScriptedIntake extends HqIntakePort {
  readonly accepted: HqPaymentOrder[] = [];
  readonly moved: HqMovementOrder[] = [];
  readonly givenUp: string[] = [];
  /** Answers in turn; the last one stays. An error is thrown. */
  script: (HqOutcome | Error | Promise<HqOutcome>)[] = [YES];

  override accept(order: HqPaymentOrder): Promise<HqOutcome> {
    this.accepted.push(order);
    return this.#next();
  }

  override move(order: HqMovementOrder): Promise<HqOutcome> {
    this.moved.push(order);
    return this.#next();
  }

  override giveUp({ reference }: { reference: string }): Promise<HqOutcome> {
    this.givenUp.push(reference);
    return this.#next();
  }

  async #next(): Promise<HqOutcome> {
    const answer = this.script.length > 1 ? this.script.shift()! : this.script[0]!;
    if (answer instanceof Error) throw answer;
    return answer;
  }
}

export class SpecTrouble extends AppError {
  constructor(
    readonly code: string,
    readonly category: ErrorCategory,
  ) {
    super('trouble of the spec');
  }
}

const NOTHING = { actionCode: null, approvalCode: null, approvedMinor: null, emvResponse: null } as const;
export const YES: HqOutcome = { ...NOTHING, state: 'approved', actionCode: '000', approvalCode: '123456' };
export const OPEN: HqOutcome = { ...NOTHING, state: 'open' };
export const NO: HqOutcome = { ...NOTHING, state: 'declined', actionCode: '116' };
export const AWAY = new SpecTrouble('card_service_unavailable', 'outcome_unknown');

const OPENED: OpenCardAnswer = {
  tokenId: newId(new Date()),
  card: {
    brand: 'jcb',
    bin6: '353011',
    last4: '0000',
    expMonth: 12,
    expYear: 2030,
    funding: 'credit',
    country: 'JP',
    issuerName: null,
  },
  envelope: { sad: null, account: 'account.AAAA' },
};

class OpenedCards extends HqCardDoor {
  override open(): Promise<OpenCardAnswer> {
    return Promise.resolve(OPENED);
  }
}

/** A keeper of files that does everything it is asked, and remembers whose line asked. */
class KeptFiles extends HqFileDoor {
  readonly asked: string[] = [];

  override act({ tenantId, link }: HqLine, message: IsoMessage): Promise<string> {
    this.asked.push([tenantId, link, message.text(24), message.text(71)].join(' '));
    return Promise.resolve('300');
  }
}

class KeptLog extends HqLog {
  readonly alarms: string[] = [];

  override note(): void {}

  override alarm(message: string): void {
    this.alarms.push(message);
  }

  override answered(): void {}
}

/** For specs of this lib: one line on a real register, with card zone and api replaced. */
export class HqHouse {
  readonly clock = new StandingClock();
  readonly intake = new ScriptedIntake();
  readonly log = new KeptLog();
  readonly files = new KeptFiles();
  readonly ports: HqPorts;
  readonly undoing: Undoing;
  readonly contract: HqContract;
  readonly desk: HqDesk;
  #stan = 0;

  private constructor(private readonly pool: MoneyPool) {
    const register = new PostgresHqRegister(new Transactions(pool));
    const { clock, intake, log, files } = this;
    this.ports = { register, cards: new OpenedCards(), files, intake, clock, log, owner: 'switch-1' };
    this.undoing = new Undoing(this.ports);
    this.contract = aContract();
    this.desk = new HqDesk(this.contract, this.ports);
  }

  /** @param url database of the switch's role */
  static open(url: string): HqHouse {
    const logger = new AppLogger(AppConfig.fromEnv('switch', {}), () => undefined);
    return new HqHouse(new MoneyPool(new Secret(url), logger, { max: 4 }));
  }

  /** The same line in another process. */
  other(owner: string): HqDesk {
    return new HqDesk(this.contract, { ...this.ports, owner });
  }

  sale(change: Record<number, string | undefined> = {}, mti = '1200'): IsoMessage {
    this.#stan += 1;
    return HqWords.sale({ 11: String(this.#stan).padStart(6, '0'), ...change }, mti);
  }

  reversal(of: IsoMessage, reason: string): IsoMessage {
    const original = {
      mti: `${of.mti.slice(0, 3)}0`,
      stan: of.text(11)!,
      localTime: of.text(12)!,
      acquirer: '88001234567',
    };
    return this.sale(
      { 2: undefined, 14: undefined, 24: '400', 25: reason, 56: originalDataElements(original) },
      '1420',
    );
  }

  async ask(message: IsoMessage, desk = this.desk): Promise<string> {
    return (await desk.handle(message, this.clock.monotonicMs()))?.text(39) ?? 'nothing';
  }

  /** Number and amount of debits of today, and of those reversed. */
  async debits(): Promise<string[]> {
    const totals = await this.ports.register.totals(this.desk.line, '261123', 'JPY');
    return totals
      .filter(({ kind, count }) => kind === 'debit' && count !== 0n)
      .map(({ isReversed, count, amountMinor }) => `${isReversed ? 'reversed' : 'sold'} ${count} ${amountMinor}`)
      .sort();
  }

  async close(): Promise<void> {
    await this.pool.onApplicationShutdown();
  }
}

export function aContract(change: Record<string, unknown> = {}): HqContract {
  const link = {
    name: 'hq-spec',
    tenantId: newId(new Date()),
    institution: '88001234567',
    cards: ['pan', 'dukpt'],
    rights: ['sale', 'auth', 'capture', 'refund', 'reversal', 'reconciliation'],
    terminals: [{ terminal: 'TSN00001', merchant: 'M00000000000001', terminalId: newId(new Date()) }],
    ...change,
  };
  return parseHqBook({ version: 'spec', listeners: [], links: [link] }).contracts[0]!;
}
