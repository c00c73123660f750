import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';
import { rowValues, type AuditRow } from './audit-row.js';
import { AuditSeal } from './audit-seal.js';

/** What can be written down. Words are never given another meaning; the verifier does not need to know them. */
export type AuditOperation =
  | 'open'
  | 'take'
  | 'add_pin'
  | 'seal_account'
  | 'reveal'
  | 'token_update'
  | 'token_revoke'
  | 'token_network'
  | 'token_trail'
  | 'token_reencrypt'
  | 'token_export'
  | 'token_job'
  | 'tenant_order'
  | 'tenant_approval'
  | 'tenant_erasure'
  | 'enrol_device'
  | 'device_state'
  | 'key_born'
  | 'key_component'
  | 'key_import'
  | 'key_order'
  | 'key_approval'
  | 'key_state'
  | 'key_export'
  | 'key_shredded'
  | 'key_cryptoperiod'
  | 'key_rotation'
  | 'custodian';

/** What is written down of one operation. Ids, counters and words, never a value from a card or a key. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly operation: AuditOperation;
  readonly result: string;
  readonly requestId: string;
  readonly terminalId?: string | null;
  readonly deviceId?: string | null;
  readonly initialKeyId?: string | null;
  readonly counter?: number | null;
  readonly tokenId?: string | null;
  readonly keyId?: string | null;
  /** Custodian or process that acted. */
  readonly actor?: string | null;
  /** Before and after, check values, reasons; flat and masked. */
  readonly facts?: Readonly<Record<string, string | number | null>> | null;
}

const INSERT = sql(
  'vault_audit_insert',
  `insert into vault.audit (tenant_id, id, at, operation, result, request_id, terminal_id, device_id, initial_key_id, counter, token_id,
     key_id, actor, facts, seal_version, mac)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
);

/** Audit of the vault: append-only, sealed row by row, written in the transaction whose commit comes before the answer. */
@Injectable()
export class AuditLog {
  constructor(
    private readonly clock: Clock,
    private readonly seal: AuditSeal,
  ) {}

  /** Put the entry on the wire of the transaction; if it cannot be written, the commit fails and nothing is answered. */
  record(tx: Tx, entry: AuditEntry): void {
    const at = this.clock.now();
    const row: AuditRow = {
      tenantId: entry.tenantId,
      id: newId(at),
      at,
      operation: entry.operation,
      result: entry.result,
      requestId: entry.requestId,
      terminalId: entry.terminalId ?? null,
      deviceId: entry.deviceId ?? null,
      initialKeyId: entry.initialKeyId ?? null,
      counter: entry.counter ?? null,
      tokenId: entry.tokenId ?? null,
      keyId: entry.keyId ?? null,
      actor: entry.actor ?? null,
      facts: entry.facts === undefined || entry.facts === null ? null : JSON.stringify(entry.facts),
    };
    tx.send(INSERT, [...rowValues(row), this.seal.version, this.seal.ofRow(row)]);
  }
}
