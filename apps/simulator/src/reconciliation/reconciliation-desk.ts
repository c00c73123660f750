import type { IsoMessage } from '@tsunagu/iso8583';
import { answerTo } from '../hosts/answer.js';
import { CURRENCY_BY_NUMBER } from '../hosts/booking.js';
import type { HostCalendar } from '../hosts/calendar.js';
import { ACTION, send, type Verdict } from '../hosts/verdict.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { countersOf, differingFields, writeCounters } from './host-counters.js';

const TOTALS_WANTED = '504';

/** What the host has told and heard about one business date. */
export interface ReconciliationNote {
  readonly mti: string;
  readonly functionCode: string;
  readonly businessDate: string;
  readonly currency: string;
  readonly actionCode: string;
  /** Fields in which the peer said something else. */
  readonly differing: readonly number[];
  readonly at: string;
}

export interface ReconciliationMeans {
  readonly ledger: IssuerLedger;
  readonly calendar: HostCalendar;
  readonly now: () => number;
}

/**
 * Counter exchange (1500 and 1520) against the host's own book. A final and a checkpoint are answered 500 when all counters agree, else 501
 * with the host's own; 504 asks for the totals alone. Any date may be asked for at any time of day.
 * @source iso8583-1993.md §14.3
 */
export class ReconciliationDesk {
  readonly #notes: ReconciliationNote[] = [];

  constructor(private readonly means: ReconciliationMeans) {}

  get notes(): readonly ReconciliationNote[] {
    return this.#notes;
  }

  handle(message: IsoMessage): Verdict {
    const { ledger, calendar, now } = this.means;
    const businessDate = message.text(28) ?? '';
    const currency = CURRENCY_BY_NUMBER[message.text(50) ?? ''];
    if (currency === undefined) return send(answerTo(message, now(), { actionCode: ACTION.invalidTransaction }));
    if (businessDate > calendar.date) return send(answerTo(message, now(), { actionCode: ACTION.cutoverError }));
    const counters = countersOf(ledger.entries(), businessDate, currency);
    const isAsked = message.text(24) === TOTALS_WANTED;
    const differing = isAsked ? [] : differingFields(message, counters);
    const actionCode = actionOf(isAsked, differing);
    this.#note(message, { businessDate, currency, actionCode, differing });
    const answer = answerTo(message, now(), { actionCode });
    return send(actionCode === ACTION.balanced ? answer : writeCounters(answer, counters));
  }

  #note(
    message: IsoMessage,
    facts: Pick<ReconciliationNote, 'businessDate' | 'currency' | 'actionCode' | 'differing'>,
  ) {
    const functionCode = message.text(24) ?? '';
    this.#notes.push({ mti: message.mti, functionCode, ...facts, at: new Date(this.means.now()).toISOString() });
  }
}

function actionOf(isAsked: boolean, differing: readonly number[]): string {
  if (isAsked) return ACTION.totalsProvided;
  return differing.length === 0 ? ACTION.balanced : ACTION.outOfBalance;
}
