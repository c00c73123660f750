import type { IsoMessage } from '@tsunagu/iso8583';
import type { HqContract } from '../contract/hq-contract.js';
import { ACTION } from '../message/action.js';
import type { HqAnswer } from '../message/answer.js';
import { CURRENCY_BY_NUMBER } from '../message/hq-request.js';
import { missingFields } from '../message/missing-fields.js';
import type { HqLine, HqReconciliation } from '../register/hq-register.js';
import { differences, saidTotals, totalFields } from '../register/totals.js';
import type { HqPorts } from './hq-ports.js';

/** 500 final, 501 checkpoint, 502 and 503 the same in a named currency, 504 a request for totals. */
const FUNCTIONS = ['500', '501', '502', '503', '504'];
const TOTALS_ASKED = '504';
const CURRENCY_DEFAULT = '392';

/** Counters of a line against those of the server that uses it. Compares and tells; corrects nothing. @source iso8583-1993.md §14 */
export class Reconciling {
  constructor(
    private readonly contract: HqContract,
    private readonly line: HqLine,
    private readonly ports: HqPorts,
  ) {}

  /** @param today business date of the line, YYMMDD */
  async answer(message: IsoMessage, today: string): Promise<HqAnswer> {
    const period = this.#periodOf(message, today);
    if (typeof period === 'string') return { actionCode: period };
    const { businessDate, currency, functionCode } = period;
    const ours = totalFields(await this.ports.register.totals(this.line, businessDate, currency));
    if (functionCode === TOTALS_ASKED) return { actionCode: ACTION.totalsProvided, totals: ours };
    const theirs = saidTotals(message);
    const different = differences(theirs, ours);
    const actionCode = different.length === 0 ? ACTION.reconciled : ACTION.outOfBalance;
    const { register, clock, log } = this.ports;
    await register.noteReconciliation(this.line, { ...period, actionCode, theirs, ours }, clock.now());
    if (different.length === 0) return { actionCode };
    log.alarm('a line is out of balance', { link: this.line.link, businessDate, fields: different.join(' ') });
    return { actionCode, totals: ours };
  }

  /** What is compared; the action code that refuses it otherwise. */
  #periodOf(message: IsoMessage, today: string): Period | string {
    if (!this.contract.rights.has('reconciliation')) return ACTION.notSupported;
    const functionCode = message.text(24) ?? '';
    const isComplete = functionCode === TOTALS_ASKED || missingFields(message).length === 0;
    if (!FUNCTIONS.includes(functionCode) || !isComplete) return ACTION.formatError;
    const institution = message.text(32) ?? message.text(33);
    if (institution !== this.contract.institution) return ACTION.unknownAcquirer;
    const currency = CURRENCY_BY_NUMBER.get(message.text(50) ?? CURRENCY_DEFAULT);
    if (currency === undefined) return ACTION.formatError;
    return { functionCode, currency, businessDate: message.text(28) ?? today, checkpoint: message.text(29) ?? null };
  }
}

type Period = Pick<HqReconciliation, 'functionCode' | 'currency' | 'businessDate' | 'checkpoint'>;
