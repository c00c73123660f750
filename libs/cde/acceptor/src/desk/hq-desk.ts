import type { IsoMessage } from '@tsunagu/iso8583';
import { businessDate } from '@tsunagu/kernel';
import type { HqContract } from '../contract/hq-contract.js';
import { ACTION } from '../message/action.js';
import { answerTo, type HqAnswer } from '../message/answer.js';
import { isCharge, readRequest, referenceOf, type HqRequest } from '../message/hq-request.js';
import { missingFields } from '../message/missing-fields.js';
import type { HqBegun, HqEntry, HqLine, KeptReconciliation } from '../register/hq-register.js';
import { differences } from '../register/totals.js';
import type { HqPorts } from './hq-ports.js';
import { Reconciling } from './reconciling.js';
import { RequestRate } from './request-rate.js';
import { HqRequests, countOf } from './requests.js';

/** A claim outlives the answer's deadline by this much: a process that died is taken over from after it. */
const CLAIM_MARGIN_MS = 5_000;
/** Reasons of a reversal whose sender never saw an answer: the original is counted by neither side. @source iso8583-1993.md §9, docs/adr/0046 */
const UNSEEN_REASONS: ReadonlySet<string> = new Set(['4002', '4003', '4006', '4020', '4021']);

/** Both sides' totals of one date, as they were compared. */
export interface HqExchange extends KeptReconciliation {
  /** Numbers of the fields, 74 to 97; empty: in balance. */
  readonly different: readonly string[];
}

/**
 * One line of a merchant's payment server: what a message asks for, once. It knows no connection: a repeat may come by another one,
 * and to another process.
 */
export class HqDesk {
  readonly line: HqLine;
  readonly #requests: HqRequests;
  readonly #reconciling: Reconciling;
  readonly #rate: RequestRate;
  readonly #running = new Set<string>();

  constructor(
    readonly contract: HqContract,
    private readonly ports: HqPorts,
  ) {
    this.line = { tenantId: contract.tenantId, link: contract.name };
    this.#requests = new HqRequests(contract, ports);
    this.#reconciling = new Reconciling(contract, this.line, ports);
    this.#rate = new RequestRate(contract.perSecondMax, ports.clock);
  }

  /**
   * The answer to a message of a server that has signed on.
   * @param receivedMs monotonic: when its last byte came
   * @returns undefined for a message that is not answered
   */
  async handle(message: IsoMessage, receivedMs: number): Promise<IsoMessage | undefined> {
    if (message.mti[2] !== '0' && message.mti[2] !== '2') return undefined;
    const answer = await this.#answer(message, receivedMs);
    this.ports.log.answered(this.contract.name, message.mti, answer.actionCode);
    return answerTo(message, answer, this.ports.clock.now());
  }

  /** Date of the line, YYMMDD: what a cut-over said, else the calendar of Japan moved by the contract's cut-off. */
  async businessDate(): Promise<string> {
    const { cutOffMinutes } = this.contract;
    const calendar = businessDate(this.ports.clock.now(), cutOffMinutes).slice(2).replaceAll('-', '');
    const cutOver = await this.ports.register.cutOver(this.line);
    return cutOver !== null && cutOver > calendar ? cutOver : calendar;
  }

  /** A new business date by 1804 24=821: the next day at most. @returns the action code */
  async cutOver(date: string | undefined): Promise<string> {
    const today = await this.businessDate();
    if (date === undefined || date < today || date > nextDay(today)) return ACTION.invalidTransaction;
    await this.ports.register.setCutOver(this.line, date);
    return ACTION.networkAccepted;
  }

  /** Totals that were compared with the server's, newest first, and the fields in which they differed. */
  async exchanges(limit: number): Promise<readonly HqExchange[]> {
    const kept = await this.ports.register.reconciliations(this.line, limit);
    return kept.map((one) => ({ ...one, different: differences(one.theirs, one.ours) }));
  }

  async #answer(message: IsoMessage, receivedMs: number): Promise<HqAnswer> {
    switch (message.mti[1]) {
      case '1':
      case '2':
      case '4':
        return this.#money(message, receivedMs);
      case '3':
        return { actionCode: await this.#actOnFile(message) };
      case '5':
        return this.#reconciling.answer(message, await this.businessDate());
      default:
        return { actionCode: ACTION.notSupported };
    }
  }

  /** Repeats are known by the number in field 71, which the file's keeper counts. */
  async #actOnFile(message: IsoMessage): Promise<string> {
    if (!this.contract.rights.has('file_action')) return ACTION.fileNotSupported;
    if (missingFields(message).length > 0) return ACTION.formatError;
    if (message.text(33) !== this.contract.institution) return ACTION.unknownAcquirer;
    const isAdvice = message.mti[2] === '2';
    if (!isAdvice && !this.#rate.take()) return ACTION.inoperative;
    return this.ports.files.act(this.line, message);
  }

  async #money(message: IsoMessage, receivedMs: number): Promise<HqAnswer> {
    const request = readRequest(this.contract, message);
    if (typeof request === 'string') return { actionCode: request };
    if (request.operation === 'reversal') return this.#reverse(request);
    if (!request.isAdvice && !this.#rate.take()) return { actionCode: ACTION.inoperative };
    const entry = this.#entry(request);
    const name = referenceOf(this.contract.name, request.identity);
    const isRunningHere = this.#running.has(name);
    const now = this.ports.clock.now();
    const until = new Date(now.getTime() + this.contract.answerMs + CLAIM_MARGIN_MS);
    const claim = { owner: this.ports.owner, isRunningHere, until, at: now };
    if (!isRunningHere) this.#running.add(name);
    try {
      const begun = await this.ports.register.begin(this.line, entry, claim);
      return begun.kind === 'mine' ? await this.#work(request, entry, receivedMs) : told(begun);
    } finally {
      if (!isRunningHere) this.#running.delete(name);
    }
  }

  async #work(request: HqRequest, entry: HqEntry, receivedMs: number): Promise<HqAnswer> {
    const { register, clock } = this.ports;
    const worked = await this.#requests.work(request, receivedMs + this.contract.answerMs);
    const dated = { businessDate: await this.businessDate() };
    if (worked.kind === 'answer') {
      const answer = { ...this.#worded(request, worked.answer), ...dated };
      const count = countOf(request, answer);
      return register.end(this.line, entry, { answer, count, undo: false }, clock.now());
    }
    if (entry.reference === null || request.isAdvice) {
      await register.release(this.line, entry); // nothing was refused, nothing is undone: a repeat takes it up again
      return { actionCode: ACTION.inProgress };
    }
    const answer = { actionCode: ACTION.timedOut, ...dated };
    return register.end(this.line, entry, { answer, count: null, undo: true }, clock.now());
  }

  /** An advice tells of goods that are gone: it is not declined, it is taken or its liability is not. */
  #worded({ isAdvice }: HqRequest, answer: HqAnswer): HqAnswer {
    if (!isAdvice || answer.actionCode.startsWith('0')) return answer;
    const isIssuers = answer.actionCode === ACTION.adviceRefused || answer.actionCode.startsWith('1');
    return { actionCode: isIssuers ? ACTION.adviceRefused : ACTION.adviceNotAccepted };
  }

  /** One transaction, and an answer at once: from here on the undoing is ours. */
  async #reverse(request: HqRequest): Promise<HqAnswer> {
    const { register, clock, log } = this.ports;
    const { original, message } = request;
    if (original === null) return { actionCode: ACTION.formatError };
    const dated = { businessDate: await this.businessDate() };
    const order = {
      original,
      answer: { actionCode: ACTION.reversed, ...dated },
      refused: { actionCode: ACTION.adviceNotAccepted, ...dated },
      isUnseen: UNSEEN_REASONS.has(message.text(25) ?? ''),
    };
    const begun = await register.reverse(this.line, this.#entry(request), order, clock.now());
    const answer = told(begun);
    if (answer.actionCode === ACTION.adviceNotAccepted)
      log.alarm('a movement cannot be reversed by its line', { link: this.contract.name, original: original.stan });
    return answer;
  }

  #entry(request: HqRequest): HqEntry {
    const { message, identity, isRepeat, digest, amountMinor, currency, operation } = request;
    return {
      identity,
      mti: `${message.mti.slice(0, 3)}0`,
      isRepeat,
      digest,
      reference: isCharge(operation) ? referenceOf(this.contract.name, identity) : null,
      amountMinor,
      currency,
      rrn: message.text(37)?.trimEnd() ?? null,
    };
  }
}

function told(begun: HqBegun): HqAnswer {
  switch (begun.kind) {
    case 'answered':
      return begun.answer;
    case 'running':
      return { actionCode: ACTION.inProgress };
    case 'different':
      return { actionCode: ACTION.invalidTransaction };
    case 'mine':
    case 'duplicate':
      return { actionCode: ACTION.duplicate };
  }
}

function nextDay(date: string): string {
  const at = new Date(
    Date.UTC(2000 + Number(date.slice(0, 2)), Number(date.slice(2, 4)) - 1, Number(date.slice(4)) + 1),
  );
  return at.toISOString().slice(2, 10).replaceAll('-', '');
}
