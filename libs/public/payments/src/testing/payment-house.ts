import { createHash, randomUUID } from 'node:crypto';
import { Clock, Secret, newId } from '@tsunagu/kernel';
import type { Lane, LaneJob, TenantContext } from '@tsunagu/contracts';
import {
  AppConfig,
  AppLogger,
  AuditSink,
  Centre,
  EventSink,
  Metrics,
  MoneyPool,
  Transactions,
  WakeUps,
  type AuditActor,
  type AuditEntry,
  type DomainEvent,
  type Tx,
} from '@tsunagu/platform';
import { ClaimLease } from '../dispatch/claim-lease.js';
import { ClaimService } from '../dispatch/claim.service.js';
import { DispatchService } from '../dispatch/dispatch.service.js';
import { SweeperService } from '../dispatch/sweeper.service.js';
import { ExpiryService } from '../expiry/expiry.service.js';
import { FollowUp } from '../follow-up.js';
import { IntakeService } from '../intake/intake.service.js';
import { OutcomeService } from '../outcome/outcome.service.js';
import { PaymentActionsService } from '../payment-actions.service.js';
import { MerchantDirectory, type MerchantTerminal, type PaymentOrder } from '../payment-api.js';
import { PaymentGate } from '../payment-gate.js';
import { ContinueService } from '../presentment/continue.service.js';
import { AttemptBell, PaymentOrigin } from '../payment-ports.js';
import { PaymentWaiters } from '../queries/payment-waiters.js';
import { PgPaymentQueries } from '../queries/pg-payment-queries.js';
import { ResolutionDesk } from '../resolution/resolution-desk.service.js';
import { ResolutionParts, ResolutionService } from '../resolution/resolution.service.js';
import { GiveUpService } from '../reversal/give-up.service.js';
import { WatchService } from '../reversal/watch.service.js';
import { PgPaymentSignatures } from '../signature/pg-payment-signatures.js';
import { PgPaymentStore } from '../store/pg-payment-store.js';
import { PgWorkerLeases } from '../store/pg-worker-leases.js';
import { VoiceApprovalService } from '../voice/voice-approval.service.js';
import { FakeRulings, FakeSwitch, FakeVault } from './fake-card-zone.js';

export const STORE_ID = '0193a1c2-0000-7000-8000-000000000001';
export const TERMINAL_ID = '0193a1c2-0000-7000-8000-000000000002';

/** A clock that stands until it is told to go on. */
export class StandingClock extends Clock {
  #now = Date.parse('2026-11-22T03:00:00.000Z');

  override now(): Date {
    return new Date(this.#now);
  }

  override monotonicMs(): number {
    return this.#now;
  }

  override sleep(delayMs: number): Promise<void> {
    this.#now += delayMs;
    return Promise.resolve();
  }

  pass(ms: number): void {
    this.#now += ms;
  }
}

class KeptEvents extends EventSink {
  readonly events: DomainEvent[] = [];

  override record(_tx: Tx, event: DomainEvent): void {
    this.events.push(event);
  }
}

class KeptBells extends AttemptBell {
  readonly rung: { lane: Lane; job: LaneJob; repeat: number }[] = [];

  override ring(lane: Lane, job: LaneJob, repeat = 0): Promise<void> {
    this.rung.push({ lane, job, repeat });
    return Promise.resolve();
  }
}

class KeptAudit extends AuditSink {
  readonly entries: { operation: string; requestId: string | undefined; after: object | null }[] = [];

  override record(_tx: Tx, { requestId }: AuditActor, { operation, after }: AuditEntry): void {
    this.entries.push({ operation, requestId, after });
  }
}

class LocalWakeUps extends WakeUps {
  readonly #handlers = new Set<(paymentId: string) => void>();

  override publish(_node: string, paymentId: string): Promise<void> {
    for (const handler of this.#handlers) handler(paymentId);
    return Promise.resolve();
  }

  override subscribe(handler: (paymentId: string) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  override listening(): Promise<void> {
    return Promise.resolve();
  }
}

class OneTerminal extends MerchantDirectory {
  readonly entry: { -readonly [K in keyof MerchantTerminal]: MerchantTerminal[K] } = {
    id: TERMINAL_ID,
    storeId: STORE_ID,
    blocked: false,
    wireTerminal: 'T0000001',
    wireMerchant: '000000000000001',
    mcc: '5411',
    storeName: 'TSUNAGU TEST STORE',
    cutOffMinutes: 0,
    methods: ['credit', 'nfc', 'unionpay'],
    planContract: 'standard',
  };

  override terminal(_ctx: TenantContext, terminalId: string): Promise<MerchantTerminal | undefined> {
    return Promise.resolve(terminalId === this.entry.id ? this.entry : undefined);
  }
}

/** For specs of this lib: the whole feature on a real database, with the card zone and the queue replaced. */
export class PaymentHouse {
  readonly clock = new StandingClock();
  /** Apart from the other: a payment may grow old while its worker renews its lease all the time. */
  readonly leaseClock = new StandingClock();
  readonly wire = new FakeSwitch();
  readonly vault = new FakeVault();
  readonly events = new KeptEvents();
  readonly bells = new KeptBells();
  readonly directory = new OneTerminal();
  readonly wakeUps = new LocalWakeUps();
  readonly metrics = new Metrics();
  readonly pool: MoneyPool;
  readonly store: PgPaymentStore;
  readonly intake: IntakeService;
  readonly actions: PaymentActionsService;
  readonly queries: PgPaymentQueries;
  readonly outcomes: OutcomeService;
  readonly lease: ClaimLease;
  readonly dispatch: DispatchService;
  readonly sweeper: SweeperService;
  readonly watcher: WatchService;
  readonly expiry: ExpiryService;
  readonly voices: VoiceApprovalService;
  readonly rulings = new FakeRulings(this.wire);
  readonly audit = new KeptAudit();
  readonly desk: ResolutionDesk;
  readonly resolutions: ResolutionService;
  readonly continuations: ContinueService;
  readonly signatures: PgPaymentSignatures;

  /** @param node of its worker; its lease is opened by `house.lease.keep()` */
  constructor(databaseUrl: string, node = `worker-${randomUUID().slice(0, 8)}`) {
    const logger = new AppLogger({ app: 'worker', nodeName: 'spec', logLevel: 'silent' });
    this.pool = new MoneyPool(new Secret(databaseUrl), logger, { max: 12 });
    const transactions = new Transactions(this.pool);
    const centre = new Centre(this.pool);
    this.store = new PgPaymentStore(transactions, centre, this.events, AppConfig.fromEnv('worker', {}));
    this.lease = new ClaimLease(new PgWorkerLeases(centre), node, this.leaseClock, this.metrics);
    const followUp = new FollowUp(this.bells, this.wakeUps);
    const origin = new PaymentOrigin(this.clock, 'api-spec');
    this.intake = new IntakeService(this.store, this.vault, this.directory, this.bells, origin);
    const givingUp = new GiveUpService(this.store, followUp, this.clock);
    this.actions = new PaymentActionsService(new PaymentGate(this.store, followUp), this.vault, givingUp, this.clock);
    this.voices = new VoiceApprovalService(new PaymentGate(this.store, followUp), this.intake, this.vault, this.clock);
    const gate = new PaymentGate(this.store, followUp);
    this.continuations = new ContinueService(gate, this.store, this.vault, this.directory, origin);
    this.signatures = new PgPaymentSignatures(gate, transactions, this.clock);
    this.queries = new PgPaymentQueries(transactions, this.store, new PaymentWaiters(this.wakeUps), this.clock);
    this.outcomes = new OutcomeService(this.store, followUp, this.clock, this.metrics);
    const claims = new ClaimService(this.store, this.lease, this.clock, this.metrics);
    this.dispatch = new DispatchService(claims, this.wire, this.outcomes, this.metrics);
    this.sweeper = new SweeperService(this.store, this.bells, this.lease, this.clock, this.metrics);
    this.desk = new ResolutionDesk(centre, transactions, this.store, this.audit, this.clock);
    const parts = new ResolutionParts(followUp, this.audit, this.clock);
    this.resolutions = new ResolutionService(centre, transactions, this.store, this.rulings, parts);
    this.expiry = new ExpiryService(this.store, followUp, this.clock, this.metrics);
    this.watcher = new WatchService(this.store, this.wire, this.outcomes, this.clock, this.metrics);
  }

  /** Work off every bell that has rung. */
  async workLanes(): Promise<void> {
    for (let bell = this.bells.rung.shift(); bell !== undefined; bell = this.bells.rung.shift()) {
      await this.dispatch.run({ tenantId: bell.job.tenantId, requestId: 'job' }, bell.job.attemptId);
    }
  }

  async close(): Promise<void> {
    await this.pool.onApplicationShutdown();
  }
}

/** A tenant of one's own, so that specs never meet. */
export function aTenant(): TenantContext {
  return { tenantId: newId(new Date()), requestId: 'req-spec' };
}

/** An order, a sale of JPY 1,500 with a chip card unless said otherwise. */
export function anOrder(change: Partial<PaymentOrder> = {}): PaymentOrder {
  const clientReference = change.clientReference ?? randomUUID();
  return {
    idempotency: anIntent(clientReference),
    clientReference,
    terminalId: TERMINAL_ID,
    kind: 'sale',
    amountMinor: 1500,
    currency: 'JPY',
    card: { format: 'dukpt_aes', ksn: '00', ciphertext: '00', entryMode: 'chip' },
    ...change,
  };
}

/** A key, and the fingerprint of what it stands for. */
export function anIntent(key: string = randomUUID(), content = key): { key: string; fingerprint: string } {
  return { key, fingerprint: createHash('sha256').update(content).digest('hex') };
}
