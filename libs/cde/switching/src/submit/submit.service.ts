import type { RouteWhy, SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import { AppError, invariant } from '@tsunagu/kernel';
import type { SendResult } from '@tsunagu/links';
import { freshRecord, outcomeOf } from '../attempt/outcome.js';
import type { Desk } from '../desk.js';
import {
  IdentityTakenError,
  REVERSAL_REASON_CODE,
  type Journal,
  type JournalEntry,
  type JournalMove,
  type JournalRecord,
  type LeaseRef,
} from '../journal/journal.js';
import { LinkElsewhereError } from '../lease/link-elsewhere-error.js';
import { persist } from '../journal/persist.js';
import { STALE_AFTER_MS } from '../attempt/journal-state.js';
import { terminalOf, type UnsentEntry } from '../store-and-forward/terminal-order.js';
import type { SwitchingMemory, SwitchingPorts } from '../switching.js';
import type { Flight } from './flights.js';
import { entryOf, messageIdentity, orderOf, originalOf, reversalDraft, wireIdentity } from './submit-request.js';

/** How long a new request waits for the unsent reversals of its terminal. Then it is refused, proved unsent. */
const ORDER_WAIT_MS = 2_000;

/** What takes money from a card; a refund to a blocked one gives it back. */
const CHARGES: readonly SubmitRequest['operation'][] = ['authorize', 'increase', 'sale'];

type LossReason = keyof typeof REVERSAL_REASON_CODE;

/**
 * First stage: one attempt, one message, at most once.
 *
 * The row says `sending` before the first byte leaves, and the answer is in the journal before anybody hears it. No answer, or one that
 * cannot be used: the same transaction that says `sent_unknown` queues the reversal.
 */
export class SubmitService {
  constructor(
    private readonly ports: SwitchingPorts,
    private readonly memory: SwitchingMemory,
  ) {}

  /**
   * 1100 and 1200. Joined to a flight by the caller; never called twice for one attempt at a time in a process.
   * @throws LinkElsewhereError another process leads the link: ask it
   */
  async send(request: SubmitRequest, flight: Flight): Promise<WireOutcome> {
    const { desk, why, refusal } = await this.ports.desks.route(request, await this.#originalLink(request));
    const fence = desk?.lease.fence ?? null;
    const reason = refusal ?? (await this.#obstacle(request, desk));
    if (reason !== undefined || desk === undefined || fence === null) {
      return this.#refuse(request, reason ?? 'link_down', why);
    }
    return this.#sendOver(request, { desk, fence, why }, flight);
  }

  /** A STAN that another attempt has used is no obstacle: the next one names the message. */
  async #sendOver(
    request: SubmitRequest,
    { desk, fence, why }: { desk: Desk; fence: number; why: RouteWhy | undefined },
    flight: Flight,
  ): Promise<WireOutcome> {
    for (;;) {
      const wire = wireIdentity(request, desk, await desk.line.nextStan());
      const message = await this.#build(request, desk, wire);
      if (typeof message === 'string') return this.#refuse(request, message);
      const sealedAccount = request.envelope?.account ?? null;
      const entry = entryOf(request, {
        state: 'sending',
        reason: null,
        wire,
        fence,
        sealedAccount,
        openedAt: this.ports.clock.now(),
        why,
      });
      try {
        const known = await this.ports.journal.open(entry);
        return known === undefined ? await this.#exchange(entry, message, desk, flight) : await this.answerKnown(known);
      } catch (error) {
        if (!(error instanceof IdentityTakenError)) throw error; // else: the next STAN names it
      }
    }
  }

  /** Why nothing can leave towards this link now. @throws LinkElsewhereError */
  async #obstacle(request: SubmitRequest, desk: Desk | undefined): Promise<string | undefined> {
    if (desk === undefined) return 'no_route';
    if (isQuoteOver(request, this.ports.clock.now())) return 'offer_expired';
    if (desk.isElsewhere === true) throw new LinkElsewhereError(desk.line.config.name);
    if (!desk.line.isReady || desk.lease.fence === null) return 'link_down';
    return (await this.#isTerminalClear(request, desk)) ? undefined : 'busy';
  }

  /** What refers to an earlier attempt goes where that went. */
  async #originalLink({ tenantId, originalAttemptId }: SubmitRequest): Promise<string | undefined> {
    if (originalAttemptId === undefined) return undefined;
    const original = await this.ports.journal.find({ tenantId, attemptId: originalAttemptId });
    return original?.wire?.link;
  }

  /** What holds it longer than that may have been ended by people, or by another process: the journal knows. */
  async #isTerminalClear(request: SubmitRequest, desk: Desk): Promise<boolean> {
    const { name: link } = desk.line.config;
    const terminal = terminalOf(request.tenantId, request.acceptor);
    if (await this.memory.order.clear(link, terminal, ORDER_WAIT_MS)) return true;
    const { fence } = desk.lease;
    return fence !== null && this.memory.order.settle(link, terminal, () => unsentOf(this.ports, { link, fence }));
  }

  /** An attempt seen before. One left `sending` by a life that has ended is lost: reversed, never resent. */
  async answerKnown(record: JournalRecord): Promise<WireOutcome> {
    const desk = record.wire === null ? undefined : this.ports.desks.forLink(record.wire.link);
    const fence = desk?.lease.fence ?? null;
    if (record.state !== 'sending' || fence === null) return outcomeOf(record);
    return outcomeOf(await this.#lose(record, 'restart'));
  }

  /** Journal the proof that nothing left; what the journal knew before wins. */
  async #refuse(request: SubmitRequest, reason: string, why?: RouteWhy): Promise<WireOutcome> {
    const openedAt = this.ports.clock.now();
    const facts = { state: 'not_sent', reason, wire: null, fence: 0, sealedAccount: null, openedAt, why } as const;
    const entry = entryOf(request, facts);
    const known = await this.ports.journal.open(entry);
    this.ports.log.note('attempt refused before the wire', { attemptId: request.attemptId, reason });
    return known === undefined ? outcomeOf(freshRecord(entry)) : this.answerKnown(known);
  }

  /** @returns the message, or why it cannot be built */
  async #build(
    request: SubmitRequest,
    desk: Desk,
    wire: NonNullable<JournalEntry['wire']>,
  ): Promise<IsoMessage | string> {
    const { tenantId, envelope, originalAttemptId } = request;
    if (envelope === null) return 'envelope_missing';
    const earlier = originalAttemptId === undefined ? null : { tenantId, attemptId: originalAttemptId };
    const original = earlier === null ? null : (originalOf(await this.ports.journal.find(earlier)) ?? null);
    let opened: Awaited<ReturnType<SwitchingPorts['envelopes']['open']>>;
    try {
      opened = await this.ports.envelopes.open(tenantId, envelope, desk.line.config);
    } catch (error) {
      return refusalOf(error);
    }
    try {
      const isCharge = CHARGES.includes(request.operation);
      const refusal = isCharge ? await this.ports.cardRisk?.refusal(opened.card, tenantId) : undefined;
      if (refusal !== undefined) return refusal;
      const identity = messageIdentity(wire, desk, this.ports.clock.now());
      return desk.connector.buildRequest({ order: orderOf(request), card: opened.card, identity, original });
    } catch (error) {
      return refusalOf(error);
    } finally {
      opened.wipe();
    }
  }

  async #exchange(entry: JournalEntry, message: IsoMessage, desk: Desk, flight: Flight): Promise<WireOutcome> {
    const mayWrite = () => !flight.isAbandoned && desk.lease.fence === entry.fence;
    const lane = entry.order?.method ?? '';
    const result = await desk.line.send(message, desk.line.config.replyTimeoutMs, { mayWrite, lane });
    return outcomeOf(await this.#conclude(freshRecord(entry), message, result, desk));
  }

  async #conclude(record: JournalRecord, message: IsoMessage, result: SendResult, desk: Desk): Promise<JournalRecord> {
    if (result.kind === 'not_sent') return this.#move(record, { event: 'proveUnsent', reason: result.reason });
    if (result.kind === 'lost') return this.#lose(record, result.reason);
    const reading = desk.connector.readAnswer(message, result.message);
    const { attemptId } = record;
    const domesticCode = reading.kind === 'declined' ? reading.domesticCode : undefined;
    const seen = { link: record.wire?.link, brand: record.order?.brand, actionCode: reading.actionCode, domesticCode };
    this.ports.log.note('attempt answered', { attemptId, ...seen, elapsedMs: result.elapsedMs });
    const businessDate = this.memory.calendar.dateOf(desk.line.config.name, result.message);
    switch (reading.kind) {
      case 'approved':
        return this.#approve(record, reading, businessDate);
      case 'declined':
        return this.#move(record, {
          event: 'decline',
          answer: {
            actionCode: reading.actionCode,
            emvResponse: reading.emvResponse,
            issuerMessage: reading.issuerMessage,
            domesticCode: reading.domesticCode,
            approvalCode: null,
            approvedMinor: null,
          },
        });
      case 'unusable':
        return this.#lose({ ...record, actionCode: reading.actionCode }, 'malformed');
    }
  }

  /** A yes for an attempt whose reversal was decided meanwhile changes nothing but the record of it. */
  async #approve(
    record: JournalRecord,
    reading: Omit<JournalMove['answer'] & object, 'never'>,
    businessDate: string,
  ): Promise<JournalRecord> {
    const { actionCode, approvalCode, approvedMinor, emvResponse } = reading;
    const moved = await this.#move(record, {
      event: 'approve',
      answer: { actionCode, approvalCode, approvedMinor, emvResponse },
      businessDate,
    });
    if (moved.state === 'approved' || record.wire === null) return moved;
    const { link, rrn, localTime } = record.wire;
    this.ports.log.note('late approval recorded', { attemptId: record.attemptId, link });
    const late = { businessDate, approvedMinor };
    return (await this.ports.journal.recordLateYes({ link, rrn, localTime }, this.ports.clock.now(), late)) ?? moved;
  }

  /** One transaction says that it may have happened and queues the reversal. */
  async #lose(record: JournalRecord, reason: LossReason): Promise<JournalRecord> {
    const saf = reversalDraft(record, REVERSAL_REASON_CODE[reason]);
    invariant(saf !== undefined, 'a lost attempt had a message');
    const { tenantId, attemptId } = record;
    this.ports.log.note('attempt lost, reversal queued', { attemptId, reason, link: saf.link });
    const lost = await this.memory.order.holding(saf.link, { tenantId, attemptId, ...saf }, async () => {
      const { isMoved, record: value } = await this.#step(record, { event: 'lose', reason, saf });
      return { isQueued: isMoved, value };
    });
    this.memory.ring(saf.link);
    return lost;
  }

  async #move(record: JournalRecord, move: Omit<JournalMove, 'from' | 'at'>): Promise<JournalRecord> {
    return (await this.#step(record, move)).record;
  }

  /** From `sending` on. A database that is away for a moment is asked again: the answer must not be thrown away. */
  #step(record: JournalRecord, move: Omit<JournalMove, 'from' | 'at'>): ReturnType<Journal['move']> {
    const at = this.ports.clock.now();
    return persist(this.ports.clock, () => this.ports.journal.move(record, { ...move, from: 'sending', at }));
  }
}

/** First copies that the journal owes; attempts that an earlier life left behind are lost on the way, as at every sweep. */
function unsentOf({ journal, clock }: SwitchingPorts, lease: LeaseRef): Promise<readonly UnsentEntry[]> {
  const at = clock.now();
  return journal.recover(lease, { at, staleBefore: new Date(at.getTime() - STALE_AFTER_MS) });
}

/** Errors of ours name why nothing was sent; the HSM's silence is for the caller to retry. */
function refusalOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  throw error;
}

/** A quote whose time is over is never used: the holder agreed to it until then. @source payment-features.md §5.2 */
function isQuoteOver({ conversion }: SubmitRequest, now: Date): boolean {
  return conversion?.expiresAt !== undefined && Date.parse(conversion.expiresAt) <= now.getTime();
}
