import { CertificateSigner } from './erase/certificate-signer.js';
import { ErasureRepository } from './erase/erasure.repository.js';
import { ErasureHands, TenantEraser } from './erase/tenant-eraser.service.js';
import { TokenGroups } from './group/token-groups.js';
import { TenantDecisions } from './orders/tenant-decisions.service.js';
import { TenantOrders } from './orders/tenant-orders.service.js';
import type { KeyRoom, KeyRoomParts } from './vault-test-keys.js';
import type { Fingerprints } from './keys/fingerprints.js';
import { CardKeys } from './keys/card-keys.js';
import { PaymentPulse } from './open/payment-pulse.js';
import { StoredAccounts } from './seal/stored-accounts.js';
import { LineStores, LineWorker } from './transfer/line-worker.js';
import { JobPlace, TokenJobRunner } from './transfer/token-job-runner.js';
import { TokenJobRepository } from './transfer/token-job.repository.js';
import { TokenJobs } from './transfer/token-jobs.service.js';
import type { AuditLog } from './audit/audit-log.js';
import { CardReencryption, ReencryptionPlace, ReencryptionStores } from './reencrypt/card-reencryption.service.js';
import { TokenChanges } from './lifecycle/token-changes.js';
import { TokenDesk } from './lifecycle/token-desk.service.js';
import { TokenTrail } from './lifecycle/token-trail.js';
import { TokenRepository } from './lifecycle/token.repository.js';
import type { CardRepository } from './token/card.repository.js';
import type { PanOpener } from './token/pan-opener.js';
import type { TenantDataKeys } from './token/tenant-data-keys.js';

/** Everything about tokens. */
export interface TokenRoom {
  readonly desk: TokenDesk;
  readonly trail: TokenTrail;
  readonly changes: TokenChanges;
  readonly decisions: TenantDecisions;
  readonly eraser: TenantEraser;
  readonly signer: CertificateSigner;
  readonly jobs: TokenJobs;
  readonly runner: TokenJobRunner;
  readonly pulse: PaymentPulse;
  readonly reencryption: CardReencryption;
  readonly panOpener: PanOpener;
  /** The audit of this node. */
  readonly seals: AuditLog;
}

/** What a test gives to its tokens. */
export interface TokenRoomParts extends KeyRoomParts {
  readonly keys: KeyRoom;
  readonly cards: CardRepository;
  readonly dataKeys: TenantDataKeys;
  readonly panOpener: PanOpener;
  readonly fingerprints: Fingerprints;
  readonly pulse: PaymentPulse;
}

/** Life of tokens of a vault without its HTTP doors. */
export function openTokenRoom(p: TokenRoomParts): TokenRoom {
  const { transactions, centre, audit, clock, hsm, dataKeys, pulse } = p;
  const { book, inventory } = p.keys;
  const tokens = new TokenRepository();
  const signer = new CertificateSigner(hsm, book);
  const erasures = new ErasureRepository(centre, transactions);
  const eraser = new TenantEraser(erasures, new ErasureHands(inventory, book, dataKeys, signer), audit, clock);
  const jobRows = new TokenJobRepository(centre);
  const jobs = new TokenJobs(transactions, jobRows, book, audit, clock);
  const accounts = new StoredAccounts(transactions, p.cards, audit, clock);
  const stores = new LineStores(transactions, jobRows, p.cards, accounts, p.panOpener);
  const cardKeys = new CardKeys(dataKeys, p.fingerprints, p.keys.ring);
  const worker = new LineWorker(hsm, stores, cardKeys, clock);
  const runner = new TokenJobRunner(transactions, jobRows, worker, new JobPlace(clock, pulse, p.logger));
  const oldCards = new ReencryptionStores(centre, transactions, p.cards, p.panOpener, dataKeys);
  const place = new ReencryptionPlace(clock, pulse, p.logger);
  const reencryption = new CardReencryption(oldCards, audit, place);
  const orders = new TenantOrders(book, centre, audit, clock);
  return {
    desk: new TokenDesk(transactions, tokens, audit, clock),
    trail: new TokenTrail(transactions, tokens, audit),
    decisions: new TenantDecisions(orders, erasures, eraser, new TokenGroups(centre), jobs),
    eraser,
    signer,
    jobs,
    runner,
    pulse,
    reencryption,
    panOpener: p.panOpener,
    seals: audit,
    changes: new TokenChanges(centre, transactions, tokens, clock),
  };
}
