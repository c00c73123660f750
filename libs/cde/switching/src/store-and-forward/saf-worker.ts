import type { IsoMessage } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';
import { transportOf, type SendResult } from '@tsunagu/links';
import { DatabaseError, DatabaseUnavailableError } from '@tsunagu/platform';
import type { Desk } from '../desk.js';
import { REQUESTED_REVERSAL, type LeaseRef, type SafClaim, type SafEnd, type SafItem } from '../journal/journal.js';
import { refusedCancel } from '../attempt/outcome.js';
import { persist } from '../journal/persist.js';
import type { SwitchingMemory, SwitchingPorts } from '../switching.js';
import { buildSafMessage } from './saf-message.js';

const CLAIM_LIMIT = 32;
/** A backlog of thousands goes out at the speed of the line and leaves most of its places to new payments. */
const SHARE_OF_LINE = 4;
/** A silent counterpart keeps a place no longer than this: the first copy of a new reversal must not wait for the answers of others. */
const PLACE_MS = 2_000;
const POLL_MAX_MS = 1_000;
/** After this an entry is an incident: a person decides. It is never deleted. @source reference/iso8583-1993.md §17.3 */
const EXPIRY_MS = 24 * 3_600_000;
/** Room between the end of a wait and the next repeat of the same key. */
const REPEAT_GAP_MS = 50;

/**
 * Store-and-forward of one link: sends what is due until it is acknowledged, expired or given to a person.
 *
 * Terminals are independent; within one, first sends keep their order: while one cannot leave because the HSM, the database or the line is
 * away, the younger ones wait. An entry that cannot be built, or is refused, goes to the error list with an alarm and stands in nobody's way.
 */
export class SafWorker {
  readonly #stopped = new AbortController();
  readonly #outstanding = new Set<Promise<void>>();
  readonly #places = new Set<Promise<void>>();
  readonly #pollMs: number;
  readonly #inFlightMax: number;
  #bell = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly desk: Desk,
    private readonly ports: SwitchingPorts,
    private readonly memory: SwitchingMemory,
  ) {
    this.#pollMs = Math.min(POLL_MAX_MS, ...desk.line.config.reversalScheduleMs);
    this.#inFlightMax = Math.max(1, Math.floor(transportOf(desk.line.config).limits.inFlight / SHARE_OF_LINE));
    memory.onRing(desk.line.config.name, () => this.#bell.abort());
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** End after the sends that are under way; what is unfinished stays in the journal. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#bell.abort();
    await this.#running;
    await Promise.allSettled(this.#outstanding);
  }

  /** Claim and send what is due now. @returns how many entries were claimed */
  async pass(): Promise<number> {
    const lease = this.#lease();
    if (lease === undefined || !this.desk.line.isReady) return 0;
    while (this.#places.size >= this.#inFlightMax) await Promise.race(this.#places);
    const scheduleMs = this.desk.line.config.reversalScheduleMs;
    const limit = Math.min(CLAIM_LIMIT, this.#inFlightMax - this.#places.size);
    const claims = await this.ports.journal.claimDue(lease, this.ports.clock.now(), { scheduleMs, limit });
    await Promise.all(byTerminal(claims).map((entries) => this.#sendInOrder(entries, lease)));
    return claims.length;
  }

  async #run(): Promise<void> {
    let wasReady = false;
    while (!this.#stopped.signal.aborted) {
      this.#bell = new AbortController();
      const isReady = this.desk.line.isReady && this.#lease() !== undefined;
      const claimed = await this.#tryPass(isReady && !wasReady);
      wasReady = isReady;
      if (claimed === 0 && !this.#stopped.signal.aborted) await this.ports.clock.sleep(this.#pollMs, this.#bell.signal);
    }
  }

  async #tryPass(hasJustComeUp: boolean): Promise<number> {
    try {
      const lease = this.#lease();
      if (hasJustComeUp && lease !== undefined) await this.ports.journal.makeDue(lease, this.ports.clock.now());
      return await this.pass();
    } catch (error) {
      const { name: link } = this.desk.line.config;
      this.ports.log.alarm('store-and-forward pass failed', { link, code: codeOf(error) });
      return 0;
    }
  }

  #lease(): LeaseRef | undefined {
    const { fence } = this.desk.lease;
    return fence === null ? undefined : { link: this.desk.line.config.name, fence };
  }

  /** Nothing overtakes an entry that could not leave: what follows it at its terminal is claimed again after it. */
  async #sendInOrder(entries: readonly SafClaim[], lease: LeaseRef): Promise<void> {
    for (const claim of entries) {
      try {
        if (!(await this.#sendOne(claim, lease))) return;
      } catch (error) {
        return this.#postpone(claim, lease, error);
      }
    }
  }

  /**
   * Resolves when the bytes are written; the answer is waited for in the background.
   * @returns false when the entry is still owed as it was before: nothing has left
   */
  async #sendOne(claim: SafClaim, lease: LeaseRef): Promise<boolean> {
    const at = this.ports.clock.now();
    const stan = claim.stan ?? (await this.desk.line.nextStan());
    const item = await this.ports.journal.prepareSend(claim, lease, { stan, at });
    if (item === undefined) {
      this.memory.order.release(lease.link, claim);
      return true;
    }
    if (at.getTime() - item.queuedAt.getTime() > EXPIRY_MS) {
      await this.#expire(claim, lease);
      return true;
    }
    const message = await this.#build(claim, lease, item);
    if (message === 'later') {
      await this.#takeBack(claim, lease);
      return false;
    }
    if (message === 'never') return true;
    if (claim.kind === 'reversal') this.memory.flights.abandon(claim);
    return this.#write({ claim, lease, item, message });
  }

  /** @returns false when the line took nothing */
  #write({ claim, lease, item, message }: ReadyCopy): Promise<boolean> {
    return new Promise<boolean>((isDone) => {
      let isWritten = false;
      const onWritten = () => {
        isWritten = true;
        this.memory.order.release(lease.link, claim);
        isDone(true);
      };
      const answered = this.desk.line.send(message, this.#answerWaitMs(item), { isUrgent: true, onWritten });
      const settled = answered
        .then((result) => this.#settle(claim, lease, item, result))
        .catch((error: unknown) => this.#failed({ claim, lease, isWritten }, error))
        .then((isOver) => isDone(isOver));
      this.#outstanding.add(settled);
      this.#takePlace(settled);
      void settled.finally(() => this.#outstanding.delete(settled));
    });
  }

  async #failed(
    { claim, lease, isWritten }: { claim: SafClaim; lease: LeaseRef; isWritten: boolean },
    error: unknown,
  ): Promise<boolean> {
    this.#postpone(claim, lease, error);
    if (!isWritten) await this.#takeBack(claim, lease);
    return isWritten;
  }

  /** Should the database stay away, the copy counts as sent: its next one says that it is a repeat. */
  async #takeBack(claim: SafClaim, lease: LeaseRef): Promise<void> {
    try {
      await persist(this.ports.clock, () => this.ports.journal.takeBackSend(claim, lease));
    } catch (error) {
      this.#postpone(claim, lease, error);
    }
  }

  #takePlace(settled: Promise<void>): void {
    const freed = new AbortController();
    void settled.finally(() => freed.abort());
    const place = this.ports.clock.sleep(PLACE_MS, freed.signal).then(() => void this.#places.delete(place));
    this.#places.add(place);
  }

  /** @returns `later` when the entry is due again, `never` when it went to the error list */
  async #build(claim: SafClaim, lease: LeaseRef, item: SafItem): Promise<IsoMessage | 'later' | 'never'> {
    try {
      return await buildSafMessage(item, this.desk, this.ports);
    } catch (error) {
      if (TRANSIENT.includes(codeOf(error))) return 'later';
      await this.#giveUp(claim, lease, codeOf(error));
      return 'never';
    }
  }

  /** The repeat carries the same key, so the wait for this copy ends before the next is due. */
  #answerWaitMs(item: SafItem): number {
    const { replyTimeoutMs, reversalScheduleMs } = this.desk.line.config;
    const untilRepeatMs = reversalScheduleMs[Math.min(item.tries, reversalScheduleMs.length) - 1] ?? replyTimeoutMs;
    return Math.max(REPEAT_GAP_MS, Math.min(replyTimeoutMs, untilRepeatMs - REPEAT_GAP_MS));
  }

  /** @returns false when nothing was sent and the entry is still owed */
  async #settle(claim: SafClaim, lease: LeaseRef, item: SafItem, result: SendResult): Promise<boolean> {
    if (result.kind === 'answered') await this.#read(claim, lease, item, result.message);
    if (result.kind !== 'not_sent') return true; // without an answer it is due again on schedule
    if (result.reason === 'unbuildable') await this.#giveUp(claim, lease, 'unbuildable');
    else await this.#takeBack(claim, lease);
    return result.reason === 'unbuildable';
  }

  async #read(claim: SafClaim, lease: LeaseRef, item: SafItem, answer: IsoMessage): Promise<void> {
    const isCancel = claim.kind === 'reversal' && item.reasonCode === REQUESTED_REVERSAL.customer_cancellation.code;
    const { kind, actionCode } = this.desk.connector.readAcknowledgement(isCancel ? 'cancel' : claim.kind, answer);
    const businessDate = this.memory.calendar.dateOf(lease.link, answer);
    if (kind === 'done')
      return this.#end(claim, lease, { ...this.#acknowledged(claim, item, actionCode), businessDate });
    const facts = { ...factsOf(claim, lease), actionCode };
    // Only what is known to be approved can be refused to be taken back; and a "no" to a repeat may mean that the first copy was taken.
    const isClear = item.record.state === 'reversing' && !item.isRepeat;
    if (kind === 'declined' && isClear) return this.#refuse(claim, lease, actionCode);
    if (kind === 'retry') return this.ports.log.note('store-and-forward entry to be repeated', facts);
    this.ports.log.alarm('store-and-forward entry refused', facts);
    await this.#end(claim, lease, {
      state: 'error',
      actionCode,
      event: claim.kind === 'advice' ? 'decline' : 'giveUp',
      answer: { ...NO_ANSWER, actionCode },
      at: this.ports.clock.now(),
    });
  }

  /** The counterpart decided against a cancel: its approval stands, and that is an answer, not an incident. */
  #refuse(claim: SafClaim, lease: LeaseRef, actionCode: string | null): Promise<void> {
    this.ports.log.note('cancel refused', { ...factsOf(claim, lease), actionCode });
    const reason = refusedCancel(actionCode ?? '');
    const at = this.ports.clock.now();
    return this.#end(claim, lease, { state: 'done', actionCode, event: 'refuseReversal', reason, at });
  }

  #acknowledged(claim: SafClaim, item: SafItem, actionCode: string | null): SafEnd {
    const at = this.ports.clock.now();
    if (claim.kind === 'reversal') return { state: 'done', actionCode, event: 'confirmReversal', at };
    const approvedMinor = item.record.order?.amountMinor ?? null;
    const approvalCode = item.original?.approvalCode ?? item.record.order?.voiceApproval?.code ?? null;
    const answer = { actionCode, approvalCode, approvedMinor, emvResponse: null };
    return { state: 'done', actionCode, event: 'approve', answer, at };
  }

  #expire(claim: SafClaim, lease: LeaseRef): Promise<void> {
    this.ports.log.alarm('store-and-forward entry expired', {
      attemptId: claim.attemptId,
      link: lease.link,
      kind: claim.kind,
    });
    return this.#end(claim, lease, { state: 'expired', actionCode: null, event: 'giveUp', at: this.ports.clock.now() });
  }

  /** Cannot be built: to the error list, with an alarm, out of everybody's way. */
  async #giveUp(claim: SafClaim, lease: LeaseRef, code: string): Promise<void> {
    this.ports.log.alarm('store-and-forward entry cannot be sent', { ...factsOf(claim, lease), code });
    await this.#end(claim, lease, { state: 'error', actionCode: null, event: 'giveUp', at: this.ports.clock.now() });
  }

  /**
   * Trouble of our own around an entry that is sound. It may have been sent and answered, so it is never given up for that: it stays due, its
   * repeat carries the same names, and the counterpart acknowledges it again.
   */
  #postpone(claim: SafClaim, lease: LeaseRef, error: unknown): void {
    if (error instanceof DatabaseUnavailableError) return;
    const sqlState = error instanceof DatabaseError ? error.sqlState : undefined;
    this.ports.log.alarm('store-and-forward entry postponed', {
      ...factsOf(claim, lease),
      code: codeOf(error),
      sqlState,
    });
  }

  async #end(claim: SafClaim, lease: LeaseRef, end: SafEnd): Promise<void> {
    await persist(this.ports.clock, () => this.ports.journal.endSaf(claim, lease, end));
    this.memory.order.release(lease.link, claim);
    this.memory.endings.announce(claim);
  }
}

/** All that one copy is sent with. */
interface ReadyCopy {
  readonly claim: SafClaim;
  readonly lease: LeaseRef;
  readonly item: SafItem;
  readonly message: IsoMessage;
}

const NO_ANSWER = { actionCode: null, approvalCode: null, approvedMinor: null, emvResponse: null };
/** The HSM or the database is away: nothing is wrong with the entry. */
const TRANSIENT = ['hsm_unavailable', 'card_service_unavailable', 'temporary_reduced_capacity'];

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'unexpected';
}

function factsOf(claim: SafClaim, lease: LeaseRef) {
  return { attemptId: claim.attemptId, link: lease.link, kind: claim.kind };
}

function byTerminal(claims: readonly SafClaim[]): SafClaim[][] {
  const terminals = new Map<string, SafClaim[]>();
  for (const claim of claims) {
    const entries = terminals.get(claim.terminal);
    if (entries === undefined) terminals.set(claim.terminal, [claim]);
    else entries.push(claim);
  }
  return [...terminals.values()];
}
