import { Injectable } from '@nestjs/common';
import { Centre, sql, type Tx } from '@tsunagu/platform';

/** A file of cards. `filling`: lines are coming; `running`: lines are worked on; `done`: each line has its code. */
export interface TokenJob {
  readonly id: string;
  readonly kind: 'import' | 'export';
  readonly keyId: string;
  readonly state: 'filling' | 'running' | 'done';
  readonly requestId: string;
}

/** What became of a line. Codes are stable. */
export type LineCode = 'created' | 'found' | 'exported' | 'card_data_invalid' | 'token_missing' | 'token_revoked';

/** A line as it came or as it goes. */
export interface JobLine {
  readonly line: number;
  readonly reference: string;
  readonly card: Buffer | null;
  readonly tokenId: string | null;
  readonly code: LineCode | null;
}

const INSERT = sql(
  'vault_job_insert',
  `insert into vault.token_job (tenant_id, id, kind, key_id, state, request_id, created_at) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, id) do nothing returning id`,
);
const READ = sql(
  'vault_job_read',
  `select id, kind, key_id as "keyId", state, request_id as "requestId" from vault.token_job where tenant_id = $1 and id = $2`,
);
/** Waits for a start that is under way: no line slips in behind it. */
const LOCK = sql('vault_job_lock', `select state from vault.token_job where tenant_id = $1 and id = $2 for update`);
const ADD = sql(
  'vault_job_add',
  `insert into vault.token_job_line (tenant_id, job_id, line, reference, card)
   select $1, $2, l.line, l.reference, l.card from unnest($3::int[], $4::text[], $5::bytea[]) as l (line, reference, card)
   on conflict (tenant_id, job_id, line) do nothing`,
);
const ADD_ALL = sql(
  'vault_job_add_all',
  `insert into vault.token_job_line (tenant_id, job_id, line, reference, token_id)
   select $1, $2, row_number() over (order by token_id), 'tok:' || token_id, token_id from vault.card
   where tenant_id = $1 and state = 'active' and uses = 'multi' on conflict (tenant_id, job_id, line) do nothing`,
);
const START = sql(
  'vault_job_start',
  `update vault.token_job set state = 'running' where tenant_id = $1 and id = $2 and state = 'filling' returning id`,
);
const FINISH = sql(
  'vault_job_finish',
  `update vault.token_job set state = 'done', finished_at = $3 where tenant_id = $1 and id = $2 and state = 'running'
     and not exists (select from vault.token_job_line where tenant_id = $1 and job_id = $2 and code is null) returning id`,
);
const WAITING = sql(
  'vault_job_waiting',
  `select line, reference, card, token_id as "tokenId", code from vault.token_job_line
   where tenant_id = $1 and job_id = $2 and code is null order by line limit $3`,
);
const SETTLE = sql(
  'vault_job_settle',
  `update vault.token_job_line set code = $4, token_id = coalesce($5, token_id), card = $6
   where tenant_id = $1 and job_id = $2 and line = $3 and code is null returning line`,
);
const RESULTS = sql(
  'vault_job_results',
  `select line, reference, card, token_id as "tokenId", code from vault.token_job_line
   where tenant_id = $1 and job_id = $2 and line > $3 order by line limit $4`,
);
const COUNTS = sql(
  'vault_job_counts',
  `select coalesce(code, 'waiting') as code, count(*)::int as count from vault.token_job_line where tenant_id = $1 and job_id = $2 group by 1 order by 1`,
);
const DUE = sql('vault_jobs_due', 'select tenant_id as "tenantId", id from vault.token_jobs_due($1)');

/** Rows of jobs and of their lines. */
@Injectable()
export class TokenJobRepository {
  constructor(private readonly centre: Centre) {}

  /** @returns false when it is there already */
  async insert(tx: Tx, job: TokenJob, at: Date): Promise<boolean> {
    const values = [tx.tenantId, job.id, job.kind, job.keyId, job.state, job.requestId, at];
    return (await tx.query(INSERT, values)).length === 1;
  }

  async read(tx: Tx, id: string): Promise<TokenJob | undefined> {
    return (await tx.query<TokenJob>(READ, [tx.tenantId, id]))[0];
  }

  async lockedState(tx: Tx, id: string): Promise<TokenJob['state'] | undefined> {
    return (await tx.query<Pick<TokenJob, 'state'>>(LOCK, [tx.tenantId, id]))[0]?.state;
  }

  /** Lines that are there already stay as they are. */
  add(tx: Tx, id: string, lines: readonly Pick<JobLine, 'line' | 'reference' | 'card'>[]): void {
    const columns = [lines.map((l) => l.line), lines.map((l) => l.reference), lines.map((l) => l.card)];
    tx.send(ADD, [tx.tenantId, id, ...columns]);
  }

  /** A line for each active token of the tenant. */
  addAll(tx: Tx, id: string): void {
    tx.send(ADD_ALL, [tx.tenantId, id]);
  }

  start(tx: Tx, id: string): void {
    tx.send(START, [tx.tenantId, id]);
  }

  /** @returns false while a line waits, or when it is done already */
  async finish(tx: Tx, id: string, at: Date): Promise<boolean> {
    return (await tx.query(FINISH, [tx.tenantId, id, at])).length === 1;
  }

  waiting(tx: Tx, id: string, most: number): Promise<JobLine[]> {
    return tx.query<JobLine>(WAITING, [tx.tenantId, id, most]);
  }

  /** Give a line its code, once. @returns false when another vault did */
  async settle(tx: Tx, id: string, done: Pick<JobLine, 'line' | 'code' | 'tokenId' | 'card'>): Promise<boolean> {
    const { line, code, tokenId, card } = done;
    return (await tx.query(SETTLE, [tx.tenantId, id, line, code, tokenId, card])).length === 1;
  }

  results(tx: Tx, id: string, after: number, most: number): Promise<JobLine[]> {
    return tx.query<JobLine>(RESULTS, [tx.tenantId, id, after, most]);
  }

  async counts(tx: Tx, id: string): Promise<Record<string, number>> {
    const rows = await tx.query<{ code: string; count: number }>(COUNTS, [tx.tenantId, id]);
    return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
  }

  due(most: number): Promise<{ tenantId: string; id: string }[]> {
    return this.centre.query(DUE, [most]);
  }
}
