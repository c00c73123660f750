import type { IsoMessage } from '@tsunagu/iso8583';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { ReconciliationDesk } from '../reconciliation/reconciliation-desk.js';
import type { StepAnswer } from '../scripts/script.js';
import type { PinBook } from '../cards/pin-book.js';
import { AdministrationDesk } from './administration-desk.js';
import { answerTo } from './answer.js';
import { HostCalendar } from './calendar.js';
import { FileDesk } from './file-desk.js';
import { IssuerDesk } from './issuer-desk.js';
import { NetworkDesk } from './network-desk.js';
import { PLAIN_COMPLETION, type CompletionRules } from './union-pay-rules.js';
import { faultsOf, reasonOf } from './host-spec.js';
import { ACTION, NOTHING, send, type Verdict } from './verdict.js';

const ASKS = /^1[1-8][02]\d$/;
const REVERSAL = '4';
const NETWORK = '8';
const YES = /^[0345]00$|^0/;

export interface FrontDeskMeans {
  readonly link: string;
  readonly ledger: IssuerLedger;
  readonly completion?: CompletionRules;
  readonly pins?: PinBook;
  readonly hasDomesticCodes?: boolean;
  readonly now: () => number;
}

/** Looks at every message that came whole: may it come, is it complete, which desk is it for; and lets a script speak before the desk. */
export class FrontDesk {
  readonly calendar: HostCalendar;
  readonly reconciliation: ReconciliationDesk;
  readonly files: FileDesk;
  readonly #issuer: IssuerDesk;
  readonly #network: NetworkDesk;
  readonly #administration: AdministrationDesk;
  readonly #now: () => number;

  constructor({ link, ledger, completion = PLAIN_COMPLETION, pins, hasDomesticCodes, now }: FrontDeskMeans) {
    this.#now = now;
    this.calendar = new HostCalendar(now, ledger.cutOverTo);
    const means = { link, ledger, completion, pins, hasDomesticCodes, calendar: this.calendar, now };
    this.reconciliation = new ReconciliationDesk(means);
    this.files = new FileDesk(now);
    this.#issuer = new IssuerDesk(means);
    this.#network = new NetworkDesk(means);
    this.#administration = new AdministrationDesk(ledger, now);
  }

  /** @param script what a script wants in place of the desk's own decision */
  judge(message: IsoMessage, isSignedOn: boolean, script?: StepAnswer): Verdict {
    if (!ASKS.test(message.mti)) return NOTHING;
    if (message.mti[1] !== NETWORK && !isSignedOn) return this.#plain(message, ACTION.signedOff);
    const faults = faultsOf(message);
    if (faults.length > 0) return this.#plain(message, ACTION.formatError, reasonOf(faults));
    const verdict = this.#decide(message, script?.action);
    for (const [field, value] of script?.fields ?? []) verdict.answer?.set(field, value);
    return verdict;
  }

  /** Never processed: whoever sent it may not be who it says. @source iso8583-1993.md §15 */
  refuseMac(message: IsoMessage): Verdict {
    return ASKS.test(message.mti) ? this.#plain(message, ACTION.wrongMac) : NOTHING;
  }

  #decide(message: IsoMessage, action: string | undefined): Verdict {
    const isMoney = message.mti[1] === '1' || message.mti[1] === '2';
    if (isMoney) return this.#issuer.handle(message, action);
    // A "no" of a script stands for what was not done; a "yes" is said after it was.
    if (action !== undefined && !YES.test(action)) return this.#plain(message, action);
    const verdict = this.#ofDesk(message);
    if (action !== undefined) verdict.answer?.set(39, action);
    return verdict;
  }

  #ofDesk(message: IsoMessage): Verdict {
    switch (message.mti[1]) {
      case '3':
        return this.files.handle(message);
      case REVERSAL:
        return this.#issuer.handle(message);
      case '5':
        return this.reconciliation.handle(message);
      case '6':
        return this.#administration.handle(message);
      case NETWORK:
        return this.#network.handle(message);
      default:
        return NOTHING;
    }
  }

  #plain(message: IsoMessage, actionCode: string, reason?: string): Verdict {
    const businessDate = message.mti[1] === NETWORK ? undefined : this.calendar.date;
    return send(answerTo(message, this.#now(), { actionCode, businessDate, reason }));
  }
}
