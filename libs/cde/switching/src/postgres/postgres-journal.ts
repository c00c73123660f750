import { invariant } from '@tsunagu/kernel';
import { UniqueViolationError, type Centre, type Storable, type Transactions, type Tx } from '@tsunagu/platform';
import { advance, sourcesOf } from '../attempt/journal-state.js';
import {
  IdentityTakenError,
  Journal,
  type AttemptKey,
  type JournalEntry,
  type JournalMove,
  type JournalRecord,
  type LateYes,
  type LeaseRef,
  type SafClaim,
  type SafDraft,
  type SafEnd,
  type SafItem,
} from '../journal/journal.js';
import { LinkElsewhereError } from '../lease/link-elsewhere-error.js';
import { terminalOf } from '../store-and-forward/terminal-order.js';
import {
  claimsOf,
  draftValues,
  entryValues,
  recordOf,
  type ClaimRow,
  type JournalRow,
  type SafRow,
} from './journal-rows.js';
import * as statement from './journal-statements.js';

const IDENTITY = 'wire_identity_pkey';
/** The peer knows no original: should it turn up after all, the reversal is sent again and needs the account. */
const NO_ORIGINAL = '914';

/** The journal in PostgreSQL, schema `switch`. A happy payment is two commits: open and move. */
export class PostgresJournal extends Journal {
  constructor(
    private readonly transactions: Transactions,
    private readonly centre: Centre,
  ) {
    super();
  }

  override async open(entry: JournalEntry, saf?: SafDraft): Promise<JournalRecord | undefined> {
    try {
      if (saf !== undefined) return await this.transactions.run(entry, (tx) => this.#open(tx, entry, saf));
      const opened = await this.transactions.ask(entry, statement.OPEN, entryValues(entry, terminalKeyOf(entry)));
      return opened.length === 0 ? await this.#knownOrLedElsewhere(entry) : undefined;
    } catch (error) {
      const isIdentity = error instanceof UniqueViolationError && error.constraint === IDENTITY;
      throw isIdentity ? new IdentityTakenError() : error;
    }
  }

  async #open(tx: Tx, entry: JournalEntry, saf: SafDraft): Promise<JournalRecord | undefined> {
    const opened = await tx.query(statement.OPEN, entryValues(entry, terminalKeyOf(entry)));
    if (opened.length === 0)
      return found(await tx.query<JournalRow>(statement.FIND, [entry.tenantId, entry.attemptId]));
    invariant(entry.order !== null, 'a queued entry has an order');
    const { amountMinor, currency } = entry.order;
    tx.send(statement.QUEUE_ADVICE, [
      entry.tenantId,
      entry.attemptId,
      entry.openedAt,
      amountMinor,
      currency,
      ...draftValues(saf),
    ]);
    return undefined;
  }

  override async find(key: AttemptKey): Promise<JournalRecord | undefined> {
    return found(await this.transactions.ask<JournalRow>(key, statement.FIND, [key.tenantId, key.attemptId]));
  }

  override async findMany(keys: readonly AttemptKey[]): Promise<JournalRecord[]> {
    const byTenant = new Map<string, string[]>();
    for (const { tenantId, attemptId } of keys) byTenant.set(tenantId, [...(byTenant.get(tenantId) ?? []), attemptId]);
    const records: JournalRecord[] = [];
    for (const [tenantId, attemptIds] of byTenant) {
      const rows = await this.transactions.ask<JournalRow>({ tenantId }, statement.FIND_MANY, [tenantId, attemptIds]);
      records.push(...rows.map(recordOf));
    }
    return records;
  }

  override async move(key: AttemptKey, move: JournalMove): Promise<{ isMoved: boolean; record: JournalRecord }> {
    const [text, values] =
      move.saf === undefined
        ? [statement.MOVE, [...moveValues(key, move), ...refusalValues(move)]]
        : [statement.MOVE_AND_QUEUE, [...moveValues(key, move), ...draftValues(move.saf)]];
    const moved = found(await this.transactions.ask<JournalRow>(key, text, values));
    if (moved !== undefined) return { isMoved: true, record: moved };
    return { isMoved: false, record: await this.#known(key) };
  }

  /** Nothing was inserted: the attempt was there, or the fence it would have been sent under is old. @throws LinkElsewhereError */
  async #knownOrLedElsewhere(entry: JournalEntry): Promise<JournalRecord> {
    const record = await this.find(entry);
    if (record === undefined) throw new LinkElsewhereError(entry.wire?.link ?? '');
    return record;
  }

  /** In a transaction after the one that met the row: it is committed by then, and rows are never deleted. */
  async #known(key: AttemptKey): Promise<JournalRecord> {
    const record = await this.find(key);
    invariant(record !== undefined, 'an attempt that was met is in the journal');
    return record;
  }

  override async recordLateYes(
    wire: { link: string; rrn: string; localTime: string },
    at: Date,
    answer?: LateYes,
  ): Promise<JournalRecord | undefined> {
    const rows = await this.centre.query<{ tenant_id: string; attempt_id: string }>(statement.WHO_IS, [
      wire.link,
      wire.rrn,
      wire.localTime,
    ]);
    const who = rows[0];
    if (who === undefined) return undefined;
    const key = [who.tenant_id, who.attempt_id];
    return this.transactions.run({ tenantId: who.tenant_id }, async (tx) => {
      const marked = await tx.query(statement.LATE_YES, [
        ...key,
        sourcesOf('lateYes'),
        at,
        answer?.businessDate ?? null,
        answer?.approvedMinor ?? null,
      ]);
      if (marked.length > 0) tx.send(statement.REOPEN_REVERSAL, [...key, at]);
      return found(await tx.query<JournalRow>(statement.FIND, key));
    });
  }

  override async claimDue(
    lease: LeaseRef,
    at: Date,
    options: { scheduleMs: readonly number[]; limit: number },
  ): Promise<SafClaim[]> {
    const values = [lease.link, lease.fence, at, options.scheduleMs, options.limit];
    return claimsOf(await this.centre.query<ClaimRow>(statement.CLAIM, values));
  }

  override prepareSend(
    claim: SafClaim,
    lease: LeaseRef,
    facts: { stan: string; at: Date },
  ): Promise<SafItem | undefined> {
    return this.transactions.run(claim, async (tx) => {
      const [row] = await tx.query<SafRow>(statement.PREPARE, [...entryKey(claim, lease), facts.stan, facts.at]);
      const record = found(await tx.query<JournalRow>(statement.FIND, [claim.tenantId, claim.attemptId]));
      if (row === undefined || record === undefined) return undefined;
      const earlier = row.kind === 'advice' ? record.originalAttemptId : null;
      const original =
        earlier === null ? undefined : found(await tx.query<JournalRow>(statement.FIND, [claim.tenantId, earlier]));
      return itemOf(row, record, original ?? null);
    });
  }

  override async takeBackSend(claim: SafClaim, lease: LeaseRef): Promise<void> {
    await this.transactions.ask(claim, statement.TAKE_BACK, entryKey(claim, lease));
  }

  override endSaf(claim: SafClaim, lease: LeaseRef, end: SafEnd): Promise<JournalRecord | undefined> {
    return this.transactions.run(claim, async (tx) => {
      const ended = await tx.query(statement.END, [...entryKey(claim, lease), end.state, end.actionCode, end.at]);
      if (ended.length === 0) return undefined;
      if (end.event !== null) tx.send(statement.MOVE_AT_END, endValues(claim, end.event, end));
      return found(await tx.query<JournalRow>(statement.FIND, [claim.tenantId, claim.attemptId]));
    });
  }

  override async makeDue(lease: LeaseRef, at: Date): Promise<void> {
    await this.centre.query(statement.MAKE_DUE, [lease.link, lease.fence, at]);
  }

  override async recover(lease: LeaseRef, facts: { at: Date; staleBefore: Date }): Promise<SafClaim[]> {
    await this.centre.query(statement.RECOVER, [lease.link, lease.fence, facts.at, facts.staleBefore]);
    return claimsOf(await this.centre.query<ClaimRow>(statement.UNSENT, [lease.link]));
  }
}

function found(rows: readonly JournalRow[]): JournalRecord | undefined {
  return rows[0] === undefined ? undefined : recordOf(rows[0]);
}

function terminalKeyOf({ tenantId, order }: JournalEntry): string | null {
  return order === null ? null : terminalOf(tenantId, order.acceptor);
}

function entryKey(claim: SafClaim, lease: LeaseRef): Storable[] {
  return [claim.tenantId, claim.attemptId, claim.kind, lease.link, lease.fence];
}

/** $14 and $15 of MOVE: what an issuer says beside the action code of a refusal. */
function refusalValues({ answer }: JournalMove): Storable[] {
  return [answer?.issuerMessage ?? null, answer?.domesticCode ?? null];
}

/** $1 to $13 of both MOVE statements. */
function moveValues(key: AttemptKey, move: JournalMove): Storable[] {
  const to = advance(move.from, move.event);
  const isAccountDone = to === 'declined' || to === 'not_sent';
  const { actionCode = null, approvalCode = null, approvedMinor = null, emvResponse = null } = move.answer ?? {};
  const reason = [move.reason !== undefined, move.reason ?? null];
  const answer = [actionCode, approvalCode, approvedMinor, emvResponse];
  return [
    key.tenantId,
    key.attemptId,
    move.from,
    to,
    ...reason,
    move.at,
    ...answer,
    isAccountDone,
    move.businessDate ?? null,
  ];
}

function endValues(claim: SafClaim, event: NonNullable<SafEnd['event']>, end: SafEnd): Storable[] {
  const from = sourcesOf(event).filter((state) => state !== 'sending');
  const targets = new Set(from.map((state) => advance(state, event)));
  invariant(targets.size === 1, 'an entry ends its attempt in one way');
  const isReasonOver = event === 'approve' || event === 'decline' || end.reason !== undefined;
  const isAccountDone = event === 'decline' || (event === 'confirmReversal' && end.actionCode !== NO_ORIGINAL);
  const { actionCode = null, approvalCode = null, approvedMinor = null } = end.answer ?? {};
  const answer = [actionCode, approvalCode, approvedMinor];
  const counted = [end.businessDate ?? null, isAcceptedReversal(event, end), event === 'approve'];
  const to = [...targets][0];
  const key = [claim.tenantId, claim.attemptId];
  return [...key, from, to, isReasonOver, end.at, ...answer, isAccountDone, ...counted, end.reason ?? null];
}

/** The peer took something back, so it must have had it: with "no original" it says that it had nothing. */
function isAcceptedReversal(event: SafEnd['event'], end: SafEnd): boolean {
  return event === 'confirmReversal' && end.businessDate !== undefined && end.actionCode !== NO_ORIGINAL;
}

function itemOf(row: SafRow, record: JournalRecord, original: JournalRecord | null): SafItem {
  return {
    kind: row.kind,
    link: row.link,
    terminal: row.terminal,
    reasonCode: row.reason_code,
    stan: row.stan,
    tries: row.tries,
    isRepeat: row.sends > 1,
    queuedAt: row.queued_at,
    record,
    original,
  };
}
