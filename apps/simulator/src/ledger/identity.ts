import { readOriginalDataElements, type IsoMessage } from '@tsunagu/iso8583';
import type { LedgerEntry } from './ledger-record.js';

/** Who a message is, repeats included: class, acquirer, STAN, local time, terminal. */
export function identityOf(message: IsoMessage): string {
  return [message.mti[1], message.text(32), message.text(11), message.text(12), message.text(41)].join('|');
}

/** The identity of the message that an entry was booked from. */
export function identityOfEntry({ mti, acquirer, stan, localTime, terminal }: LedgerEntry): string {
  return [mti[1], acquirer, stan, localTime, terminal].join('|');
}

/** Who field 56 speaks of: an identity without its terminal. */
export function originalReference(message: IsoMessage): string {
  const original = readOriginalDataElements(message.text(56) ?? '');
  return [original?.mti[1], original?.acquirer, original?.stan, original?.localTime].join('|');
}

/** An identity without its terminal, which field 56 does not carry. */
export function referenceOf(identity: string): string {
  return identity.split('|', 4).join('|');
}
