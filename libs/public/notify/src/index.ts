export { AuditTrail, type AuditFilter, type AuditView } from './audit/audit-trail.service.js';
export { DeliveryLog, type DeliveryView, type Replay } from './delivery/delivery-log.service.js';
export { TestEvents } from './delivery/test-events.service.js';
export { WebhookDeliverer } from './delivery/webhook-deliverer.service.js';
export { UrlNotAllowedError } from './endpoints/url-guard.js';
export {
  WebhookEndpoints,
  type EndpointOrder,
  type EndpointSet,
  type ShownEndpoint,
  type WebhookEndpoint,
} from './endpoints/webhook-endpoints.service.js';
export { EventLog, type EventFilter, type EventPage, type EventView } from './events/event-log.service.js';
export { EVENT_API_VERSION } from './events/event-body.js';
export { TenantEvents } from './events/tenant-events.service.js';
export { EventWriter } from './events/event-writer.service.js';
export { notifyMigrations } from './migrations/notify-migrations.js';
export { NotifyDeliveryModule, NotifyWriterModule } from './notify.module.js';
