/** Tenant of entries that belong to the centre itself: keys of the house, custodians, ceremonies. */
export const CENTRE_TENANT = '00000000-0000-0000-0000-000000000000';

/** A row of the audit as its MAC sees it. */
export interface AuditRow {
  readonly tenantId: string;
  readonly id: string;
  readonly at: Date;
  readonly operation: string;
  readonly result: string;
  readonly requestId: string;
  readonly terminalId: string | null;
  readonly deviceId: string | null;
  readonly initialKeyId: string | null;
  readonly counter: number | null;
  readonly tokenId: string | null;
  readonly keyId: string | null;
  readonly actor: string | null;
  readonly facts: string | null;
}

/** The columns in the order of the table; what is written is what is sealed. */
export function rowValues(row: AuditRow): (string | number | Date | null)[] {
  const { tenantId, id, at, operation, result, requestId } = row;
  const whose = [row.terminalId, row.deviceId, row.initialKeyId, row.counter, row.tokenId];
  return [tenantId, id, at, operation, result, requestId, ...whose, row.keyId, row.actor, row.facts];
}

/** One text per row, equal when it is written and when it is read back: JSON of its columns. */
export function canonicalRow(row: AuditRow): string {
  return JSON.stringify(rowValues(row));
}
