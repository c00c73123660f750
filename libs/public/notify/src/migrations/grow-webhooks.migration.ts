import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A former secret that still signs, what the receiver answered, and events that belong to no payment. Additive; safe while the previous
 * release is running: it writes rows without the new columns, and reads none that lack the old.
 */
export class GrowWebhooks1795000003010 implements MigrationInterface {
  readonly name = 'GrowWebhooks1795000003010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.webhook_endpoint
        add column former_secret bytea, add column former_until timestamptz,
        add constraint webhook_endpoint_former check ((former_secret is null) = (former_until is null));
      alter table gateway.webhook_delivery
        add column last_at timestamptz,
        add column last_reply text constraint webhook_delivery_reply_length check (length(last_reply) <= 1024);
      alter table gateway.event alter column store_id drop not null, alter column payment_id drop not null, alter column sequence drop not null;
      alter table gateway.event add constraint event_of_a_payment_or_not
        check ((payment_id is null) = (sequence is null) and (payment_id is null) = (store_id is null));
      comment on column gateway.webhook_delivery.last_reply is 'Start of the receiver''s last answer: untrusted text, card numbers hidden, shown to the owner escaped'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      delete from gateway.webhook_delivery d using gateway.event e
        where e.tenant_id = d.tenant_id and e.id = d.event_id and e.payment_id is null;
      delete from gateway.event where payment_id is null;
      alter table gateway.event drop constraint event_of_a_payment_or_not;
      alter table gateway.event alter column store_id set not null, alter column payment_id set not null, alter column sequence set not null;
      alter table gateway.webhook_delivery drop column last_at, drop column last_reply;
      alter table gateway.webhook_endpoint drop constraint webhook_endpoint_former, drop column former_secret, drop column former_until`);
  }
}
