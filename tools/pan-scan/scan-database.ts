import pg from 'pg';
import type { ScanReport } from './scan-report.js';

/** The one place where numbers belong: encrypted, in the vault's schema. Its bytes are left out, everything else is read. */
const EXEMPT = new Set(['vault.card.pan_cipher']);
const ROWS_PER_FETCH = 2000;

interface ColumnRow {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

/** Every database of a server. @param url a login that sees all rows of all of them */
export async function scanDatabases(report: ScanReport, url: string): Promise<void> {
  for (const name of await databasesOf(url)) {
    const database = new URL(url);
    database.pathname = `/${encodeURIComponent(name)}`;
    await scanDatabase(report, database.href);
  }
}

async function databasesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ datname: string }>(
    'select datname from pg_database where datallowconn and not datistemplate',
  );
  await client.end();
  return rows.map((row) => row.datname);
}

/** Reads every column of every table of every schema that is not PostgreSQL's own, as bytes or as text. */
export async function scanDatabase(report: ScanReport, url: string, database = 'database'): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin transaction isolation level repeatable read read only');
    for (const column of await columnsOf(client)) {
      const name = `${column.schema}.${column.table}.${column.column}`;
      if (!EXEMPT.has(name)) await scanColumn(report, client, column, database);
    }
    await client.query('rollback');
  } finally {
    await client.end();
  }
}

async function columnsOf(client: pg.Client): Promise<ColumnRow[]> {
  const { rows } = await client.query<ColumnRow>(
    `select n.nspname as schema, c.relname as table, a.attname as column, a.atttypid::regtype::text as type
       from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      where c.relkind in ('r', 'm') and a.attnum > 0 and not a.attisdropped
        and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname not like 'pg_toast%'
      order by 1, 2, a.attnum`,
  );
  return rows;
}

async function scanColumn(report: ScanReport, client: pg.Client, column: ColumnRow, medium: string): Promise<void> {
  const [schema, table, name] = [column.schema, column.table, column.column].map((part) => pg.escapeIdentifier(part));
  const value = column.type === 'bytea' ? name : `${name}::text`;
  const owner = column.schema === 'bullmq' ? 'queue' : medium;
  const place = `${column.schema}.${column.table}.${column.column}`;
  await client.query(
    `declare pan_scan no scroll cursor for select ${value} as value from ${schema}.${table} where ${name} is not null`,
  );
  for (;;) {
    const { rows } = await client.query<{ value: string | Buffer }>(`fetch ${ROWS_PER_FETCH} from pan_scan`);
    for (const row of rows) report.value(owner, place, Buffer.isBuffer(row.value) ? row.value : Buffer.from(row.value));
    if (rows.length < ROWS_PER_FETCH) break;
  }
  await client.query('close pan_scan');
}
