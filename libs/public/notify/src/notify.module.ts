import { Global, Module } from '@nestjs/common';
import { AuditSink, EventSink } from '@tsunagu/platform';
import { AuditTrail } from './audit/audit-trail.service.js';
import { AuditWriter } from './audit/audit-writer.service.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { DeliveryLog } from './delivery/delivery-log.service.js';
import { TestEvents } from './delivery/test-events.service.js';
import { WebhookDeliverer } from './delivery/webhook-deliverer.service.js';
import { WebhookEndpoints } from './endpoints/webhook-endpoints.service.js';
import { EventLog } from './events/event-log.service.js';
import { TenantEvents } from './events/tenant-events.service.js';
import { EventWriter } from './events/event-writer.service.js';

/** Events are written and read again: api and worker. Global, because every feature reports events. */
@Global()
@Module({
  providers: [
    EventWriter,
    { provide: EventSink, useExisting: EventWriter },
    { provide: AuditSink, useClass: AuditWriter },
    AuditTrail,
    EventLog,
    TenantEvents,
    WebhookEndpoints,
    DeliveryLog,
    TestEvents,
  ],
  exports: [AuditSink, AuditTrail, EventSink, EventLog, TenantEvents, WebhookEndpoints, DeliveryLog, TestEvents],
})
export class NotifyWriterModule {}

/** Webhooks are sent: worker only. */
@Module({ providers: [DeliveryRepository, WebhookDeliverer], exports: [WebhookDeliverer] })
export class NotifyDeliveryModule {}
