import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { AuditEntryEntity } from './audit-entry.entity.js';
import { EventEntity } from './event.entity.js';
import { WebhookDeliveryEntity } from './webhook-delivery.entity.js';
import { WebhookEndpointEntity } from './webhook-endpoint.entity.js';

const ENTITIES = [AuditEntryEntity, EventEntity, WebhookDeliveryEntity, WebhookEndpointEntity];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

it(
  'the entities of webhooks are what the migrations made, to the last check and index',
  { timeout: 60_000 },
  async () => {
    expect(await schemaDrift(db, 'gateway', ENTITIES)).toEqual([]);
  },
);
