import { Injectable } from '@nestjs/common';
import { Centre, Transactions, sql } from '@tsunagu/platform';
import { ROW_MAC_BYTES } from './audit-seal.js';
import type { AuditRow } from './audit-row.js';

/** A place in the order of a tenant's rows: by transaction, then by id. */
export interface AuditPosition {
  readonly xact: string;
  readonly id: string;
}

/** Before the first row of a tenant. */
export const AUDIT_START: AuditPosition = { xact: '0', id: '00000000-0000-0000-0000-000000000000' };

/** A row as it lies in the table. */
export interface StoredAuditRow extends AuditPosition {
  readonly row: AuditRow;
  readonly sealVersion: number;
  readonly mac: Buffer;
}

/** A link of the chain: the rows after `from`, up to and with `until`. */
export interface AuditSlice {
  readonly tenantId: string;
  readonly seq: number;
  readonly from: AuditPosition;
  readonly until: AuditPosition;
  /** 32 bytes for each row: its id and its MAC. */
  readonly entries: Buffer;
  readonly sealVersion: number;
  readonly mac: Buffer;
}

const ENTRY_BYTES = 16 + ROW_MAC_BYTES;
/** Rows of one slice, and of one page of a reader. */
export const SLICE_ROWS_MAX = 1000;

const BELOW = sql('vault_audit_below', 'select pg_snapshot_xmin(pg_current_snapshot())::text as below');
const DUE = sql('vault_audit_due', 'select tenant_id from vault.audit_due($1, $2, $3)');
const PROGRESS = sql(
  'vault_audit_progress',
  `update vault.audit_progress set chained_below = $1 where name = 'chain' and chained_below < $1`,
);
const CHAINED_BELOW = sql('vault_audit_chained_below', 'select chained_below::text from vault.audit_progress');
const TENANTS = sql('vault_audit_tenants', 'select tenant_id from vault.audit_tenants($1, $2)');
const ROWS = sql(
  'vault_audit_rows',
  `select tenant_id, id, at, operation, result, request_id, terminal_id, device_id, initial_key_id, counter, token_id, key_id, actor, facts,
     xact::text as position, seal_version, mac from vault.audit
   where tenant_id = $1 and xact >= $2 and (xact, id) > ($2, $3) and xact < $4 order by xact, id limit $5`,
);
const SLICES = sql(
  'vault_audit_slices',
  `select tenant_id, seq, from_xact::text, from_id, until_xact::text, until_id, entries, seal_version, mac from vault.audit_slice
   where tenant_id = $1 and seq >= $2 order by seq limit $3`,
);
const LAST = sql(
  'vault_audit_last_slice',
  `select tenant_id, seq, from_xact::text, from_id, until_xact::text, until_id, entries, seal_version, mac from vault.audit_slice
   where tenant_id = $1 order by seq desc limit 1`,
);
const INSERT = sql(
  'vault_audit_slice_insert',
  `insert into vault.audit_slice (tenant_id, seq, from_xact, from_id, until_xact, until_id, entries, seal_version, mac, chained_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (tenant_id, seq) do nothing returning seq`,
);

interface SliceRow {
  readonly tenant_id: string;
  readonly seq: string;
  readonly from_xact: string;
  readonly from_id: string;
  readonly until_xact: string;
  readonly until_id: string;
  readonly entries: Buffer;
  readonly seal_version: number;
  readonly mac: Buffer;
}

interface RowRow {
  readonly tenant_id: string;
  readonly id: string;
  readonly at: Date;
  readonly operation: string;
  readonly result: string;
  readonly request_id: string;
  readonly terminal_id: string | null;
  readonly device_id: string | null;
  readonly initial_key_id: string | null;
  readonly counter: string | null;
  readonly token_id: string | null;
  readonly key_id: string | null;
  readonly actor: string | null;
  readonly facts: string | null;
  /** `xact` as text; not called so, because `order by` would take the text. */
  readonly position: string;
  readonly seal_version: number;
  readonly mac: Buffer;
}

/** What a slice says of each of its rows. */
export function sliceEntry(row: StoredAuditRow): Buffer {
  return Buffer.concat([Buffer.from(row.id.replaceAll('-', ''), 'hex'), row.mac], ENTRY_BYTES);
}

/** Ids and MACs of a slice, in order. */
export function readEntries(entries: Buffer): { id: string; mac: Buffer }[] {
  return Array.from({ length: entries.length / ENTRY_BYTES }, (_, i) => {
    const hex = entries.toString('hex', i * ENTRY_BYTES, i * ENTRY_BYTES + 16);
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { id, mac: entries.subarray(i * ENTRY_BYTES + 16, (i + 1) * ENTRY_BYTES) };
  });
}

/** What the slice's MAC covers: everything it says, and the MAC of the slice before it. */
export function sliceData(slice: Omit<AuditSlice, 'mac'>, before: Buffer): Buffer {
  const { tenantId, seq, from, until, sealVersion, entries } = slice;
  const head = [tenantId, seq, from.xact, from.id, until.xact, until.id, sealVersion].join('|');
  return Buffer.concat([Buffer.from(`audit slice|${head}|`), before, entries]);
}

/** Rows and slices of the audit, as chainer and verifier read them. */
@Injectable()
export class AuditChainRepository {
  constructor(
    private readonly transactions: Transactions,
    private readonly centre: Centre,
  ) {}

  /** Rows of transactions below this number are final: none of them will ever come again. */
  async finalBelow(): Promise<string> {
    const [row] = await this.centre.query<{ below: string }>(BELOW, []);
    return row!.below;
  }

  async due(below: string, after: string | null, most: number): Promise<string[]> {
    const rows = await this.centre.query<{ tenant_id: string }>(DUE, [below, after, most]);
    return rows.map((row) => row.tenant_id);
  }

  async noteProgress(below: string): Promise<void> {
    await this.centre.query(PROGRESS, [below]);
  }

  async chainedBelow(): Promise<string> {
    const [row] = await this.centre.query<{ chained_below: string }>(CHAINED_BELOW, []);
    return row!.chained_below;
  }

  async tenants(after: string | null, most: number): Promise<string[]> {
    const rows = await this.centre.query<{ tenant_id: string }>(TENANTS, [after, most]);
    return rows.map((row) => row.tenant_id);
  }

  rows(tenantId: string, after: AuditPosition, below: string): Promise<StoredAuditRow[]> {
    const values = [tenantId, after.xact, after.id, below, SLICE_ROWS_MAX];
    return this.transactions.run({ tenantId }, async (tx) => (await tx.query<RowRow>(ROWS, values)).map(storedRow));
  }

  slices(tenantId: string, fromSeq: number, most: number): Promise<AuditSlice[]> {
    const values = [tenantId, fromSeq, most];
    return this.transactions.run({ tenantId }, async (tx) => (await tx.query<SliceRow>(SLICES, values)).map(sliceOf));
  }

  lastSlice(tenantId: string): Promise<AuditSlice | undefined> {
    return this.transactions.run({ tenantId }, async (tx) => {
      const [row] = await tx.query<SliceRow>(LAST, [tenantId]);
      return row === undefined ? undefined : sliceOf(row);
    });
  }

  /** @returns false when another vault has made this slice already */
  insert(slice: AuditSlice, at: Date): Promise<boolean> {
    const { tenantId, seq, from, until, entries, sealVersion, mac } = slice;
    const values = [tenantId, seq, from.xact, from.id, until.xact, until.id, entries, sealVersion, mac, at];
    return this.transactions.run({ tenantId }, async (tx) => (await tx.query(INSERT, values)).length === 1);
  }
}

function sliceOf(row: SliceRow): AuditSlice {
  return {
    tenantId: row.tenant_id,
    seq: Number(row.seq),
    from: { xact: row.from_xact, id: row.from_id },
    until: { xact: row.until_xact, id: row.until_id },
    entries: row.entries,
    sealVersion: row.seal_version,
    mac: row.mac,
  };
}

function storedRow(row: RowRow): StoredAuditRow {
  const { id, at, operation, result, position: xact, mac } = row;
  const whose = { terminalId: row.terminal_id, deviceId: row.device_id, initialKeyId: row.initial_key_id };
  const counter = row.counter === null ? null : Number(row.counter);
  const rest = { tokenId: row.token_id, keyId: row.key_id, actor: row.actor, facts: row.facts };
  const common = { tenantId: row.tenant_id, id, at, operation, result, requestId: row.request_id };
  return { xact, id, row: { ...common, ...whose, counter, ...rest }, sealVersion: row.seal_version, mac };
}
