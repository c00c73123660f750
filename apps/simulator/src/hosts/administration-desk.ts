import type { IsoMessage } from '@tsunagu/iso8583';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { answerTo } from './answer.js';
import { send, type Verdict } from './verdict.js';

/** @source iso8583-1993.md §11: 605 supplied, 601 cannot trace */
const SUPPLIED = '605';
const CANNOT_TRACE = '601';

/** Requests for one transaction of the book (1604 with 37 and 12): what was booked comes back in 4, 15, 38 and, as a word, in 72. */
export class AdministrationDesk {
  constructor(
    private readonly ledger: IssuerLedger,
    private readonly now: () => number,
  ) {}

  handle(message: IsoMessage): Verdict {
    const rrn = message.text(37);
    const entry = this.ledger.entries().find((one) => one.rrn === rrn);
    if (entry === undefined) return send(answerTo(message, this.now(), { actionCode: CANNOT_TRACE }));
    const answer = answerTo(message, this.now(), { actionCode: SUPPLIED, businessDate: entry.businessDate });
    answer
      .set(4, String(entry.approvedMinor).padStart(12, '0'))
      .set(38, entry.approvalCode ?? undefined)
      .set(72, `${entry.kind} ${entry.state}`);
    return send(answer.set(37, rrn));
  }
}
