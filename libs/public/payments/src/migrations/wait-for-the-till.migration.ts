import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * How a card was shown, what a payment waits for, and the holder's choice of currency. Additive; safe while the previous release is
 * running: it writes none of these, and a payment without them is one that waits for nothing.
 */
export class WaitForTheTill1795000002002 implements MigrationInterface {
  readonly name = 'WaitForTheTill1795000002002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.payment
        ADD COLUMN presentment jsonb,
        ADD COLUMN action jsonb,
        ADD COLUMN held_sad text,
        ADD COLUMN held_account text,
        ADD COLUMN dcc jsonb,
        ADD COLUMN approval_source varchar(8) NOT NULL DEFAULT 'issuer'
          CONSTRAINT payment_approval_source CHECK (approval_source IN ('issuer', 'voice')),
        ADD COLUMN expires_at timestamptz,
        ADD CONSTRAINT payment_waits_for_action CHECK ((status = 'requires_action') = (action IS NOT NULL)),
        ADD CONSTRAINT payment_held_only_while_waiting CHECK (
          status = 'requires_action' OR (held_sad IS NULL AND held_account IS NULL)),
        ADD CONSTRAINT payment_held_parts CHECK (held_sad LIKE 'sad.%' AND held_account LIKE 'account.%'),
        DROP CONSTRAINT payment_card_is_display_only,
        ADD CONSTRAINT payment_card_is_display_only CHECK (
          card - ARRAY['brand', 'bin6', 'last4', 'expMonth', 'expYear', 'funding', 'country', 'issuerName', 'currency'] = '{}'::jsonb
          AND length(card ->> 'bin6') <= 6 AND length(card ->> 'last4') <= 4);
      CREATE INDEX payment_expires ON gateway.payment (expires_at) WHERE expires_at IS NOT NULL;
      COMMENT ON COLUMN gateway.payment.presentment IS 'How the card was shown: verification, fallback, application, and EMV tags that are no secrets';
      COMMENT ON COLUMN gateway.payment.held_sad IS 'Sealed sensitive data of a purchase that is not sent yet; unreadable after minutes, erased when the till has answered';
      COMMENT ON COLUMN gateway.payment.held_account IS 'Sealed account of the same purchase';
      COMMENT ON COLUMN gateway.payment.expires_at IS 'When the required action, or the authorization, ends by itself';
      ALTER TABLE gateway.attempt
        ADD COLUMN extra jsonb,
        DROP CONSTRAINT attempt_kind,
        ADD CONSTRAINT attempt_kind CHECK (kind IN ('auth', 'sale', 'increase', 'capture', 'void', 'refund'))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.attempt
        DROP CONSTRAINT attempt_kind,
        ADD CONSTRAINT attempt_kind CHECK (kind IN ('auth', 'sale', 'capture', 'void', 'refund')),
        DROP COLUMN extra;
      DROP INDEX gateway.payment_expires;
      ALTER TABLE gateway.payment
        DROP CONSTRAINT payment_card_is_display_only,
        ADD CONSTRAINT payment_card_is_display_only CHECK (
          card - ARRAY['brand', 'bin6', 'last4', 'expMonth', 'expYear', 'funding', 'country', 'issuerName'] = '{}'::jsonb
          AND length(card ->> 'bin6') <= 6 AND length(card ->> 'last4') <= 4),
        DROP CONSTRAINT payment_held_parts,
        DROP CONSTRAINT payment_held_only_while_waiting,
        DROP CONSTRAINT payment_waits_for_action,
        DROP COLUMN expires_at, DROP COLUMN approval_source, DROP COLUMN dcc,
        DROP COLUMN held_account, DROP COLUMN held_sad, DROP COLUMN action, DROP COLUMN presentment`);
  }
}
