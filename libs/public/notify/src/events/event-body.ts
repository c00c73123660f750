import { toWireId } from '@tsunagu/kernel';
import type { DomainEvent } from '@tsunagu/platform';

/** Version of the payload; endpoints pin theirs when there is a second one. */
export const EVENT_API_VERSION = '2026-11-01';
export const EVENT_BYTES_MAX = 20_480;

/**
 * The text that is stored, signed and sent; byte for byte the same over all retries.
 * An object too large for an event is left out: `data.object` then has only its id and `truncated: true`.
 * @source reference/api-conventions.md §9
 */
export function eventBody(event: DomainEvent, isLive: boolean): string {
  const text = JSON.stringify(envelopeOf(event, isLive, event.object, event.previous));
  if (Buffer.byteLength(text) <= EVENT_BYTES_MAX) return text;
  return JSON.stringify(envelopeOf(event, isLive, { id: toWireId('pay', event.paymentId), truncated: true }, null));
}

/** Something that happened to a tenant's set-up and not to a payment. */
export interface TenantEvent {
  readonly id: string;
  readonly type: string;
  readonly tenantId: string;
  readonly requestId: string;
  readonly occurredAt: Date;
  readonly object: unknown;
  readonly previous: Record<string, unknown> | null;
}

/** The same envelope; it belongs to no store, and a sequence counts the changes of one payment only. */
export function tenantEventBody(event: TenantEvent, isLive: boolean): string {
  return JSON.stringify(envelopeOf(event, isLive, event.object, event.previous));
}

function envelopeOf(
  event: TenantEvent & Partial<Pick<DomainEvent, 'storeId' | 'sequence'>>,
  isLive: boolean,
  object: unknown,
  previous: unknown,
): Record<string, unknown> {
  return {
    id: toWireId('evt', event.id),
    type: event.type,
    timestamp: event.occurredAt.toISOString(),
    api_version: EVENT_API_VERSION,
    livemode: isLive,
    tenant_id: toWireId('ten', event.tenantId),
    store_id: event.storeId === undefined ? null : toWireId('str', event.storeId),
    sequence: event.sequence ?? null,
    request_id: event.requestId,
    data: { object, previous },
  };
}
