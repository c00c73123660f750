export { TillClient, NoAnswerError, type CallOptions, type Purchase, type TillOptions } from './till/till-client.js';
export {
  UnfinishedError,
  isSettled,
  type Movement,
  type Outcome,
  type Resumed,
  type WhyUnknown,
} from './till/outcome.js';
export { TsunaguProblem } from './transport/problem.js';
export { systemClock, type TillClock } from './transport/till-clock.js';
export type { Patience } from './transport/patience.js';
export type { OnRetry } from './transport/transport.js';
export type { Intent, IntentAction, Journal } from './journal/journal.js';
export { MemoryJournal } from './journal/memory-journal.js';
export { StorageJournal, type KeyValueStore } from './journal/storage-journal.js';
export type { Continuation, CurrencyChoice, DccOffer, Receipt, ReceiptQuestion } from './wire/steps.js';
export type {
  AttemptAnswer,
  CardPresent,
  Money,
  NextAction,
  Payment,
  PaymentPlan,
  PaymentPlanChoice,
  PinBlock,
  PlanQuestion,
  Refund,
} from './wire/types.js';
