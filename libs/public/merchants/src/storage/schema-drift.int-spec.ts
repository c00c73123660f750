import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { StoreEntity } from './store.entity.js';
import { TenantEntity } from './tenant.entity.js';
import { TerminalEntity } from './terminal.entity.js';

const ENTITIES = [ApiKeyEntity, StoreEntity, TenantEntity, TerminalEntity];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

it(
  'the entities of merchants are what the migrations made, to the last check and index',
  { timeout: 60_000 },
  async () => {
    expect(await schemaDrift(db, 'gateway', ENTITIES)).toEqual([]);
  },
);
