import type { IsoMessage } from '@tsunagu/iso8583';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { answerTo } from './answer.js';
import type { HostCalendar } from './calendar.js';
import { ACTION, NOTHING, send, type Verdict } from './verdict.js';

/** Function codes of 18xx that a host knows. @source iso8583-1993.md §8 */
export const NETWORK = {
  signOn: '801',
  signOff: '802',
  inBackup: '804',
  keyChange: '811',
  cutover: '821',
  checkpoint: '822',
  echo: '831',
} as const;
const PLAINLY_ACCEPTED: readonly string[] = [
  NETWORK.signOn,
  NETWORK.signOff,
  NETWORK.inBackup,
  NETWORK.checkpoint,
  NETWORK.echo,
];

/** Network management: sign-on and off, echo, cutover, switch-over notice. */
export class NetworkDesk {
  constructor(
    private readonly means: {
      readonly ledger: IssuerLedger;
      readonly calendar: HostCalendar;
      readonly now: () => number;
    },
  ) {}

  handle(message: IsoMessage): Verdict {
    const isAsked = message.mti[2] === '0' || message.mti[2] === '2';
    if (!isAsked) return NOTHING;
    const { calendar, now } = this.means;
    const functionCode = message.text(24) ?? '';
    if (functionCode === NETWORK.cutover) return this.#cutOver(message);
    const actionCode = PLAINLY_ACCEPTED.includes(functionCode) ? ACTION.networkAccepted : ACTION.notSupported;
    const businessDate = functionCode === NETWORK.signOn ? calendar.date : undefined;
    return send(answerTo(message, now(), { actionCode, businessDate }));
  }

  /** The peer opens a new business date; one that lies behind ours is refused. @source iso8583-1993.md §14.1 */
  #cutOver(message: IsoMessage): Verdict {
    const { ledger, calendar, now } = this.means;
    const date = message.text(15) ?? '';
    const isTaken = /^\d{6}$/.test(date) && calendar.cutOver(date);
    if (isTaken) ledger.post({ entries: [], cutOverTo: date });
    const actionCode = isTaken ? ACTION.networkAccepted : ACTION.cutoverError;
    return send(answerTo(message, now(), { actionCode, businessDate: calendar.date }));
  }
}
