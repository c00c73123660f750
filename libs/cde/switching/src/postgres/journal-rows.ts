import type { SealedAccount } from '@tsunagu/contracts';
import type { WireOrder } from '@tsunagu/links';
import type { Storable } from '@tsunagu/platform';
import type { JournalState } from '../attempt/journal-state.js';
import type { JournalEntry, JournalRecord, SafClaim, SafDraft, SafKind } from '../journal/journal.js';

export interface JournalRow {
  readonly tenant_id: string;
  readonly attempt_id: string;
  readonly state: JournalState;
  readonly reason: string | null;
  readonly request: WireOrder | null;
  readonly original_attempt_id: string | null;
  readonly link: string | null;
  readonly mti: string | null;
  readonly stan: string | null;
  readonly rrn: string | null;
  readonly local_time: string | null;
  readonly fence: string;
  readonly sealed_account: SealedAccount | null;
  readonly action_code: string | null;
  readonly approval_code: string | null;
  readonly approved_minor: string | null;
  readonly emv_response: string | null;
  readonly issuer_message: string | null;
  readonly domestic_code: string | null;
  readonly late_approval: boolean;
  readonly business_date: string | null;
  readonly reversal_date: string | null;
  readonly presumed: boolean;
  readonly opened_at: Date;
}

export interface ClaimRow {
  readonly tenant_id: string;
  readonly attempt_id: string;
  readonly kind: SafKind;
  readonly terminal: string;
  readonly stan: string | null;
  readonly place: string;
}

export interface SafRow {
  readonly kind: SafKind;
  readonly link: string;
  readonly terminal: string;
  readonly reason_code: string;
  readonly stan: string;
  readonly tries: number;
  readonly sends: number;
  readonly queued_at: Date;
}

export function recordOf(row: JournalRow): JournalRecord {
  return {
    tenantId: row.tenant_id,
    attemptId: row.attempt_id,
    state: row.state,
    reason: row.reason,
    order: row.request,
    originalAttemptId: row.original_attempt_id,
    wire: wireOf(row),
    fence: Number(row.fence),
    sealedAccount: row.sealed_account,
    openedAt: row.opened_at,
    actionCode: row.action_code,
    approvalCode: row.approval_code,
    approvedMinor: row.approved_minor === null ? null : Number(row.approved_minor),
    emvResponse: row.emv_response,
    issuerMessage: row.issuer_message,
    domesticCode: row.domestic_code,
    isLateApproval: row.late_approval,
    businessDate: row.business_date,
    reversalDate: row.reversal_date,
    isPresumed: row.presumed,
  };
}

function wireOf({ link, mti, stan, rrn, local_time: localTime }: JournalRow): JournalRecord['wire'] {
  if (link === null || mti === null || stan === null || rrn === null || localTime === null) return null;
  return { link, mti, stan, rrn, localTime };
}

/** Oldest first: an UPDATE gives its rows back in any order. */
export function claimsOf(rows: readonly ClaimRow[]): SafClaim[] {
  return [...rows]
    .sort((a, b) => Number(a.place) - Number(b.place))
    .map(({ tenant_id: tenantId, attempt_id: attemptId, kind, terminal, stan }) => ({
      tenantId,
      attemptId,
      kind,
      terminal,
      stan,
    }));
}

/** Values of the OPEN statement, $1 to $17. */
export function entryValues(entry: JournalEntry, terminal: string | null): Storable[] {
  const { order } = entry;
  return [
    entry.tenantId,
    entry.attemptId,
    entry.state,
    entry.reason,
    order === null ? null : JSON.stringify(order),
    entry.originalAttemptId,
    ...wireValues(entry.wire),
    terminal,
    order?.amountMinor ?? null,
    order?.currency ?? null,
    entry.fence,
    entry.sealedAccount,
    entry.openedAt,
  ];
}

function wireValues(wire: JournalEntry['wire']): (string | null)[] {
  return wire === null ? [null, null, null, null, null] : [wire.link, wire.mti, wire.stan, wire.rrn, wire.localTime];
}

/** Values of an SAF draft at the end of a statement; all null when there is none. */
export function draftValues(saf: SafDraft | undefined): Storable[] {
  return [saf?.kind ?? null, saf?.link ?? null, saf?.terminal ?? null, saf?.reasonCode ?? null, saf?.stan ?? null];
}
