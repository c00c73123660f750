import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral } from 'typeorm';
import type { TestDatabase } from './database.js';

/** Words of PostgreSQL that an entity cannot say: where a partitioned index stands, how nulls compare, storage parameters. */
const UNSAYABLE = / ONLY(?= )| NULLS NOT DISTINCT| WITH \([^)]*\)/g;

/** The mapper takes casts off what it reads and not off what it wants, so it never finds these equal: the second look does. */
const CAST_DEFAULT = /ALTER COLUMN "\w+" SET DEFAULT .*::/;

type Entities = readonly EntityTarget<ObjectLiteral>[];

/**
 * What differs between entities and the migrated schema, one sentence each; empty = nothing. Two looks: what the mapper would
 * change in the migrated database, and what an empty database becomes when it is made from the entities. The mapper compares
 * checks by name only, so the second look compares what PostgreSQL made of each check, key and index. Partitions are not
 * entities: nobody asks for them.
 */
export async function schemaDrift(db: TestDatabase, schema: string, entities: Entities): Promise<string[]> {
  const { changes, tables } = await wouldChange(db.adminUrl, entities);
  const scratch = `drift_${process.pid}_${randomBytes(4).toString('hex')}`;
  await asAdmin(db.adminUrl, (admin) => admin.query(`CREATE DATABASE ${scratch}`));
  try {
    const scratchUrl = new URL(db.adminUrl);
    scratchUrl.pathname = `/${scratch}`;
    await make(scratchUrl.href, schema, entities);
    const [migrated, made] = [await definitions(db.adminUrl, tables), await definitions(scratchUrl.href, tables)];
    return [
      ...changes,
      ...onlyIn(migrated, made, 'only in the migrations'),
      ...onlyIn(made, migrated, 'only in the entities'),
    ];
  } finally {
    await asAdmin(db.adminUrl, (admin) => admin.query(`DROP DATABASE ${scratch} WITH (FORCE)`));
  }
}

async function wouldChange(url: string, entities: Entities): Promise<{ changes: string[]; tables: string[] }> {
  return withMapper(url, entities, async (source) => {
    const { upQueries } = await source.driver.createSchemaBuilder().log();
    const tables = source.entityMetadatas.map(({ tablePath }) => tablePath);
    const changes = upQueries.map(({ query }) => query).filter((query) => !CAST_DEFAULT.test(query));
    return { changes: changes.map((query) => `the mapper would run: ${query}`), tables };
  });
}

async function make(url: string, schema: string, entities: Entities): Promise<void> {
  await asAdmin(url, (admin) => admin.query(`CREATE SCHEMA ${schema}`));
  await withMapper(url, entities, (source) => source.synchronize());
}

async function withMapper<T>(url: string, entities: Entities, work: (source: DataSource) => Promise<T>): Promise<T> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [...entities] as never[],
    installExtensions: false,
  });
  await source.initialize();
  try {
    return await work(source);
  } finally {
    await source.destroy();
  }
}

/** Every constraint, index and default of these tables in PostgreSQL's own words, less those that the mapper does not have. */
async function definitions(url: string, tables: readonly string[]): Promise<Set<string>> {
  const { rows } = await asAdmin(url, (admin) =>
    admin.query<{ line: string }>(
      `SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) AS line FROM pg_constraint
        WHERE conrelid = ANY ($1::regclass[]) AND contype IN ('p', 'u', 'c', 'f')
       UNION ALL
       SELECT indrelid::regclass || ' ' || pg_get_indexdef(indexrelid) FROM pg_index
        WHERE indrelid = ANY ($1::regclass[])
       UNION ALL
       SELECT adrelid::regclass || ' ' || attname || ' default ' || pg_get_expr(adbin, adrelid)
         FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = ANY ($1::regclass[])`,
      [tables],
    ),
  );
  // a mapper has no columns that an index only carries: they count as its last ones
  const plain = (line: string) => line.replace(UNSAYABLE, '').replace(') INCLUDE (', ', ');
  return new Set(rows.map(({ line }) => plain(line).replace(/'(\d+)'::bigint/, '$1')));
}

function onlyIn(one: ReadonlySet<string>, other: ReadonlySet<string>, where: string): string[] {
  return [...one].filter((line) => !other.has(line)).map((line) => `${where}: ${line}`);
}

async function asAdmin<T>(url: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
