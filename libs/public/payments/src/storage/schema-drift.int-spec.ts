import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { AttemptEntity } from './attempt.entity.js';
import { DccChoiceEntity } from './dcc-choice.entity.js';
import { DccOfferEntity } from './dcc-offer.entity.js';
import { IdempotencyEntity } from './idempotency.entity.js';
import { PaymentReferenceEntity } from './payment-reference.entity.js';
import { PaymentSignatureEntity } from './payment-signature.entity.js';
import { PaymentEntity } from './payment.entity.js';
import { PostingEntity } from './posting.entity.js';
import { RefundEntity } from './refund.entity.js';
import { ResolutionEntity } from './resolution.entity.js';
import { TestClockEntity } from './test-clock.entity.js';
import { WorkerLeaseEntity } from './worker-lease.entity.js';

const ENTITIES = [
  PaymentEntity,
  AttemptEntity,
  RefundEntity,
  PostingEntity,
  PaymentReferenceEntity,
  IdempotencyEntity,
  WorkerLeaseEntity,
  ResolutionEntity,
  DccOfferEntity,
  DccChoiceEntity,
  PaymentSignatureEntity,
  TestClockEntity,
];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

describe('the entities of payments', { timeout: 60_000 }, () => {
  it('are what the migrations made, to the last check and index', async () => {
    expect(await schemaDrift(db, 'gateway', ENTITIES)).toEqual([]);
  });

  it('differ when anything is changed by hand: a column, its width, a check under its old name, an index', async () => {
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    await admin.query(`
      ALTER TABLE gateway.payment ADD COLUMN colour text;
      ALTER TABLE gateway.refund ALTER COLUMN kind TYPE varchar(99);
      ALTER TABLE gateway.posting DROP CONSTRAINT posting_side, ADD CONSTRAINT posting_side CHECK (side IN ('debit', 'credit', 'x'));
      DROP INDEX gateway.refund_by_payment`);
    await admin.end();
    const drift = (await schemaDrift(db, 'gateway', ENTITIES)).join('\n');
    for (const word of [
      'DROP COLUMN "colour"',
      'ADD "kind" character varying(16)',
      'posting_side CHECK',
      'INDEX refund_by_payment',
    ])
      expect(drift).toContain(word);
  });
});
