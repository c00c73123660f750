import { Injectable } from '@nestjs/common';
import { newId } from '@tsunagu/kernel';
import { AuditSink, sql, type AuditActor, type AuditEntry, type Tx } from '@tsunagu/platform';

const INSERT = sql(
  'audit_entry_insert',
  `insert into gateway.audit_entry (tenant_id, id, at, operation, object_id, actor_key, request_id, before, after)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
/** What a process does by itself has no request. */
const OWN_ACCORD = 'house';

/** Writes who changed what, in the transaction of the change: neither exists without the other. Nobody can change or delete an entry. */
@Injectable()
export class AuditWriter extends AuditSink {
  record(tx: Tx, { credentialId, requestId }: AuditActor, entry: AuditEntry): void {
    const { at, operation, objectId, before, after } = entry;
    const states = [before, after].map((state) => (state === null ? null : JSON.stringify(state)));
    const who = [credentialId ?? null, requestId ?? OWN_ACCORD];
    tx.send(INSERT, [tx.tenantId, newId(at), at, operation, objectId, ...who, ...states]);
  }
}
