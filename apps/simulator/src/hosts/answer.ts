import { IsoMessage, responseMti } from '@tsunagu/iso8583';
import { transmissionTime } from './wire-clock.js';

/** Fields that an answer gives back as they came, when the request had them. @source iso8583-1993.md §5.1 */
const ECHOED = [2, 3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59];
const ECHOED_BY_REVERSAL = ECHOED.filter((field) => field !== 2);
const ECHOED_BY_NETWORK = [11, 12, 24, 33, 59];

/** The answer to a message: echo, time of this copy, action code, and the business date of money. */
export function answerTo(
  message: IsoMessage,
  now: number,
  { actionCode, businessDate }: { actionCode: string; businessDate?: string },
): IsoMessage {
  const answer = new IsoMessage(responseMti(message.mti));
  for (const field of echoedBy(message.mti)) answer.set(field, message.get(field));
  return answer.set(7, transmissionTime(now)).set(39, actionCode).set(15, businessDate);
}

function echoedBy(mti: string): readonly number[] {
  if (mti[1] === '8') return ECHOED_BY_NETWORK;
  return mti[1] === '4' ? ECHOED_BY_REVERSAL : ECHOED;
}
