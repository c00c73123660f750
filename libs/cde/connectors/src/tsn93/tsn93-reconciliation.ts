import { IsoMessage, responseMti } from '@tsunagu/iso8583';
import { CURRENCIES, type CurrencyCode } from '@tsunagu/kernel';
import {
  isoDate,
  transmissionTime,
  wireDate,
  type PeerSheet,
  type ReconciliationFacts,
  type ReconciliationReading,
  type ReconciliationSpeech,
  type Totals,
} from '@tsunagu/links';
import { readTotals, writeTotals } from './total-fields.js';

const FINAL = '500';
const CHECKPOINT = '501';
const TOTALS_WANTED = '504';
/** @source reference/iso8583-1993.md §11, §14.3 */
const READING: Readonly<Record<string, ReconciliationReading['kind']>> = {
  500: 'balanced',
  501: 'differs',
  502: 'differs',
  503: 'later',
  504: 'differs',
  906: 'retry',
  907: 'retry',
  909: 'retry',
  910: 'retry',
  911: 'retry',
  912: 'retry',
  915: 'retry',
  923: 'retry',
};

/** Counter exchange of TSN-93. @source reference/iso8583-1993.md §5.1, §14 */
export class Tsn93Reconciliation implements ReconciliationSpeech {
  buildFinal(facts: ReconciliationFacts, isRepeat: boolean): IsoMessage {
    return this.#sheet(isRepeat ? '1521' : '1520', FINAL, facts);
  }

  buildInquiry(facts: ReconciliationFacts, checkpoint: number | null): IsoMessage {
    if (checkpoint === null) return this.#sheet('1500', TOTALS_WANTED, facts);
    return this.#sheet('1500', CHECKPOINT, facts).set(29, String(checkpoint).padStart(3, '0'));
  }

  readAnswer(answer: IsoMessage): ReconciliationReading {
    const actionCode = answer.text(39) ?? null;
    const isAnswer = answer.mti === '1530' || answer.mti === '1510';
    if (actionCode === null || !isAnswer) return { kind: 'retry', actionCode, totals: null };
    return { kind: READING[actionCode] ?? 'refused', actionCode, totals: readTotals(answer) ?? null };
  }

  readSheet(message: IsoMessage): PeerSheet | undefined {
    const isSheet = /^15[02][0-3]$/.test(message.mti) && [11, 12, 24, 32].every((field) => message.has(field));
    const businessDate = isoDate(message.text(28));
    const currency = currencyOf(message.text(50));
    const totals = isSheet ? readTotals(message) : undefined;
    if (businessDate === undefined || currency === undefined || totals === undefined) return undefined;
    return { businessDate, currency, totals };
  }

  answerSheet(
    request: IsoMessage,
    { actionCode, totals, sentAt }: { actionCode: string; totals: Totals | null; sentAt: Date },
  ): IsoMessage {
    const answer = new IsoMessage(responseMti(request.mti), { 7: transmissionTime(sentAt), 39: actionCode });
    for (const echoed of [11, 12, 28, 29, 32, 33, 50, 59]) answer.set(echoed, request.get(echoed));
    return totals === null ? answer : writeTotals(answer, totals);
  }

  #sheet(mti: string, functionCode: string, facts: ReconciliationFacts): IsoMessage {
    const sheet = new IsoMessage(mti, {
      7: transmissionTime(facts.sentAt),
      11: facts.stan,
      12: facts.localTime,
      24: functionCode,
      28: wireDate(facts.businessDate),
      32: facts.acquirerId,
      33: facts.forwardingId,
      50: CURRENCIES[facts.currency].numeric,
    });
    return writeTotals(sheet, facts.totals);
  }
}

function currencyOf(numeric: string | undefined): CurrencyCode | undefined {
  const codes = Object.keys(CURRENCIES) as CurrencyCode[];
  return codes.find((code) => CURRENCIES[code].numeric === numeric);
}
