import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { auditRoutes, declaredRoutes } from './access/route-audit.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { AttemptsController } from './attempts/attempts.controller.js';
import { AuditEventsController } from './audit-events/audit-events.controller.js';
import { DccController } from './dcc/dcc.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { PublishedDocument } from './docs/published-document.js';
import { EventsController } from './events/events.controller.js';
import { CurrencyCheck } from './payments/currency-check.js';
import { ContinueController } from './payments/continue.controller.js';
import { MovementsController } from './payments/movements.controller.js';
import { SignatureController } from './payments/signature.controller.js';
import { VoiceApprovalsController } from './payments/voice-approvals.controller.js';
import { PageCursor } from './lists/page-cursor.js';
import { PaymentStreamController } from './payments/payment-stream.controller.js';
import { PaymentStreams } from './payments/payment-streams.js';
import { PaymentWaits } from './payments/payment-waits.js';
import { PaymentsController } from './payments/payments.controller.js';
import { PaymentPlansController } from './payment-plans/payment-plans.controller.js';
import { ProblemFilter } from './problem/problem.filter.js';
import { ReportsController } from './reports/reports.controller.js';
import { TestClocksController } from './sandbox/test-clocks.controller.js';
import { TestDeskController } from './sandbox/test-desk.controller.js';
import { TestEventsController } from './sandbox/test-events.controller.js';
import { TestTerminalsController } from './sandbox/test-terminals.controller.js';
import { TerminalsController } from './terminals/terminals.controller.js';
import { ReceiptsController } from './receipts/receipts.controller.js';
import { requestPipe } from './validation/request.pipe.js';
import { TokenExportsController } from './token-files/token-exports.controller.js';
import { TokenFileDesk } from './token-files/token-file-desk.js';
import { TokenImportsController } from './token-files/token-imports.controller.js';
import { TokensController } from './tokens/tokens.controller.js';
import { WebhookDeliveriesController } from './webhook-endpoints/webhook-deliveries.controller.js';
import { WebhookEndpointsController } from './webhook-endpoints/webhook-endpoints.controller.js';

/** Every controller of the public port; the access matrix and the documentation are made from this list. */
export const CONTROLLERS = [
  PaymentsController,
  PaymentStreamController,
  MovementsController,
  ContinueController,
  VoiceApprovalsController,
  SignatureController,
  DccController,
  ReportsController,
  ReceiptsController,
  PaymentPlansController,
  AttemptsController,
  TerminalsController,
  TokensController,
  TokenImportsController,
  TokenExportsController,
  EventsController,
  WebhookEndpointsController,
  WebhookDeliveriesController,
  ApiKeysController,
  AuditEventsController,
  TestTerminalsController,
  TestDeskController,
  TestEventsController,
  TestClocksController,
  DocsController,
];

/** The public routes and what every request passes through. Whoever imports it provides keys, limits and the payment ports. */
@Module({
  controllers: CONTROLLERS,
  providers: [
    PageCursor,
    TokenFileDesk,
    PaymentWaits,
    PaymentStreams,
    CurrencyCheck,
    PublishedDocument,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useFactory: requestPipe },
  ],
})
export class ApiRoutesModule implements OnModuleInit {
  /** Deny by default: a route without a declared permission stops the start-up. */
  onModuleInit(): void {
    auditRoutes(declaredRoutes(CONTROLLERS));
  }
}
