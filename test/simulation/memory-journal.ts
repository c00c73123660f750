import { invariant } from '@tsunagu/kernel';
import {
  advance,
  IdentityTakenError,
  Journal,
  type AttemptKey,
  type JournalEntry,
  type JournalEvent,
  type JournalMove,
  type JournalRecord,
  type JournalState,
  type LateYes,
  type LeaseRef,
  type SafClaim,
  type SafDraft,
  type SafEnd,
  type SafItem,
} from '@tsunagu/switching';

/** Field 25 of a reversal of what an earlier life left behind. @source reference/iso8583-1993.md §9 */
const RESTART_REASON = '4002';

interface SafRow extends SafDraft, AttemptKey {
  stan: string | null;
  state: SafEnd['state'] | 'pending' | 'withdrawn';
  sends: number;
  dueAt: Date;
  queuedAt: Date;
  actionCode: string | null;
}

type Row = { -readonly [Key in keyof JournalRecord]: JournalRecord[Key] };

/** The switch's book in memory: each method is one transaction that happens at one instant or not at all. */
export class MemoryJournal extends Journal {
  readonly rows = new Map<string, Row>();
  readonly saf: SafRow[] = [];
  readonly #identities = new Map<string, string>();
  readonly #fences = new Map<string, number>();
  readonly #stans = new Map<string, number>();

  get hasPending(): boolean {
    return (
      this.saf.some((entry) => entry.state === 'pending') ||
      [...this.rows.values()].some((row) => row.state === 'sending')
    );
  }

  /** A new leader of the link: every older fence is refused from now on. */
  raiseFence(link: string): number {
    const fence = (this.#fences.get(link) ?? 0) + 1;
    this.#fences.set(link, fence);
    return fence;
  }

  nextStan(link: string): string {
    const next = (this.#stans.get(link) ?? 0) + 1;
    this.#stans.set(link, next);
    return String(next).padStart(6, '0');
  }

  override open(entry: JournalEntry, saf?: SafDraft): Promise<JournalRecord | undefined> {
    const known = this.rows.get(nameOf(entry));
    if (known !== undefined) return Promise.resolve({ ...known });
    const identity = entry.wire === null ? undefined : identityOf(entry.wire);
    if (identity !== undefined && this.#identities.has(identity)) return Promise.reject(new IdentityTakenError());
    if (identity !== undefined) this.#identities.set(identity, nameOf(entry));
    this.rows.set(nameOf(entry), { ...entry, ...NO_ANSWER });
    if (saf !== undefined) this.#queue(entry, saf, entry.openedAt);
    return Promise.resolve(undefined);
  }

  override find(key: AttemptKey): Promise<JournalRecord | undefined> {
    const row = this.rows.get(nameOf(key));
    return Promise.resolve(row && { ...row });
  }

  override findMany(keys: readonly AttemptKey[]): Promise<JournalRecord[]> {
    return Promise.resolve(
      keys.flatMap((key) => {
        const row = this.rows.get(nameOf(key));
        return row === undefined ? [] : [{ ...row }];
      }),
    );
  }

  override move(key: AttemptKey, move: JournalMove): Promise<{ isMoved: boolean; record: JournalRecord }> {
    const row = this.rows.get(nameOf(key));
    invariant(row !== undefined, 'a journal row that moves exists');
    if (row.state !== move.from) return Promise.resolve({ isMoved: false, record: { ...row } });
    row.state = advance(row.state, move.event);
    if (move.reason !== undefined) row.reason = move.reason;
    Object.assign(row, move.answer);
    row.businessDate ??= move.businessDate ?? null;
    if (move.saf !== undefined) this.#queue(row, move.saf, move.at);
    return Promise.resolve({ isMoved: true, record: { ...row } });
  }

  override recordLateYes(
    wire: { link: string; rrn: string; localTime: string },
    at: Date,
    answer?: LateYes,
  ): Promise<JournalRecord | undefined> {
    const row = this.rows.get(this.#identities.get(identityOf(wire)) ?? '');
    if (row === undefined || !allows(row.state, 'lateYes')) return Promise.resolve(row && { ...row });
    row.state = advance(row.state, 'lateYes');
    row.isLateApproval = true;
    if (answer !== undefined && (row.businessDate === null || row.isPresumed)) row.businessDate = answer.businessDate;
    row.isPresumed = false;
    const closed = this.saf.find(
      (entry) => isOf(entry, row) && entry.kind === 'reversal' && entry.actionCode === '914',
    );
    if (closed?.state === 'done') Object.assign(closed, { state: 'pending', dueAt: at });
    return Promise.resolve({ ...row });
  }

  override claimDue(
    lease: LeaseRef,
    at: Date,
    options: { scheduleMs: readonly number[]; limit: number },
  ): Promise<SafClaim[]> {
    if (!this.#leads(lease)) return Promise.resolve([]);
    const due = this.saf.filter(
      (entry) => entry.link === lease.link && entry.state === 'pending' && entry.dueAt <= at && !this.#isBehind(entry),
    );
    return Promise.resolve(
      due.slice(0, options.limit).map((entry) => {
        const step = Math.min(entry.sends, options.scheduleMs.length - 1);
        entry.dueAt = new Date(at.getTime() + options.scheduleMs[step]!);
        return claimOf(entry);
      }),
    );
  }

  override prepareSend(
    claim: SafClaim,
    lease: LeaseRef,
    facts: { stan: string; at: Date },
  ): Promise<SafItem | undefined> {
    const entry = this.#pending(claim, lease);
    const record = this.rows.get(nameOf(claim));
    if (entry === undefined || record === undefined) return Promise.resolve(undefined);
    const isRepeat = entry.sends > 0;
    entry.sends += 1;
    entry.stan ??= facts.stan;
    const original = this.rows.get(nameOf({ tenantId: record.tenantId, attemptId: record.originalAttemptId ?? '' }));
    const { kind, link, terminal, reasonCode, stan, queuedAt } = entry;
    const item = {
      kind,
      link,
      terminal,
      reasonCode,
      stan,
      isRepeat,
      tries: entry.sends,
      queuedAt,
      record: { ...record },
    };
    return Promise.resolve({ ...item, original: original === undefined ? null : { ...original } });
  }

  override takeBackSend(claim: SafClaim, lease: LeaseRef): Promise<void> {
    const entry = this.#pending(claim, lease);
    if (entry !== undefined && entry.sends > 0) entry.sends -= 1;
    return Promise.resolve();
  }

  override endSaf(claim: SafClaim, lease: LeaseRef, end: SafEnd): Promise<JournalRecord | undefined> {
    const entry = this.#pending(claim, lease);
    const row = this.rows.get(nameOf(claim));
    if (entry === undefined || row === undefined) return Promise.resolve(undefined);
    entry.state = end.state;
    entry.actionCode = end.actionCode;
    if (end.event !== null && allows(row.state, end.event)) {
      row.state = advance(row.state, end.event);
      Object.assign(row, end.answer);
      if (end.reason !== undefined) row.reason = end.reason;
      this.#count(row, end);
    }
    return Promise.resolve({ ...row });
  }

  override makeDue(lease: LeaseRef, at: Date): Promise<void> {
    if (this.#leads(lease)) {
      for (const entry of this.saf) if (entry.link === lease.link && entry.state === 'pending') entry.dueAt = at;
    }
    return Promise.resolve();
  }

  override recover(lease: LeaseRef, facts: { at: Date; staleBefore: Date }): Promise<SafClaim[]> {
    if (!this.#leads(lease)) return Promise.resolve([]);
    for (const row of this.rows.values()) {
      const isOurs = row.state === 'sending' && row.wire?.link === lease.link && row.order !== null;
      if (!isOurs || (row.fence >= lease.fence && row.openedAt >= facts.staleBefore)) continue;
      row.state = advance(row.state, 'lose');
      row.reason = 'restart';
      const { terminal, merchant } = row.order!.acceptor;
      const place = `${row.tenantId}/${merchant}/${terminal}`;
      this.#queue(
        row,
        { kind: 'reversal', link: lease.link, terminal: place, reasonCode: RESTART_REASON, stan: null },
        facts.at,
      );
    }
    const unsent = this.saf.filter(
      (entry) => entry.link === lease.link && entry.state === 'pending' && entry.sends === 0,
    );
    return Promise.resolve(unsent.map(claimOf));
  }

  /** As the journal in PostgreSQL: a reversal that the peer accepted presumes the yes that nobody saw. */
  #count(row: Row, { event, actionCode, businessDate }: SafEnd): void {
    if (event === 'approve') row.businessDate ??= businessDate ?? null;
    if (event !== 'confirmReversal' || businessDate === undefined || actionCode === '914') return;
    row.reversalDate ??= businessDate;
    row.isPresumed ||= row.businessDate === null;
    row.businessDate ??= businessDate;
  }

  /** A first copy behind an elder of its terminal that has not left either and is due later. */
  #isBehind(entry: SafRow): boolean {
    const elders = this.saf.slice(0, entry.sends > 0 ? 0 : this.saf.indexOf(entry));
    return elders.some(
      (elder) =>
        elder.link === entry.link &&
        elder.terminal === entry.terminal &&
        elder.state === 'pending' &&
        elder.sends === 0 &&
        elder.dueAt > entry.dueAt,
    );
  }

  #leads(lease: LeaseRef): boolean {
    return this.#fences.get(lease.link) === lease.fence;
  }

  #pending(claim: SafClaim, lease: LeaseRef): SafRow | undefined {
    if (!this.#leads(lease)) return undefined;
    return this.saf.find((entry) => isOf(entry, claim) && entry.kind === claim.kind && entry.state === 'pending');
  }

  /** At most one of a kind per attempt, for ever; a reversal withdraws a pending advice. */
  #queue(key: AttemptKey, draft: SafDraft, at: Date): void {
    if (draft.kind === 'reversal') {
      const advice = this.saf.find((entry) => isOf(entry, key) && entry.kind === 'advice' && entry.state === 'pending');
      if (advice !== undefined) advice.state = 'withdrawn';
    }
    if (this.saf.some((entry) => isOf(entry, key) && entry.kind === draft.kind)) return;
    const { tenantId, attemptId } = key;
    this.saf.push({
      ...draft,
      tenantId,
      attemptId,
      state: 'pending',
      sends: 0,
      dueAt: at,
      queuedAt: at,
      actionCode: null,
    });
  }
}

const NO_ANSWER = {
  actionCode: null,
  approvalCode: null,
  approvedMinor: null,
  emvResponse: null,
  isLateApproval: false,
  businessDate: null,
  reversalDate: null,
  isPresumed: false,
} as const;

function nameOf(key: AttemptKey): string {
  return `${key.tenantId}/${key.attemptId}`;
}

function identityOf(wire: { link: string; rrn: string; localTime: string }): string {
  return `${wire.link}|${wire.rrn}|${wire.localTime}`;
}

function isOf(entry: AttemptKey, key: AttemptKey): boolean {
  return entry.attemptId === key.attemptId && entry.tenantId === key.tenantId;
}

function claimOf({ tenantId, attemptId, kind, terminal, stan, sends }: SafRow): SafClaim {
  return { tenantId, attemptId, kind, terminal, stan: sends === 0 ? null : stan };
}

function allows(state: JournalState, event: JournalEvent): boolean {
  try {
    advance(state, event);
    return true;
  } catch {
    return false; // advance throws one thing only: the table has no such move
  }
}
