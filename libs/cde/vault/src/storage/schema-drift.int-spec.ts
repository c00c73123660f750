import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { AuditEntity } from './audit.entity.js';
import { AuditProgressEntity } from './audit-progress.entity.js';
import { AuditSliceEntity } from './audit-slice.entity.js';
import { CardEntity } from './card.entity.js';
import { CustodianOrderEntity } from './custodian-order.entity.js';
import { CustodianEntity } from './custodian.entity.js';
import { DeviceEntity } from './device.entity.js';
import { DeviceCounterEntity } from './device-counter.entity.js';
import { KeyCeremonyEntity } from './key-ceremony.entity.js';
import { KeyComponentEntity } from './key-component.entity.js';
import { KeyIndexEntity } from './key-index.entity.js';
import { KeyOrderEntity } from './key-order.entity.js';
import { KeyRecordEntity } from './key-record.entity.js';
import { KsnUseEntity } from './ksn-use.entity.js';
import { NetworkTokenEntity } from './network-token.entity.js';
import { TenantErasureEntity } from './tenant-erasure.entity.js';
import { TenantOrderEntity } from './tenant-order.entity.js';
import { TokenJobEntity } from './token-job.entity.js';
import { TokenJobLineEntity } from './token-job-line.entity.js';
import { TokenGroupMemberEntity } from './token-group-member.entity.js';
import { TokenChangeEntity } from './token-change.entity.js';
import { TenantDataKeyEntity } from './tenant-data-key.entity.js';

const ENTITIES = [
  AuditEntity,
  AuditProgressEntity,
  AuditSliceEntity,
  CardEntity,
  CustodianEntity,
  CustodianOrderEntity,
  DeviceEntity,
  DeviceCounterEntity,
  KeyCeremonyEntity,
  KeyComponentEntity,
  KeyIndexEntity,
  KeyOrderEntity,
  KeyRecordEntity,
  KsnUseEntity,
  NetworkTokenEntity,
  TenantDataKeyEntity,
  TenantErasureEntity,
  TenantOrderEntity,
  TokenChangeEntity,
  TokenGroupMemberEntity,
  TokenJobEntity,
  TokenJobLineEntity,
];

let db: TestDatabase;
beforeAll(async () => void (db = await testDatabase()), 60_000);
afterAll(() => db.drop());

it(
  'the entities of the vault are what the migrations made, to the last check and index',
  { timeout: 60_000 },
  async () => {
    expect(await schemaDrift(db, 'vault', ENTITIES)).toEqual([]);
  },
);
