import { Injectable } from '@nestjs/common';
import type { LinePage, PageAsked, TokenJobKind } from '@tsunagu/contracts';
import { Centre, sql, type Tx } from '@tsunagu/platform';

/** A file of cards. `requested`: an export without its custodians; `filling`: lines are coming; `running`: lines are worked on; `done`: each line has its code. */
export interface TokenJob {
  readonly id: string;
  readonly kind: TokenJobKind;
  readonly keyId: string;
  readonly state: 'requested' | 'filling' | 'running' | 'done';
  /** The merchant's own name of it. */
  readonly reference: string | null;
  /** Decision of the custodians who began an export. */
  readonly orderId: string | null;
  readonly requestId: string;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
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
  `insert into vault.token_job (tenant_id, id, kind, key_id, state, request_id, created_at, client_reference, order_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning id`,
);
const COLUMNS = `id, kind, key_id as "keyId", state, client_reference as reference, order_id as "orderId", request_id as "requestId",
  created_at as "createdAt", finished_at as "finishedAt"`;
const READ = sql('vault_job_read', `select ${COLUMNS} from vault.token_job where tenant_id = $1 and id = $2`);
const BY_REFERENCE = sql(
  'vault_job_by_reference',
  `select ${COLUMNS} from vault.token_job where tenant_id = $1 and client_reference = $2`,
);
const BY_ORDER = sql(
  'vault_job_by_order',
  `select ${COLUMNS} from vault.token_job where tenant_id = $1 and order_id = $2`,
);
/** Two signatures that arrive twice begin one job: held until commit. */
const LOCK_ORDER = sql(
  'vault_job_lock_order',
  `select pg_advisory_xact_lock(hashtextextended('token-job|' || $1::text, 0))`,
);
/** The oldest request that this decision is about. */
const TAKE_REQUESTED = sql(
  'vault_job_take_requested',
  `update vault.token_job set state = 'running', order_id = $3 where tenant_id = $1 and id = (
     select id from vault.token_job where tenant_id = $1 and kind = 'export' and state = 'requested' and key_id = $2
     order by id limit 1) returning ${COLUMNS}`,
);
const LIST = sql(
  'vault_job_list',
  `select ${COLUMNS} from vault.token_job where tenant_id = $1 and kind = $2 and ($3::uuid is null or id < $3) order by id desc limit $4`,
);
const LIST_AFTER = sql(
  'vault_job_list_after',
  `select ${COLUMNS} from vault.token_job where tenant_id = $1 and kind = $2 and id > $3 order by id limit $4`,
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
const RESULTS_BEFORE = sql(
  'vault_job_results_before',
  `select line, reference, card, token_id as "tokenId", code from vault.token_job_line
   where tenant_id = $1 and job_id = $2 and line < $3 order by line desc limit $4`,
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

  /** @returns false when its id, its reference or its decision has a job already */
  async insert(tx: Tx, job: TokenJob): Promise<boolean> {
    const { id, kind, keyId, state, requestId, createdAt, reference, orderId } = job;
    const values = [tx.tenantId, id, kind, keyId, state, requestId, createdAt, reference, orderId];
    return (await tx.query(INSERT, values)).length === 1;
  }

  async read(tx: Tx, id: string): Promise<TokenJob | undefined> {
    return (await tx.query<TokenJob>(READ, [tx.tenantId, id]))[0];
  }

  async byReference(tx: Tx, reference: string): Promise<TokenJob | undefined> {
    return (await tx.query<TokenJob>(BY_REFERENCE, [tx.tenantId, reference]))[0];
  }

  /** Job of a decision; whoever else asks for it meanwhile waits for the end of this transaction. */
  async lockedByOrder(tx: Tx, orderId: string): Promise<TokenJob | undefined> {
    tx.send(LOCK_ORDER, [orderId]);
    return (await tx.query<TokenJob>(BY_ORDER, [tx.tenantId, orderId]))[0];
  }

  /** Let the decision of the custodians begin what the merchant asked for. @returns undefined: nobody asked */
  async takeRequested(tx: Tx, keyId: string, orderId: string): Promise<TokenJob | undefined> {
    return (await tx.query<TokenJob>(TAKE_REQUESTED, [tx.tenantId, keyId, orderId]))[0];
  }

  /** One more than asked for, when there are more; newest first, or oldest first with `afterId`. */
  list(tx: Tx, kind: TokenJobKind, { limit, beforeId, afterId }: PageAsked): Promise<TokenJob[]> {
    if (afterId !== undefined) return tx.query<TokenJob>(LIST_AFTER, [tx.tenantId, kind, afterId, limit + 1]);
    return tx.query<TokenJob>(LIST, [tx.tenantId, kind, beforeId ?? null, limit + 1]);
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

  /** One more than asked for, when there are more; last line first with `before`. */
  results(tx: Tx, id: string, { limit, after, before }: LinePage): Promise<JobLine[]> {
    if (before !== undefined) return tx.query<JobLine>(RESULTS_BEFORE, [tx.tenantId, id, before, limit + 1]);
    return tx.query<JobLine>(RESULTS, [tx.tenantId, id, after ?? 0, limit + 1]);
  }

  async counts(tx: Tx, id: string): Promise<Record<string, number>> {
    const rows = await tx.query<{ code: string; count: number }>(COUNTS, [tx.tenantId, id]);
    return Object.fromEntries(rows.map(({ code, count }) => [code, count]));
  }

  due(most: number): Promise<{ tenantId: string; id: string }[]> {
    return this.centre.query(DUE, [most]);
  }
}
