import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { CardDeclineEntity } from './card-decline.entity.js';
import { JournalEntity } from './journal.entity.js';
import { LinkLeaseEntity } from './link-lease.entity.js';
import { SafEntity } from './saf.entity.js';
import { StanCounterEntity } from './stan-counter.entity.js';
import { WireIdentityEntity } from './wire-identity.entity.js';

const ENTITIES = [CardDeclineEntity, JournalEntity, LinkLeaseEntity, SafEntity, StanCounterEntity, WireIdentityEntity];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

it(
  'the entities of the switch are what the migrations made, to the last check and index',
  { timeout: 60_000 },
  async () => {
    expect(await schemaDrift(db, 'switch', ENTITIES)).toEqual([]);
  },
);
