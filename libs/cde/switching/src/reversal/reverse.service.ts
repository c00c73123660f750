import type { ReverseRequest, WireOutcome } from '@tsunagu/contracts';
import { allows } from '../attempt/journal-state.js';
import { freshRecord, outcomeOf, wasCancelRefused } from '../attempt/outcome.js';
import {
  REQUESTED_REVERSAL,
  type Journal,
  type JournalEntry,
  type JournalRecord,
  type SafDraft,
} from '../journal/journal.js';
import { ADVICES, reversalDraft } from '../submit/submit-request.js';
import type { SwitchingMemory, SwitchingPorts } from '../switching.js';

const ACK_WAIT_MS = 2_000;

/** Takes an attempt back: queued once per attempt, repeated until acknowledged, never taken back itself. A cancel that was refused is not asked for again. */
export class ReverseService {
  constructor(
    private readonly ports: SwitchingPorts,
    private readonly memory: SwitchingMemory,
  ) {}

  async reverse(request: ReverseRequest): Promise<WireOutcome> {
    const ended = this.memory.endings.listen(request);
    const record = await this.#decide(request);
    const isOpen = outcomeOf(record).state === 'unknown';
    await ended(isOpen ? ACK_WAIT_MS : 0);
    return outcomeOf(isOpen ? ((await this.ports.journal.find(request)) ?? record) : record);
  }

  /** Decide on what the journal says now; when it changes under us, decide again on that. */
  async #decide(request: ReverseRequest): Promise<JournalRecord> {
    for (;;) {
      const record = (await this.ports.journal.find(request)) ?? (await this.#burn(request));
      if (!allows(record.state, 'decideReversal') || wasCancelRefused(record.reason)) return record;
      const { code, word } = REQUESTED_REVERSAL[request.reason];
      const saf = reversalDraft(record, code);
      if (saf === undefined) return record;
      this.memory.flights.abandon(request); // in this instant: what has not left must not overtake its reversal
      const moved = await this.#queue(record, saf, word);
      this.memory.ring(saf.link);
      if (moved.isMoved) return moved.record;
    }
  }

  /** The first decision holds the terminal until it was sent; a later one finds the entry that is there. */
  #queue(record: JournalRecord, saf: SafDraft, word: string): ReturnType<Journal['move']> {
    const { tenantId, attemptId, state: from } = record;
    const isAdvice = record.order !== null && ADVICES.includes(record.order.operation);
    const isFirst = from === 'sending' || from === 'approved';
    const reason = isFirst || isAdvice ? word : record.reason;
    const step = () =>
      this.ports.journal.move(record, { from, event: 'decideReversal', reason, saf, at: this.ports.clock.now() });
    if (!isFirst) return step();
    return this.memory.order.holding(saf.link, { tenantId, attemptId, ...saf }, async () => {
      const value = await step();
      return { isQueued: value.isMoved, value };
    });
  }

  /** Never seen: from now on a submit of it answers `not_sent`. */
  async #burn(request: ReverseRequest): Promise<JournalRecord> {
    const { tenantId, attemptId } = request;
    const entry: JournalEntry = {
      tenantId,
      attemptId,
      state: 'burned',
      reason: 'blocked',
      order: null,
      originalAttemptId: null,
      wire: null,
      fence: 0,
      sealedAccount: null,
      openedAt: this.ports.clock.now(),
    };
    return (await this.ports.journal.open(entry)) ?? freshRecord(entry);
  }
}
