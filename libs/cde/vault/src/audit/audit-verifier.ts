import { Injectable } from '@nestjs/common';
import { AuditAnchor } from './audit-anchor.js';
import {
  AUDIT_START,
  AuditChainRepository,
  SLICE_ROWS_MAX,
  readEntries,
  sliceData,
  type AuditSlice,
  type StoredAuditRow,
} from './audit-chain.repository.js';
import { AuditSeal } from './audit-seal.js';

/**
 * What is wrong with a row or a slice.
 * `edited` its content is not what was sealed; `deleted` it was chained and is gone; `inserted` it lies where none was chained;
 * `moved` it was chained elsewhere; `forged` not sealed by a vault; `slice_missing`, `slice_changed` the chain itself;
 * `truncated` the chain ends before the head that was anchored outside of the database.
 */
export type AuditFaultKind =
  'edited' | 'deleted' | 'inserted' | 'moved' | 'forged' | 'slice_missing' | 'slice_changed' | 'truncated';

/** The first bad row of a tenant. */
export interface AuditFault {
  readonly kind: AuditFaultKind;
  /** Row, where one is to blame; null for a fault of the chain itself. */
  readonly auditId: string | null;
  /** Slice in which it was found; one more than the last for rows behind the chain. */
  readonly seq: number;
}

/** Result for one tenant. */
export interface AuditVerdict {
  readonly tenantId: string;
  readonly slices: number;
  readonly rows: number;
  /** Sealed and durable, not yet in a slice. */
  readonly unchained: number;
  readonly fault: AuditFault | null;
}

const SLICES_PAGE = 50;
const NO_SLICE = Buffer.alloc(32);
const LAST_XACT = '9223372036854775807';

/** Proves the audit of one tenant, or names the first row that is not what was written. */
@Injectable()
export class AuditVerifier {
  constructor(
    private readonly chain: AuditChainRepository,
    private readonly seal: AuditSeal,
    private readonly anchor: AuditAnchor,
  ) {}

  /** @throws HsmError, DatabaseError */
  async verify(tenantId: string): Promise<AuditVerdict> {
    const state = { tenantId, slices: 0, rows: 0, unchained: 0 };
    const chainedBelow = BigInt(await this.chain.chainedBelow()); // read first: the chainer goes on while we look
    let before: AuditSlice | undefined;
    for (;;) {
      const page = await this.chain.slices(tenantId, state.slices + 1, SLICES_PAGE);
      for (const slice of page) {
        const fault = await this.#checkSlice(before, slice);
        if (fault !== null) return { ...state, fault };
        state.slices += 1;
        state.rows += slice.entries.length / 32;
        before = slice;
      }
      if (page.length < SLICES_PAGE) break;
    }
    const cut = await this.#checkHead(tenantId, before);
    if (cut !== null) return { ...state, fault: cut };
    const tail = await this.#checkTail(tenantId, before, chainedBelow);
    return { ...state, ...tail };
  }

  async #checkSlice(before: AuditSlice | undefined, slice: AuditSlice): Promise<AuditFault | null> {
    const seq = (before?.seq ?? 0) + 1;
    if (slice.seq !== seq) return { kind: 'slice_missing', auditId: null, seq };
    if (!(await this.seal.learn(slice.sealVersion))) return { kind: 'slice_changed', auditId: null, seq };
    const mac = await this.seal.ofSlice(sliceData(slice, before?.mac ?? NO_SLICE), slice.sealVersion);
    const from = before?.until ?? AUDIT_START;
    const isLinked = slice.from.xact === from.xact && slice.from.id === from.id;
    if (!isLinked || !mac.equals(slice.mac)) return { kind: 'slice_changed', auditId: null, seq };
    const below = (BigInt(slice.until.xact) + 1n).toString();
    const rows = (await this.#allRows(slice, below)).filter((row) => !isBehind(row, slice));
    return this.#compare(slice, rows);
  }

  /** A slice has at most a page of rows; inserted ones may make it more. */
  async #allRows({ tenantId, from }: AuditSlice, below: string): Promise<StoredAuditRow[]> {
    const rows: StoredAuditRow[] = [];
    for (let after = from; ; after = rows[rows.length - 1]!) {
      const page = await this.#known(await this.chain.rows(tenantId, after, below));
      rows.push(...page);
      if (page.length < SLICE_ROWS_MAX) return rows;
    }
  }

  #compare({ entries, seq }: AuditSlice, rows: readonly StoredAuditRow[]): AuditFault | null {
    const chained = readEntries(entries);
    const stored = new Set(rows.map(({ id }) => id));
    const known = new Set(chained.map(({ id }) => id));
    for (let i = 0; i < Math.max(chained.length, rows.length); i += 1) {
      const [entry, row] = [chained[i], rows[i]];
      if (entry !== undefined && !stored.has(entry.id)) return { kind: 'deleted', auditId: entry.id, seq };
      if (row !== undefined && !known.has(row.id)) return { kind: 'inserted', auditId: row.id, seq };
      const kind = this.#compareRow(entry, row);
      if (kind !== null) return { kind, auditId: row?.id ?? null, seq };
    }
    return null;
  }

  #compareRow(entry: { id: string; mac: Buffer } | undefined, row: StoredAuditRow | undefined): AuditFaultKind | null {
    if (row === undefined || entry?.id !== row.id) return 'moved';
    return row.mac.equals(entry.mac) && this.#isSealed(row) ? null : 'edited';
  }

  /** A chain that ends before the head which left the database was cut off. */
  async #checkHead(tenantId: string, last: AuditSlice | undefined): Promise<AuditFault | null> {
    const head = (await this.anchor.heads()).get(tenantId);
    if (head === undefined) return null;
    if (head.seq > (last?.seq ?? 0)) return { kind: 'truncated', auditId: null, seq: (last?.seq ?? 0) + 1 };
    const [anchored] = await this.chain.slices(tenantId, head.seq, 1);
    const isSame = anchored?.mac.toString('hex') === head.mac;
    return isSame ? null : { kind: 'slice_changed', auditId: null, seq: head.seq };
  }

  /** Rows behind the last slice: sealed by a vault, and too young to be chained. */
  async #checkTail(
    tenantId: string,
    last: AuditSlice | undefined,
    chainedBelow: bigint,
  ): Promise<{ unchained: number; fault: AuditFault | null }> {
    const seq = (last?.seq ?? 0) + 1;
    let unchained = 0;
    for (let after = last?.until ?? AUDIT_START; ;) {
      const rows = await this.#known(await this.chain.rows(tenantId, after, LAST_XACT));
      for (const row of rows) {
        if (!this.#isSealed(row)) return { unchained, fault: { kind: 'forged', auditId: row.id, seq } };
        if (BigInt(row.xact) < chainedBelow) return { unchained, fault: { kind: 'inserted', auditId: row.id, seq } };
        unchained += 1;
      }
      if (rows.length < SLICE_ROWS_MAX) return { unchained, fault: null };
      after = rows[rows.length - 1]!;
    }
  }

  /** Another vault may seal with a newer key since a moment ago. */
  async #known(rows: StoredAuditRow[]): Promise<StoredAuditRow[]> {
    for (const version of new Set(rows.map(({ sealVersion }) => sealVersion))) await this.seal.learn(version);
    return rows;
  }

  #isSealed({ row, sealVersion, mac }: StoredAuditRow): boolean {
    return this.seal.knows(sealVersion) && this.seal.ofRow(row, sealVersion).equals(mac);
  }
}

function isBehind(row: StoredAuditRow, { until }: AuditSlice): boolean {
  return row.xact === until.xact && row.id > until.id;
}
