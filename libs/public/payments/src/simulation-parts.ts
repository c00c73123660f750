/** The same classes run in the deterministic simulation with a store, a wire and a clock of its own. */
export { LEASE } from './attempt/attempt-timers.js';
export { advanceAttempt } from './attempt/attempt-state.js';
export type { Posting } from './books/posting.js';
export type { Change } from './change-draft.js';
export { CurrencyChoicesService } from './conversion/currency-choices.service.js';
export type { CurrencyChoice, CurrencyOffer } from './conversion/currency-offer.js';
export { OfferBook } from './conversion/offer-book.js';
export { ClaimLease } from './dispatch/claim-lease.js';
export { ClaimService } from './dispatch/claim.service.js';
export { FollowUp } from './follow-up.js';
export { OutcomeService } from './outcome/outcome.service.js';
export { PaymentActionsService } from './payment-actions.service.js';
export { PaymentGate } from './payment-gate.js';
export { AttemptBell, PaymentOrigin } from './payment-ports.js';
export type { Attempt, Payment, PaymentRecord, Refund } from './payment-record.js';
export { ContinueService } from './presentment/continue.service.js';
export { viewOf } from './queries/payment-view.js';
export { GiveUpService } from './reversal/give-up.service.js';
export { PaymentStore } from './store/payment-store.js';
export type {
  ChangeResult,
  ClaimedAttempt,
  Decide,
  DueAttempt,
  DueQuery,
  ExpiredPayment,
  Intake,
  StoredIntent,
  StoredReference,
} from './store/payment-store.js';
export { VoiceApprovalService } from './voice/voice-approval.service.js';
export { WorkerLeases, type LeaseRenewal } from './store/worker-leases.js';
