import { Module, type Provider } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { AppConfig, LaneBell, Metrics } from '@tsunagu/platform';
import { ClaimLease } from './dispatch/claim-lease.js';
import { ClaimService } from './dispatch/claim.service.js';
import { CurrencyChoices } from './conversion/conversion-api.js';
import { ConversionMargins } from './conversion-margin/conversion-margins.js';
import { PgConversionMargins } from './conversion-margin/pg-conversion-margins.js';
import { CurrencyChoicesService } from './conversion/currency-choices.service.js';
import { OfferBook, PgOfferBook } from './conversion/offer-book.js';
import { DispatchService } from './dispatch/dispatch.service.js';
import { SweeperService } from './dispatch/sweeper.service.js';
import { ExpiryService } from './expiry/expiry.service.js';
import { FollowUp } from './follow-up.js';
import { IntakeService } from './intake/intake.service.js';
import { OutcomeService } from './outcome/outcome.service.js';
import { PaymentActionsService } from './payment-actions.service.js';
import {
  PaymentActions,
  PaymentContinuations,
  PaymentIntake,
  PaymentQueries,
  PlanQuotes,
  TerminalRules,
  VoiceApprovals,
} from './payment-api.js';
import { ContinueService } from './presentment/continue.service.js';
import { TerminalRulesService } from './presentment/terminal-rules.service.js';
import { PlanQuotesService } from './plans/plan-quotes.service.js';
import { PaymentGate } from './payment-gate.js';
import { AttemptBell, PaymentOrigin } from './payment-ports.js';
import { PaymentWaiters } from './queries/payment-waiters.js';
import { PgPaymentQueries } from './queries/pg-payment-queries.js';
import { ResolutionDesk } from './resolution/resolution-desk.service.js';
import { ResolutionParts, ResolutionService } from './resolution/resolution.service.js';
import { GiveUpService } from './reversal/give-up.service.js';
import { WatchService } from './reversal/watch.service.js';
import { PaymentStore } from './store/payment-store.js';
import { PgPaymentStore } from './store/pg-payment-store.js';
import { PgWorkerLeases } from './store/pg-worker-leases.js';
import { PaymentSignatures } from './signature/signature-api.js';
import { PgPaymentSignatures } from './signature/pg-payment-signatures.js';
import { PgTestClocks } from './test-clock/pg-test-clocks.js';
import { TestClocks } from './test-clock/test-clocks.js';
import { VoiceApprovalService } from './voice/voice-approval.service.js';
import { WorkerLeases } from './store/worker-leases.js';

/** What both processes need. The app adds `EventSink` (and `MerchantDirectory` for the api) by a global module. */
const COMMON: Provider[] = [
  { provide: PaymentStore, useClass: PgPaymentStore },
  { provide: AttemptBell, useExisting: LaneBell },
  FollowUp,
];

/** Payments for the process that answers tills: it accepts, acts and reads, and cannot consume. */
@Module({
  providers: [
    ...COMMON,
    {
      provide: PaymentOrigin,
      useFactory: (clock: Clock, config: AppConfig) => new PaymentOrigin(clock, config.nodeName),
      inject: [Clock, AppConfig],
    },
    PaymentGate,
    GiveUpService,
    ResolutionDesk,
    PaymentWaiters,
    { provide: PaymentIntake, useClass: IntakeService },
    { provide: PaymentActions, useClass: PaymentActionsService },
    { provide: PaymentContinuations, useClass: ContinueService },
    { provide: TerminalRules, useClass: TerminalRulesService },
    { provide: PaymentQueries, useClass: PgPaymentQueries },
    { provide: VoiceApprovals, useClass: VoiceApprovalService },
    { provide: PaymentSignatures, useClass: PgPaymentSignatures },
    { provide: PlanQuotes, useClass: PlanQuotesService },
    { provide: OfferBook, useClass: PgOfferBook },
    { provide: ConversionMargins, useClass: PgConversionMargins },
    { provide: CurrencyChoices, useClass: CurrencyChoicesService },
    { provide: TestClocks, useClass: PgTestClocks },
  ],
  exports: [
    PaymentIntake,
    PaymentActions,
    PaymentContinuations,
    PaymentQueries,
    TerminalRules,
    PlanQuotes,
    VoiceApprovals,
    ConversionMargins,
    CurrencyChoices,
    PaymentSignatures,
    TestClocks,
    ResolutionDesk,
  ],
})
export class PaymentsApiModule {}

/** Payments for the process that works the lanes: dispatch, outcome, sweeper and watch. */
@Module({
  providers: [
    ...COMMON,
    { provide: WorkerLeases, useClass: PgWorkerLeases },
    {
      provide: ClaimLease,
      useFactory: (leases: WorkerLeases, config: AppConfig, clock: Clock, metrics: Metrics) =>
        new ClaimLease(leases, config.nodeName, clock, metrics),
      inject: [WorkerLeases, AppConfig, Clock, Metrics],
    },
    ClaimService,
    OutcomeService,
    DispatchService,
    SweeperService,
    WatchService,
    ExpiryService,
    ResolutionParts,
    ResolutionService,
  ],
  exports: [ClaimLease, DispatchService, SweeperService, WatchService, ExpiryService, ResolutionService, PaymentStore],
})
export class PaymentsWorkerModule {}
