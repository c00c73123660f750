export { advance, type JournalEvent, type JournalState } from './attempt/journal-state.js';
export { RETRY_LIMIT } from './attempt/outcome.js';
export { Desks, Envelopes, SwitchingLog, type Desk, type Routed, type SwitchLine } from './desk.js';
export { IdentityTakenError, Journal } from './journal/journal.js';
export type {
  AttemptKey,
  JournalEntry,
  JournalMove,
  JournalRecord,
  LateYes,
  LeaseRef,
  SafClaim,
  SafDraft,
  SafEnd,
  SafItem,
  WireAnswer,
  WireIdentity,
} from './journal/journal.js';
export { CardFingerprints, NegativeList, type NegativeStream } from './negative-list/negative-list.js';
export { SafDesk, type SafLine, type SafName } from './store-and-forward/saf-desk.js';
export { RulingDesk } from './store-and-forward/ruling-desk.js';
export { SafWorker } from './store-and-forward/saf-worker.js';
export { SwitchingService } from './switching.service.js';
export type { SwitchingPorts } from './switching.js';
export { LinkElsewhereError } from './lease/link-elsewhere-error.js';
export { LinkLease, type LeaseNode } from './lease/link-lease.js';
export { switchMigrations } from './migrations/switch-migrations.js';
export { PostgresJournal } from './postgres/postgres-journal.js';
export { PostgresStanBlocks } from './postgres/postgres-stan-blocks.js';
export { DetailSource } from './reconciliation/difference-cases.js';
export type {
  CaseClosing,
  DifferenceCase,
  DifferenceItem,
  PeerTransaction,
} from './reconciliation/difference-cases.js';
export { reconciliationParts, type ReconciliationParts } from './reconciliation/reconciliation-parts.js';
export type { ReconciliationKey, Run } from './reconciliation/reconciliation-books.js';
export { Reconciler } from './reconciliation/reconciler.js';
