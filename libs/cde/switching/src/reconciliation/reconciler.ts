import type { IsoMessage } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';
import {
  isoDate,
  localTime,
  reconciliationOf,
  wireDate,
  type ReconciliationFacts,
  type ReconciliationReading,
  type ReconciliationSpeech,
} from '@tsunagu/links';
import { Rounds } from '@tsunagu/platform';
import type { Desk } from '../desk.js';
import type { LeaseRef } from '../journal/journal.js';
import { persist } from '../journal/persist.js';
import type { SwitchingMemory, SwitchingPorts } from '../switching.js';
import type { CaseInvestigator } from './case-investigator.js';
import type {
  CaseDraft,
  ReconciliationBooks,
  ReconciliationKey,
  Run,
  RunDraft,
  RunEnd,
} from './reconciliation-books.js';
import { differencesOf } from './totals.js';

const EVERY_MS = 5_000;
const FINAL = '500';
const BALANCED = '500';
const OUT_OF_BALANCE = '501';
const TRY_AGAIN_MS = 5_000;

/** What a reconciler stands on besides the ports of the switch. */
export interface ReconciliationMeans {
  readonly books: ReconciliationBooks;
  readonly investigator: CaseInvestigator;
}

/** This process does not lead the link, or its counterpart exchanges no counters. */
export class CannotReconcileError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(link: string, rule: string) {
    super('the link cannot exchange counters here', { link, rule });
  }
}

/**
 * Counter exchange of one link: finals by themselves some time after the cutover, checkpoints while a date is open, both at any time when
 * somebody asks. What it says is in the books before it is sent, and said again under the same names until it is answered.
 *
 * Nothing is ever made equal here: a difference opens a case that names transactions.
 */
export class Reconciler {
  readonly #rounds: Rounds;
  #checkpointAtMs: number;
  #isDayKnown = false;

  constructor(
    private readonly desk: Desk,
    private readonly ports: SwitchingPorts,
    private readonly memory: SwitchingMemory,
    private readonly means: ReconciliationMeans,
  ) {
    const failed = (error: unknown) =>
      ports.log.alarm('reconciliation round failed', { link: this.#link, code: codeOf(error) });
    this.#rounds = new Rounds({ everyMs: EVERY_MS, work: () => this.pass(), failed }, ports.clock);
    this.#checkpointAtMs = ports.clock.monotonicMs() + this.#timers.checkpointMs;
    memory.calendar.onNewDay(this.#link, (businessDate) => this.#rememberDay(businessDate));
  }

  start(): void {
    this.#rounds.start();
  }

  stop(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Open what is due, send what is owed, look into differences. @returns whether anything was sent */
  async pass(): Promise<boolean> {
    const lease = this.#lease();
    if (lease === undefined || this.#speech === undefined) return false;
    await this.#learnDay();
    if (this.desk.line.isReady) {
      await this.#openDue(lease);
      await this.#sendDue(lease);
    }
    await this.#investigate(lease);
    return false; // finals are few: the next round is soon enough
  }

  /** Exchange counters now. @throws CannotReconcileError, DatabaseUnavailableError @returns undefined when another exchange was just opened */
  async exchange(key: Omit<ReconciliationKey, 'link'>, kind: 'final' | 'checkpoint'): Promise<Run | undefined> {
    const lease = this.#leaseOrThrow();
    const run = await this.#open({ ...key, link: this.#link }, lease, kind);
    if (run !== undefined) await this.#sendDue(lease);
    return run;
  }

  /** Open another business date and tell the peer. @param businessDate YYYY-MM-DD @returns whether the peer accepted it */
  async cutOver(businessDate: string): Promise<boolean> {
    this.#leaseOrThrow();
    const isAccepted = (await this.desk.line.cutover?.(wireDate(businessDate))) === true;
    if (isAccepted) await this.#openDay(businessDate);
    return isAccepted;
  }

  /** A cutover that the peer told (821). @param date field 15 */
  async hearCutover(date: string): Promise<void> {
    const businessDate = isoDate(date);
    if (businessDate !== undefined) await this.#openDay(businessDate);
  }

  /**
   * The peer sends its own counters (1522 of an issuer, 1520 or 1500 of an acquirer).
   * @returns the answer, with ours when they differ; undefined when the message is none of these
   */
  async hearSheet(message: IsoMessage): Promise<IsoMessage | undefined> {
    const [speech, lease] = [this.#speech, this.#lease()];
    const sheet = speech?.readSheet(message);
    if (speech === undefined || sheet === undefined || lease === undefined) return undefined;
    const ours = await this.means.books.totals({ link: this.#link, ...sheet });
    const isBalanced = differencesOf(ours, sheet.totals).length === 0;
    const actionCode = isBalanced ? BALANCED : OUT_OF_BALANCE;
    const at = this.ports.clock.now();
    const ended: RunDraft['ended'] = {
      state: isBalanced ? 'balanced' : 'differs',
      theirs: sheet.totals,
      actionCode,
      differing: !isBalanced && message.text(24) === FINAL ? this.#caseDraft(at) : undefined,
    };
    await this.#keepSheet(message, sheet, lease, { kind: 'peer', ours, at, ended });
    return speech.answerSheet(message, { actionCode, totals: isBalanced ? null : ours, sentAt: at });
  }

  async #keepSheet(
    message: IsoMessage,
    { businessDate, currency }: Omit<ReconciliationKey, 'link'>,
    lease: LeaseRef,
    draft: Omit<RunDraft, 'stan' | 'localTime'>,
  ): Promise<void> {
    const names = { stan: message.text(11) ?? '', localTime: message.text(12) ?? '' };
    await this.means.books.open({ link: this.#link, businessDate, currency }, lease, { ...draft, ...names });
    if (draft.ended?.state === 'differs')
      this.ports.log.alarm('the peer holds other totals', { link: this.#link, businessDate });
  }

  async #openDue(lease: LeaseRef): Promise<void> {
    const at = this.ports.clock.now();
    const { afterCutoverMs, checkpointMs } = this.#timers;
    const due = await this.means.books.dueFinals(this.#link, { at, afterCutoverMs });
    for (const key of due) await this.#open({ ...key, link: this.#link }, lease, 'final');
    if (checkpointMs === 0 || this.ports.clock.monotonicMs() < this.#checkpointAtMs) return;
    this.#checkpointAtMs = this.ports.clock.monotonicMs() + checkpointMs;
    const businessDate = this.memory.calendar.current(this.#link);
    for (const currency of await this.means.books.currencies(this.#link, businessDate))
      await this.#open({ link: this.#link, businessDate, currency }, lease, 'checkpoint');
  }

  async #open(key: ReconciliationKey, lease: LeaseRef, kind: 'final' | 'checkpoint'): Promise<Run | undefined> {
    const at = this.ports.clock.now();
    const ours = await this.means.books.totals(key);
    const names = { stan: await this.desk.line.nextStan(), localTime: localTime(at) };
    return this.means.books.open(key, lease, { kind, ours, ...names, at });
  }

  async #sendDue(lease: LeaseRef): Promise<void> {
    const { repeatMs } = this.#timers;
    const runs = await this.means.books.claimDue(lease, { at: this.ports.clock.now(), repeatMs });
    for (const run of runs) await this.#sendOne(run);
  }

  async #sendOne(run: Run): Promise<void> {
    const speech = this.#speech;
    if (speech === undefined) return;
    const { line } = this.desk;
    const message = messageOf(run, speech, this.#factsOf(run));
    const result = await line.send(message, line.config.replyTimeoutMs, { isUrgent: true });
    if (result.kind === 'answered') return this.#settle(run, speech.readAnswer(result.message));
    const { link, businessDate } = run;
    this.ports.log.note('counters not answered', { link, businessDate, kind: run.kind }); // said again on schedule
  }

  async #settle(run: Run, reading: ReconciliationReading): Promise<void> {
    const { link, businessDate } = run;
    const facts = { link, businessDate, kind: run.kind, actionCode: reading.actionCode };
    if (reading.kind === 'retry') return this.ports.log.note('counters to be repeated', facts);
    const end = await this.#endOf(run, reading);
    if (end.state === 'balanced') this.ports.log.note('counters agree', facts);
    else if (end.state === 'asking') this.ports.log.note('totals of the peer not ready', facts);
    else this.ports.log.alarm(end.state === 'differs' ? 'counters differ' : 'counters refused', facts);
    await persist(this.ports.clock, () => this.means.books.end(run, end, this.#caseDraft(end.at)));
    if (end.state === 'balanced' && run.kind === 'final') await this.means.investigator.closeRecounted(run, end.at);
  }

  /** A peer that says "in balance" over other totals than ours is not in balance. */
  async #endOf(run: Run, { kind, actionCode, totals: theirs }: ReconciliationReading): Promise<RunEnd> {
    const at = this.ports.clock.now();
    const isEqual = theirs === null || differencesOf(run.ours, theirs).length === 0;
    if (kind === 'balanced') return { state: isEqual ? 'balanced' : 'differs', actionCode, theirs, at };
    if (kind === 'later') {
      const names = { stan: await this.desk.line.nextStan(), localTime: localTime(at) };
      return { state: 'asking', actionCode, theirs, at, next: { at: new Date(at.getTime() + TRY_AGAIN_MS), ...names } };
    }
    const isAnsweredEqual = run.state === 'asking' && theirs !== null && isEqual;
    if (isAnsweredEqual) return { state: 'balanced', actionCode, theirs, at };
    return { state: kind === 'refused' ? 'refused' : 'differs', actionCode, theirs, at };
  }

  /** When what was presumed has been counted no more, the same date is exchanged once more. */
  async #investigate(lease: LeaseRef): Promise<void> {
    const recounted = await this.means.investigator.pass(this.#link);
    if (!this.desk.line.isReady) return;
    for (const key of recounted) await this.#open(key, lease, 'final');
    if (recounted.length > 0) await this.#sendDue(lease);
  }

  #caseDraft(at: Date): CaseDraft {
    const { owner, deadlineMs } = this.#timers;
    return { owner, deadline: new Date(at.getTime() + deadlineMs) };
  }

  #factsOf(run: Run): ReconciliationFacts {
    const { acquirerId, forwardingId } = this.desk.line.config;
    const { businessDate, currency, ours: totals } = run;
    const names = { stan: run.stan ?? '', localTime: run.localTime ?? '', acquirerId, forwardingId };
    return { ...names, businessDate, currency, totals, sentAt: this.ports.clock.now() };
  }

  async #learnDay(): Promise<void> {
    if (this.#isDayKnown) return;
    const known = await this.means.books.currentDay(this.#link);
    if (known !== undefined) this.memory.calendar.learn(this.#link, known);
    this.#isDayKnown = true;
  }

  #openDay(businessDate: string): Promise<void> {
    const done = this.means.books.openDay(this.#link, businessDate, { toldBy: 'cutover', at: this.ports.clock.now() });
    this.memory.calendar.learn(this.#link, businessDate);
    return done;
  }

  #rememberDay(businessDate: string): void {
    const at = this.ports.clock.now();
    persist(this.ports.clock, () => this.means.books.openDay(this.#link, businessDate, { toldBy: 'answer', at })).catch(
      (error: unknown) =>
        this.ports.log.alarm('a business date could not be opened', { link: this.#link, code: codeOf(error) }),
    );
  }

  get #link(): string {
    return this.desk.line.config.name;
  }

  get #timers() {
    return reconciliationOf(this.desk.line.config);
  }

  get #speech(): ReconciliationSpeech | undefined {
    return this.desk.connector.reconciliation;
  }

  #lease(): LeaseRef | undefined {
    const { fence } = this.desk.lease;
    return fence === null ? undefined : { link: this.#link, fence };
  }

  #leaseOrThrow(): LeaseRef {
    const lease = this.#lease();
    if (lease === undefined) throw new CannotReconcileError(this.#link, 'not_leading');
    if (!this.desk.line.isReady) throw new CannotReconcileError(this.#link, 'link_down');
    if (this.#speech === undefined) throw new CannotReconcileError(this.#link, 'by_file_only');
    return lease;
  }
}

function messageOf(run: Run, speech: ReconciliationSpeech, facts: ReconciliationFacts): IsoMessage {
  if (run.state === 'asking') return speech.buildInquiry(facts, null);
  if (run.kind === 'checkpoint') return speech.buildInquiry(facts, run.number);
  return speech.buildFinal(facts, run.tries > 1);
}

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'unexpected';
}
