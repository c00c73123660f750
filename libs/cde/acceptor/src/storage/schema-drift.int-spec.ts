import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { HqMessageEntity } from './hq-message.entity.js';
import { HqCutOverEntity, HqReconciliationEntity, HqTotalEntity } from './hq-totals.entity.js';

const ENTITIES = [HqMessageEntity, HqTotalEntity, HqReconciliationEntity, HqCutOverEntity];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

it('the entities of the lines that come in are what the migrations made', { timeout: 60_000 }, async () => {
  expect(await schemaDrift(db, 'switch', ENTITIES)).toEqual([]);
});
