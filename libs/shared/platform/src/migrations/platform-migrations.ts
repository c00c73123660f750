import type { Migration } from '../database/migration.js';
import { CreatePartitionFunction1795000000003 } from './create-partition-function.migration.js';
import { CreateRoles1795000000001 } from './create-roles.migration.js';
import { CreateSchemas1795000000002 } from './create-schemas.migration.js';
import { KeepPartitionsAhead1795000000004 } from './keep-partitions-ahead.migration.js';

/** Roles, schemas, grants and the partition function: run before every other lib's migrations. */
export const platformMigrations: readonly Migration[] = [
  CreateRoles1795000000001,
  CreateSchemas1795000000002,
  CreatePartitionFunction1795000000003,
  KeepPartitionsAhead1795000000004,
];
