import { IsoMessage, responseMti } from '@tsunagu/iso8583';
import { transmissionTime } from './wire-clock.js';

/** Fields that an answer gives back as they came, when the request had them, by class. @source iso8583-1993.md §5.1 */
const MONEY = [2, 3, 4, 11, 12, 32, 33, 37, 41, 42, 49, 59];
const REVERSAL = MONEY.filter((field) => field !== 2);
const ECHOED: Readonly<Record<string, readonly number[]>> = {
  '1': MONEY,
  '2': MONEY,
  '3': [11, 12, 33, 59, 71, 101],
  '4': REVERSAL,
  '5': [11, 12, 28, 29, 32, 33, 50, 59],
  '6': [11, 12, 24, 28, 32, 33, 50, 59, 71],
  '8': [11, 12, 24, 33, 59],
};
const UNPARSEABLE_BYTES_MAX = 100;

/** What an answer says beside the echo. */
export interface AnswerWords {
  readonly actionCode: string;
  /** Field 15, YYMMDD. */
  readonly businessDate?: string;
  /** Field 44: why a message was refused, in fields and rules, never in values. */
  readonly reason?: string;
}

/** The answer to a message: echo, time of this copy, action code, and the business date of money. */
export function answerTo(
  message: IsoMessage,
  now: number,
  { actionCode, businessDate, reason }: AnswerWords,
): IsoMessage {
  const answer = new IsoMessage(responseMti(message.mti));
  for (const field of ECHOED[message.mti[1] ?? ''] ?? []) answer.set(field, message.get(field));
  return answer.set(7, transmissionTime(now)).set(39, actionCode).set(15, businessDate).set(44, reason);
}

/** A message of this host's own beginning: the names that every message has. */
export function ownMessage(
  mti: string,
  names: { now: number; stan: string; localTime: string; hostId: string },
): IsoMessage {
  return new IsoMessage(mti, {
    7: transmissionTime(names.now),
    11: names.stan,
    12: names.localTime,
    33: names.hostId,
  });
}

/** Field 72 of a 1644 "cannot parse": the first bytes that came, as hex. */
export function unparseable(bytes: Buffer): string {
  return bytes.subarray(0, UNPARSEABLE_BYTES_MAX).toString('hex').toUpperCase();
}
