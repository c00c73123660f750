import pg from 'pg';
import { round } from './percentile.js';

/** What a stretch of work cost the database. */
export interface DatabaseCosts {
  readonly statements: number;
  readonly queueStatements: number;
  readonly commits: number;
  readonly walBytes: number;
}

interface Counters extends DatabaseCosts {
  readonly lsn: string;
}

/** Counters of one database: statements by pg_stat_statements, commits by pg_stat_database, WAL by its position. */
export class DatabaseMeter {
  private constructor(
    private readonly client: pg.Client,
    private readonly before: Counters,
  ) {}

  static async start(url: string): Promise<DatabaseMeter> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new DatabaseMeter(client, await readCounters(client));
  }

  /** Costs since the start, per payment. The meter is closed by it. */
  async perPayment(payments: number): Promise<Record<keyof DatabaseCosts, number>> {
    // Backends report their counts to the statistics after at most a second.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const after = await readCounters(this.client);
    const { rows } = await this.client.query<{ bytes: string }>('select pg_wal_lsn_diff($1, $2)::text as bytes', [
      after.lsn,
      this.before.lsn,
    ]);
    await this.client.end();
    const per = (total: number) => round(total / payments);
    return {
      statements: per(after.statements - this.before.statements),
      queueStatements: per(after.queueStatements - this.before.queueStatements),
      commits: per(after.commits - this.before.commits),
      walBytes: Math.round(Number(rows[0]?.bytes ?? 0) / payments),
    };
  }
}

/** Where the database's own time went since it began to count; statement texts hold parameters only as `$1`. */
export async function costliestStatements(url: string, limit = 12): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(
    `select left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as query, calls::int, round(total_exec_time)::int as exec_ms,
            round(total_plan_time)::int as plan_ms, round((mean_exec_time)::numeric, 3)::float as mean_ms
       from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())
      order by total_exec_time + total_plan_time desc limit $1`,
    [limit],
  );
  await client.end();
  return rows;
}

/** Make the server count statements. It must be started again before it does. @returns false when it does already */
export async function wantStatementCounts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ value: string }>(`select current_setting('shared_preload_libraries') as value`);
  const isCounting = rows[0]?.value.includes('pg_stat_statements') === true;
  if (!isCounting) await client.query(`alter system set shared_preload_libraries = 'pg_stat_statements'`);
  await client.end();
  return !isCounting;
}

/** Wait until the restarted server counts. @throws Error it does not within a minute */
export async function untilCounting(url: string): Promise<void> {
  for (let round = 0; round < 240; round += 1) {
    try {
      if (!(await wantStatementCounts(url))) return;
    } catch {
      // it is still starting: the next look tells
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error('the database does not count statements after its restart');
}

async function readCounters(client: pg.Client): Promise<Counters> {
  await client.query('create extension if not exists pg_stat_statements');
  const { rows } = await client.query<Record<string, string>>(
    `select coalesce(sum(calls), 0)::text as statements,
            coalesce(sum(calls) filter (where query ~* 'bullmq|job'), 0)::text as queue,
            (select xact_commit from pg_stat_database where datname = current_database())::text as commits,
            pg_current_wal_lsn()::text as lsn
       from pg_stat_statements where dbid = (select oid from pg_database where datname = current_database())`,
  );
  const row = rows[0]!;
  const [statements, queueStatements, commits] = [row['statements'], row['queue'], row['commits']].map(Number) as [
    number,
    number,
    number,
  ];
  return { statements, queueStatements, commits, walBytes: 0, lsn: row['lsn']! };
}
