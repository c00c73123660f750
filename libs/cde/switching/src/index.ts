export { advance, type JournalEvent, type JournalState } from './attempt/journal-state.js';
export { Desks, Envelopes, SwitchingLog, type Desk, type SwitchLine } from './desk.js';
export { IdentityTakenError, Journal } from './journal/journal.js';
export type {
  AttemptKey,
  JournalEntry,
  JournalMove,
  JournalRecord,
  LeaseRef,
  SafClaim,
  SafDraft,
  SafEnd,
  SafItem,
  WireAnswer,
  WireIdentity,
} from './journal/journal.js';
export { SafWorker } from './store-and-forward/saf-worker.js';
export { SwitchingService } from './switching.service.js';
export type { SwitchingPorts } from './switching.js';
