import { invariant, newId } from '@tsunagu/kernel';
import type { Transactions, Tx } from '@tsunagu/platform';
import { ACTION } from '../message/action.js';
import type { HqAnswer } from '../message/answer.js';
import type { HqIdentity } from '../message/hq-request.js';
import {
  HqRegister,
  type HqBegun,
  type HqClaim,
  type HqEnding,
  type HqEntry,
  type HqLine,
  type HqReconciliation,
  type KeptReconciliation,
  type HqTotal,
  type TotalKind,
} from './hq-register.js';
import * as statements from './hq-statements.js';

interface MessageRow {
  readonly mti: string;
  readonly state: 'open' | 'answered' | 'blocked';
  readonly digest: string | null;
  readonly owner: string | null;
  readonly claimed_until: Date | null;
  readonly reference: string | null;
  readonly answer: HqAnswer | null;
  readonly undo: string | null;
  readonly total_kind: TotalKind | null;
  readonly total_minor: string | null;
  readonly currency: string;
  readonly business_date: string | null;
  readonly is_reversed: boolean;
}

/** A wait before a give-up that the api did not hear is tried again. */
const UNDO_AGAIN_MS = 2_000;
const BLOCKED: HqAnswer = { actionCode: ACTION.invalidTransaction };
const UNDONE: HqAnswer = { actionCode: ACTION.timedOut };

/** The register in PostgreSQL, schema `switch`, behind the tenant's wall. */
export class PostgresHqRegister extends HqRegister {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  override begin(line: HqLine, entry: HqEntry, claim: HqClaim): Promise<HqBegun> {
    return this.transactions.run(line, async (tx) => {
      const [row] = await tx.query(statements.INSERT, [...entryValues(line, entry, 'open'), ...claimValues(claim)]);
      if (row !== undefined) return { kind: 'mine' };
      const known = await lock(tx, line, entry.identity);
      if (known.state === 'blocked') return this.#refuse(tx, line, entry, claim.at);
      if (known.digest !== entry.digest) return { kind: 'different' };
      if (known.state === 'answered') return answered(entry, known);
      if (isRunning(known, claim)) return { kind: 'running' };
      if (!entry.isRepeat) return { kind: 'duplicate' };
      await tx.query(statements.CLAIM, [...key(line, entry.identity), claim.owner, claim.until]);
      return { kind: 'mine' };
    });
  }

  override end(line: HqLine, entry: HqEntry, ending: HqEnding, at: Date): Promise<HqAnswer> {
    return this.transactions.run(line, async (tx) => {
      const known = await lock(tx, line, entry.identity);
      if (known.state !== 'open') return known.answer ?? BLOCKED;
      const isReversed = known.is_reversed; // a reversal came while the issuer was asked: nobody may be told yes any more
      const answer = isReversed ? { ...UNDONE, businessDate: ending.answer.businessDate } : ending.answer;
      const count = isReversed ? null : ending.count;
      await tx.query(statements.ANSWER, [
        ...key(line, entry.identity),
        JSON.stringify(answer),
        answer.actionCode,
        answer.businessDate ?? null,
        ending.undo ? 'ordered' : null,
        at,
        count?.kind ?? null,
        count?.amountMinor ?? null,
      ]);
      if (count !== null)
        await addTotal(tx, line, {
          date: answer.businessDate,
          currency: entry.currency,
          kind: count.kind,
          isReversed: false,
          by: [1, count.amountMinor],
        });
      return answer;
    });
  }

  override async release(line: HqLine, entry: HqEntry): Promise<void> {
    await this.transactions.ask(line, statements.RELEASE, key(line, entry.identity));
  }

  override reverse(
    line: HqLine,
    entry: HqEntry,
    order: { original: HqIdentity; answer: HqAnswer; refused: HqAnswer; isUnseen: boolean },
    at: Date,
  ): Promise<HqBegun> {
    return this.transactions.run(line, async (tx) => {
      const claim = { owner: null, until: null, at };
      const values = [...entryValues(line, entry, 'open'), ...claimValues(claim)];
      const [isNew] = await tx.query(statements.INSERT, values);
      if (isNew === undefined) {
        const known = await lock(tx, line, entry.identity);
        return known.digest === entry.digest ? answered(entry, known) : { kind: 'different' };
      }
      const answer = await this.#undo(tx, line, entry, order, at);
      const words = [JSON.stringify(answer), answer.actionCode, answer.businessDate ?? null, null, at, null, null];
      await tx.query(statements.ANSWER, [...key(line, entry.identity), ...words]);
      return { kind: 'answered', answer };
    });
  }

  override async toUndo({ tenantId, link }: HqLine, at: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.transactions.ask<{ reference: string }>({ tenantId }, statements.TO_UNDO, [
      tenantId,
      link,
      at,
      limit,
    ]);
    return rows.map(({ reference }) => reference);
  }

  override async noteUndo(
    { tenantId, link }: HqLine,
    reference: string,
    how: 'done' | 'refused' | 'later',
    at: Date,
  ): Promise<void> {
    const again = new Date(at.getTime() + UNDO_AGAIN_MS);
    const state = how === 'later' ? 'ordered' : how;
    await this.transactions.ask({ tenantId }, statements.NOTE_UNDO, [tenantId, link, reference, state, again]);
  }

  override async abandon({ tenantId, link }: HqLine, at: Date, answer: HqAnswer): Promise<number> {
    const values = [tenantId, link, at, JSON.stringify(answer), answer.actionCode, answer.businessDate ?? null];
    return (await this.transactions.ask({ tenantId }, statements.ABANDON, values)).length;
  }

  override async totals({ tenantId, link }: HqLine, businessDate: string, currency: string): Promise<HqTotal[]> {
    interface Row {
      readonly kind: TotalKind;
      readonly is_reversed: boolean;
      readonly count: string;
      readonly amount_minor: string;
    }
    const values = [tenantId, link, businessDate, currency];
    const rows = await this.transactions.ask<Row>({ tenantId }, statements.TOTALS, values);
    return rows.map((row) => ({
      kind: row.kind,
      isReversed: row.is_reversed,
      count: BigInt(row.count),
      amountMinor: BigInt(row.amount_minor),
    }));
  }

  override async noteReconciliation(line: HqLine, of: HqReconciliation, at: Date): Promise<void> {
    const { tenantId, link } = line;
    const values = [of.businessDate, of.currency, of.functionCode, of.checkpoint, of.actionCode];
    const compared = [JSON.stringify(of.theirs), JSON.stringify(of.ours), at];
    await this.transactions.ask({ tenantId }, statements.NOTE_RECONCILIATION, [
      tenantId,
      newId(at),
      link,
      ...values,
      ...compared,
    ]);
  }

  override reconciliations({ tenantId, link }: HqLine, limit: number): Promise<KeptReconciliation[]> {
    const values = [tenantId, link, limit];
    return this.transactions.ask<KeptReconciliation>({ tenantId }, statements.RECONCILIATIONS, values);
  }

  override async cutOver({ tenantId, link }: HqLine): Promise<string | null> {
    const rows = await this.transactions.ask<{ business_date: string }>({ tenantId }, statements.CUT_OVER, [
      tenantId,
      link,
    ]);
    return rows[0]?.business_date ?? null;
  }

  override async setCutOver({ tenantId, link }: HqLine, businessDate: string): Promise<void> {
    await this.transactions.ask({ tenantId }, statements.SET_CUT_OVER, [tenantId, link, businessDate]);
  }

  override async forget({ tenantId, link }: HqLine, before: Date, limit: number): Promise<number> {
    return (await this.transactions.ask({ tenantId }, statements.FORGET, [tenantId, link, before, limit])).length;
  }

  /** A request whose reversal came before it: declined without forwarding. */
  async #refuse(tx: Tx, line: HqLine, entry: HqEntry, at: Date): Promise<HqBegun> {
    const { mti, digest, amountMinor, currency, rrn } = entry;
    const words = [JSON.stringify(BLOCKED), BLOCKED.actionCode, at];
    const values = [...key(line, entry.identity), mti, digest, amountMinor, currency, rrn, ...words];
    await tx.query(statements.TAKE_BLOCKED, values);
    return { kind: 'answered', answer: BLOCKED };
  }

  async #undo(
    tx: Tx,
    line: HqLine,
    entry: HqEntry,
    { original, answer, refused, isUnseen }: Parameters<HqRegister['reverse']>[2],
    at: Date,
  ): Promise<HqAnswer> {
    const block = { ...entry, identity: original, mti: `1${original.messageClass}00`, digest: '', reference: null };
    const values = [...entryValues(line, block, 'blocked'), null, null, at];
    const [isBlocked] = await tx.query(statements.INSERT, values);
    if (isBlocked !== undefined) return answer;
    const known = await lock(tx, line, original);
    if (known.state === 'blocked' || known.is_reversed) return answer;
    if (known.reference === null) return known.answer?.actionCode.startsWith('0') === false ? answer : refused;
    const mustUndo = known.state === 'open' || mayHaveMoved(known.answer);
    const isUncounted = known.total_kind !== null && isUnseen;
    await tx.query(statements.ORDER_UNDO, [...key(line, original), mustUndo, at, isUncounted]);
    if (known.total_kind !== null) {
      const amountMinor = Number(known.total_minor);
      const of = { kind: known.total_kind, currency: known.currency };
      const change = isUncounted
        ? { ...of, date: known.business_date ?? undefined, isReversed: false, by: [-1, -amountMinor] as const }
        : { ...of, date: answer.businessDate, isReversed: true, by: [1, amountMinor] as const };
      await addTotal(tx, line, change);
    }
    return answer;
  }
}

/** An answer after which money may have moved: a yes, or a time-out of ours that is being undone already. */
function mayHaveMoved(answer: HqAnswer | null): boolean {
  return answer === null || answer.actionCode.startsWith('0') || answer.actionCode === ACTION.timedOut;
}

function answered(entry: HqEntry, known: MessageRow): HqBegun {
  if (!entry.isRepeat || known.answer === null) return { kind: 'duplicate' };
  return { kind: 'answered', answer: known.answer };
}

function isRunning({ owner, claimed_until: until }: MessageRow, claim: HqClaim): boolean {
  if (claim.isRunningHere) return true;
  return owner !== claim.owner && until !== null && until > claim.at;
}

async function lock(tx: Tx, line: HqLine, identity: HqIdentity): Promise<MessageRow> {
  const [row] = await tx.query<MessageRow>(statements.LOCK, key(line, identity));
  invariant(row !== undefined, 'a message that was taken is in the register');
  return row;
}

async function addTotal(
  tx: Tx,
  line: HqLine,
  change: {
    date: string | undefined;
    currency: string;
    kind: TotalKind;
    isReversed: boolean;
    by: readonly [number, number];
  },
): Promise<void> {
  const { date = null, currency, kind, isReversed, by } = change;
  await tx.query(statements.ADD_TOTAL, [line.tenantId, line.link, date, currency, kind, isReversed, ...by]);
}

function key({ tenantId, link }: HqLine, identity: HqIdentity): string[] {
  return [tenantId, link, identity.messageClass, identity.stan, identity.localTime, identity.terminal];
}

function entryValues(line: HqLine, entry: HqEntry, state: 'open' | 'blocked'): (string | number | null)[] {
  const { mti, digest, reference, amountMinor, currency, rrn } = entry;
  return [...key(line, entry.identity), mti, state, digest, reference, amountMinor, currency, rrn];
}

function claimValues(claim: { owner: string | null; until: Date | null; at: Date }): (string | Date | null)[] {
  return [claim.owner, claim.until, claim.at];
}
