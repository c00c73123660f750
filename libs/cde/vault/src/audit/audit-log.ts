import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';

/** What is written down of one key operation. Ids and counters, never a value from a card. */
export interface AuditEntry {
  readonly tenantId: string;
  readonly operation: 'open' | 'seal_account' | 'enrol_device';
  readonly result: string;
  readonly requestId: string;
  readonly terminalId?: string | null;
  readonly deviceId?: string | null;
  readonly initialKeyId?: string | null;
  readonly counter?: number | null;
  readonly tokenId?: string | null;
}

const INSERT = sql(
  'vault_audit_insert',
  `insert into vault.audit (tenant_id, id, at, operation, result, request_id, terminal_id, device_id, initial_key_id, counter, token_id)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
);

/** Audit of the vault: append-only, written in the transaction whose commit comes before the answer. */
@Injectable()
export class AuditLog {
  constructor(private readonly clock: Clock) {}

  /** Put the entry on the wire of the transaction; if it cannot be written, the commit fails and nothing is answered. */
  record(tx: Tx, entry: AuditEntry): void {
    const at = this.clock.now();
    const { tenantId, operation, result, requestId } = entry;
    const whose = [entry.terminalId, entry.deviceId, entry.initialKeyId, entry.counter, entry.tokenId];
    tx.send(INSERT, [tenantId, newId(at), at, operation, result, requestId, ...whose.map((one) => one ?? null)]);
  }
}
