import type { Tx } from './transactions.js';

/** Something that happened to a payment, as merchants will hear of it. */
export interface DomainEvent {
  /** Row id (UUIDv7 of `occurredAt`); the webhook's id is made from it and never changes over retries. */
  readonly id: string;
  /** As in the event catalogue, e.g. `payment.captured`. */
  readonly type: string;
  readonly tenantId: string;
  readonly storeId: string;
  readonly paymentId: string;
  /** Gap-free per payment, first is 1. */
  readonly sequence: number;
  readonly requestId: string;
  readonly occurredAt: Date;
  /** Wire snapshot of the object. */
  readonly object: unknown;
  /** Former values of what changed, wire names; null for the first event. */
  readonly previous: Record<string, unknown> | null;
}

/** Where features report events. The app binds it to `public/notify`. */
export abstract class EventSink {
  /** Write the event and its deliveries within the caller's transaction; nothing is awaited, commit tells. */
  abstract record(tx: Tx, event: DomainEvent): void;
}
