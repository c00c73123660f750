import { readOriginalDataElements, type IsoMessage } from '@tsunagu/iso8583';
import type { SendResult, Totals } from '@tsunagu/links';
import { DetailSource, type PeerTransaction } from '../reconciliation/difference-cases.js';
import {
  differencesOf,
  totalsFromJson,
  totalsOf,
  totalsToJson,
  type TotalRow,
  type TotalsJson,
} from '../reconciliation/totals.js';
import { answerTo } from './plain-connector.js';
import { isoDate } from '@tsunagu/links';

interface Entry extends PeerTransaction {
  readonly stan: string;
}

/** For specs: the other side of a line, with a book and counters of its own, and its detail file. */
export class PeerBook extends DetailSource {
  /** YYMMDD, put into field 15 of every answer. */
  date = '261123';
  entries: Entry[] = [];
  /** What it says to counters in place of comparing them. */
  readonly say: (string | null)[] = [];
  readonly heard: IsoMessage[] = [];
  pagesRead = 0;

  /** The host's answer, booked before it is given. */
  answer(message: IsoMessage): IsoMessage | null {
    if (message.mti.startsWith('15')) return this.#counters(message);
    if (message.mti.startsWith('142')) return answerTo(message, this.#reverse(message)).set(15, this.date);
    if (message.mti === '1804') return answerTo(message, '800');
    this.book(message);
    return answerTo(message, '000').set(15, this.date);
  }

  result(message: IsoMessage): SendResult {
    const answer = this.answer(message);
    return answer === null ? { kind: 'lost', reason: 'timeout' } : { kind: 'answered', message: answer, elapsedMs: 1 };
  }

  book(message: IsoMessage): void {
    this.entries.push({
      rrn: message.text(37) ?? '',
      stan: message.text(11) ?? '',
      localTime: message.text(12) ?? '',
      class: message.mti === '1100' ? 'authorization' : 'debit',
      terminal: message.text(41) ?? null,
      amountMinor: Number(message.text(4)),
      businessDate: isoDate(this.date) ?? '',
      reversalDate: null,
    });
  }

  change(stan: string, change: Partial<Entry>): void {
    this.entries = this.entries.map((entry) => (entry.stan === stan ? { ...entry, ...change } : entry));
  }

  totals(businessDate: string): Totals {
    return totalsOf(
      this.entries.flatMap((entry): TotalRow[] => {
        const tally = { class: entry.class, number: 1, amountMinor: BigInt(entry.amountMinor) };
        return [
          ...(entry.businessDate === businessDate ? [{ ...tally, sign: 'original' as const }] : []),
          ...(entry.reversalDate === businessDate ? [{ ...tally, sign: 'reversal' as const }] : []),
        ];
      }),
    );
  }

  override async *pages({ businessDate }: { businessDate: string }): AsyncIterable<readonly PeerTransaction[]> {
    const wanted = this.entries.filter(
      (entry) => entry.businessDate === businessDate || entry.reversalDate === businessDate,
    );
    for (let from = 0; from < wanted.length; from += 2) {
      this.pagesRead += 1;
      yield wanted.slice(from, from + 2);
    }
  }

  #reverse(message: IsoMessage): string {
    const original = readOriginalDataElements(message.text(56) ?? '');
    const entry = this.entries.find(({ stan }) => stan === original?.stan);
    if (entry === undefined) return '914';
    if (entry.reversalDate === null) this.change(entry.stan, { reversalDate: isoDate(this.date) ?? null });
    return '400';
  }

  #counters(message: IsoMessage): IsoMessage | null {
    this.heard.push(message);
    const said = this.say.length > 0 ? this.say.shift() : undefined;
    if (said === null) return null;
    const ours = this.totals(isoDate(message.text(28)) ?? '');
    const theirs = totalsFromJson(JSON.parse(message.text(72) ?? '{}') as TotalsJson);
    const actionCode = said ?? (differencesOf(ours, theirs).length === 0 ? '500' : '501');
    const answer = answerTo(message, actionCode);
    return actionCode === '500' || actionCode === '503' ? answer : answer.set(72, JSON.stringify(totalsToJson(ours)));
  }
}
