import type { SubmitRequest, WireOutcome } from '@tsunagu/contracts';
import { freshRecord, outcomeOf } from '../attempt/outcome.js';
import type { Desk } from '../desk.js';
import { IdentityTakenError, type JournalEntry, type JournalRecord, type SafDraft } from '../journal/journal.js';
import { LinkElsewhereError } from '../lease/link-elsewhere-error.js';
import { terminalOf } from '../store-and-forward/terminal-order.js';
import type { SwitchingMemory, SwitchingPorts } from '../switching.js';
import { entryOf, wireIdentity } from './submit-request.js';

/**
 * Captures, and sales that were approved by telephone, are advices: they may not be refused for business reasons, so each is queued with its
 * journal row and repeated until it is answered. It is `unknown` meanwhile; its silence is never a reason to reverse.
 */
export class AdviceService {
  constructor(
    private readonly ports: SwitchingPorts,
    private readonly memory: SwitchingMemory,
  ) {}

  async queue(request: SubmitRequest): Promise<WireOutcome> {
    const desk = await this.#deskOf(request);
    if (desk === undefined || request.envelope === null) return this.#refuse(request);
    if (desk.isElsewhere === true) throw new LinkElsewhereError(desk.line.config.name);
    const ended = this.memory.endings.listen(request);
    const known = await this.#open(request, desk);
    await ended(known === undefined || known.state === 'sent_unknown' ? desk.line.config.replyTimeoutMs : 0);
    const now = await this.ports.journal.find(request);
    return outcomeOf(now ?? known ?? freshRecord(this.#entry(request, null, 'sent_unknown')));
  }

  /** A capture follows its original; what has none is routed like a sale. */
  async #deskOf(request: SubmitRequest): Promise<Desk | undefined> {
    const { tenantId, originalAttemptId: attemptId, operation } = request;
    if (attemptId === undefined && operation === 'voice_sale') return (await this.ports.desks.route(request)).desk;
    const original = attemptId === undefined ? undefined : await this.ports.journal.find({ tenantId, attemptId });
    return this.ports.desks.forLink(original?.wire?.link ?? '');
  }

  /** @returns the record that was there before */
  async #open(request: SubmitRequest, desk: Desk): Promise<JournalRecord | undefined> {
    const terminal = terminalOf(request.tenantId, request.acceptor);
    for (;;) {
      const wire = wireIdentity(request, desk, await desk.line.nextStan());
      const saf: SafDraft = { kind: 'advice', link: wire.link, terminal, reasonCode: '', stan: wire.stan };
      try {
        const { tenantId, attemptId } = request;
        const known = await this.memory.order.holding(wire.link, { tenantId, attemptId, ...saf }, async () => {
          const value = await this.ports.journal.open(this.#entry(request, wire, 'sent_unknown'), saf);
          return { isQueued: value === undefined, value };
        });
        this.memory.ring(wire.link);
        return known;
      } catch (error) {
        if (!(error instanceof IdentityTakenError)) throw error; // else: the next STAN names it
      }
    }
  }

  async #refuse(request: SubmitRequest): Promise<WireOutcome> {
    const entry = this.#entry(request, null, 'not_sent');
    const known = await this.ports.journal.open(entry);
    return outcomeOf(known ?? freshRecord(entry));
  }

  #entry(request: SubmitRequest, wire: JournalEntry['wire'], state: 'sent_unknown' | 'not_sent'): JournalEntry {
    const isQueued = state === 'sent_unknown';
    return entryOf(request, {
      state,
      reason: isQueued ? 'advice_pending' : 'original_missing',
      wire,
      fence: 0,
      sealedAccount: isQueued ? (request.envelope?.account ?? null) : null,
      openedAt: this.ports.clock.now(),
    });
  }
}
