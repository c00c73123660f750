import type { ReverseRequest, SubmitRequest, SwitchPort, WireOutcome } from '@tsunagu/contracts';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { Stray } from '@tsunagu/links';
import { STALE_AFTER_MS } from './attempt/journal-state.js';
import { outcomeOf } from './attempt/outcome.js';
import type { AttemptKey, LeaseRef } from './journal/journal.js';
import { ReverseService } from './reversal/reverse.service.js';
import { AdviceService } from './submit/advice.service.js';
import { ADVICES } from './submit/submit-request.js';
import { SubmitService } from './submit/submit.service.js';
import { SwitchingMemory, type SwitchingPorts } from './switching.js';

const APPROVED_FIRST_DIGIT = '0';

/**
 * The switch's doors: idempotent by attempt id, sent at most once, true about what it does not know.
 * Knows ports only, so that a simulation can run this very class and crash it at any await.
 */
export class SwitchingService implements SwitchPort {
  readonly memory: SwitchingMemory;
  readonly #submits: SubmitService;
  readonly #advices: AdviceService;
  readonly #reverses: ReverseService;

  constructor(private readonly ports: SwitchingPorts) {
    this.memory = new SwitchingMemory(ports.clock);
    this.#submits = new SubmitService(ports, this.memory);
    this.#advices = new AdviceService(ports, this.memory);
    this.#reverses = new ReverseService(ports, this.memory);
  }

  /** @throws DatabaseUnavailableError nothing is known; ask again */
  submit(request: SubmitRequest): Promise<WireOutcome> {
    return this.memory.flights.join(request, (flight) =>
      ADVICES.includes(request.operation) ? this.#advices.queue(request) : this.#submits.send(request, flight),
    );
  }

  /** @throws DatabaseUnavailableError nothing is known; ask again */
  reverse(request: ReverseRequest): Promise<WireOutcome> {
    return this.#reverses.reverse(request);
  }

  /** @throws DatabaseUnavailableError */
  async outcomes(attempts: readonly AttemptKey[]): Promise<WireOutcome[]> {
    const records = await this.ports.journal.findMany(attempts);
    return records.map(outcomeOf);
  }

  /** This process leads the link from now on: lose what an earlier life left `sending`. Before the line takes work. */
  async takeOver(lease: LeaseRef): Promise<void> {
    const at = this.ports.clock.now();
    const staleBefore = new Date(at.getTime() - STALE_AFTER_MS);
    const unsent = await this.ports.journal.recover(lease, { at, staleBefore });
    this.memory.order.reset(lease.link, unsent);
    if (unsent.length > 0)
      this.ports.log.note('entries left by an earlier life taken over', { link: lease.link, count: unsent.length });
    this.memory.ring(lease.link);
  }

  /** Rows that this life lost track of (the database was away at the wrong moment) are lost like those of an earlier one. */
  async sweep(lease: LeaseRef): Promise<void> {
    const at = this.ports.clock.now();
    await this.ports.journal.recover(lease, { at, staleBefore: new Date(at.getTime() - STALE_AFTER_MS) });
    this.memory.ring(lease.link);
  }

  /** An answer nobody waits for. A late yes is remembered, and never changes the decision to reverse. */
  async hearStray(link: string, stray: Stray): Promise<void> {
    const { message } = stray;
    const [rrn, localTime, actionCode] = [message.text(37), message.text(12), message.text(39)];
    const isYes = /^1[12]10$/.test(message.mti) && actionCode?.[0] === APPROVED_FIRST_DIGIT;
    if (stray.kind === 'duplicate' || !isYes || rrn === undefined || localTime === undefined) return;
    const at = this.ports.clock.now();
    const answer = { businessDate: this.memory.calendar.dateOf(link, message), approvedMinor: amountOf(message) };
    const record = await this.ports.journal.recordLateYes({ link, rrn, localTime }, at, answer);
    const facts = { rrn, localTime, amountMinor: answer.approvedMinor, businessDate: answer.businessDate, at };
    if (record === undefined) {
      await this.ports.watches?.watch(link, { ...facts, reason: 'unmatched' });
      return this.ports.log.alarm('unmatched approval', { link, kind: stray.kind });
    }
    // Its reversal is over, and the peer says yes all the same: the books of the two sides must be looked at.
    if (record.state === 'reversed') await this.ports.watches?.watch(link, { ...facts, reason: 'late_approval' });
    this.ports.log.note('late approval recorded', { attemptId: record.attemptId, link, state: record.state });
    this.memory.ring(link);
  }
}

function amountOf(message: IsoMessage): number | null {
  const digits = message.text(4);
  return digits === undefined ? null : Number(digits);
}
