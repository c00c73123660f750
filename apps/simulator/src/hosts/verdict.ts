import type { IsoMessage } from '@tsunagu/iso8583';
import type { Delivery } from './magic-amount.js';

/** What the host does with one message. `answer` is null when nothing may go out. */
export interface Verdict {
  readonly answer: IsoMessage | null;
  readonly delivery: Delivery;
}

export const send = (answer: IsoMessage): Verdict => ({ answer, delivery: 'send' });
export const NOTHING: Verdict = { answer: null, delivery: 'lost' };

/** Action codes of a host that are not an issuer's decision. @source iso8583-1993.md §11 */
export const ACTION = {
  notSupported: '115',
  pinTriesExceeded: '106',
  invalidAmount: '110',
  pinRequired: '112',
  wrongPin: '117',
  invalidPinBlock: '126',
  acceptedReversal: '400',
  balanced: '500',
  outOfBalance: '501',
  totalsProvided: '504',
  networkAccepted: '800',
  blocked: '902',
  invalidTransaction: '902',
  formatError: '904',
  signedOff: '910',
  duplicate: '913',
  originalNotFound: '914',
  cutoverError: '915',
  wrongMac: '916',
  refusedAdvice: '950',
} as const;
