import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { Rounds } from '@tsunagu/platform';
import { AuditAnchor } from './audit-anchor.js';
import {
  AUDIT_START,
  AuditChainRepository,
  SLICE_ROWS_MAX,
  sliceData,
  sliceEntry,
  type AuditSlice,
  type StoredAuditRow,
} from './audit-chain.repository.js';
import { AuditSeal } from './audit-seal.js';
import { AuditWatch } from './audit-watch.js';

/** How long a row may lie outside of the chain; it is durable and sealed before that. */
const EVERY_MS = 5_000;
/** How often the heads leave the database. @source security-reliability.md D5: hourly at least */
const ANCHOR_MS = 10 * 60_000;
const TENANTS_PAGE = 200;
const NO_SLICE = Buffer.alloc(32);

/**
 * Chains the audit in the background: every few seconds the new rows of each tenant become slices, each with the MAC of the
 * one before. Writers never wait for it, and two vaults may do it at once: the first one's slice stays.
 */
@Injectable()
export class AuditChainer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.#round(),
    failed: (error) => this.watch.failed(error),
  });
  #anchorDueMs = 0;

  constructor(
    private readonly chain: AuditChainRepository,
    private readonly seal: AuditSeal,
    private readonly anchor: AuditAnchor,
    private readonly clock: Clock,
    private readonly watch: AuditWatch,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    await this.anchor.write();
  }

  /** Chain everything that is final now. @returns rows that this call chained */
  async chainAll(): Promise<number> {
    const below = await this.chain.finalBelow();
    let rows = 0;
    let after: string | null = null;
    for (;;) {
      const tenants: string[] = await this.chain.due(below, after, TENANTS_PAGE);
      for (const tenantId of tenants) rows += await this.#chainTenant(tenantId, below);
      if (tenants.length < TENANTS_PAGE) break;
      after = tenants[tenants.length - 1]!;
    }
    await this.chain.noteProgress(below);
    this.watch.chained(rows);
    return rows;
  }

  async #round(): Promise<void> {
    await this.chainAll();
    if (this.clock.monotonicMs() < this.#anchorDueMs) return;
    await this.anchor.write();
    this.#anchorDueMs = this.clock.monotonicMs() + ANCHOR_MS;
  }

  async #chainTenant(tenantId: string, below: string): Promise<number> {
    let chained = 0;
    for (;;) {
      const last = await this.chain.lastSlice(tenantId);
      const rows = await this.chain.rows(tenantId, last?.until ?? AUDIT_START, below);
      if (rows.length === 0) return chained;
      const slice = await this.#sliceOf(tenantId, last, rows);
      const isOurs = await this.chain.insert(slice, this.clock.now());
      if (!isOurs) continue; // another vault chained these rows: begin again behind its slice
      this.anchor.note({ tenantId, seq: slice.seq, mac: slice.mac.toString('hex') });
      chained += rows.length;
      if (rows.length < SLICE_ROWS_MAX) return chained;
    }
  }

  async #sliceOf(tenantId: string, last: AuditSlice | undefined, rows: readonly StoredAuditRow[]): Promise<AuditSlice> {
    for (const version of new Set(rows.map(({ sealVersion }) => sealVersion))) await this.seal.learn(version);
    for (const { row, mac, sealVersion } of rows) {
      const isOurs = this.seal.knows(sealVersion) && this.seal.ofRow(row, sealVersion).equals(mac);
      if (!isOurs) this.watch.fault('forged', { tenantId, auditId: row.id });
    }
    const { xact, id } = rows[rows.length - 1]!;
    const slice = {
      tenantId,
      seq: (last?.seq ?? 0) + 1,
      from: last?.until ?? AUDIT_START,
      until: { xact, id },
      entries: Buffer.concat(rows.map(sliceEntry)),
      sealVersion: this.seal.version,
    };
    const mac = await this.seal.ofSlice(sliceData(slice, last?.mac ?? NO_SLICE), slice.sealVersion);
    return { ...slice, mac };
  }
}
