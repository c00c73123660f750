import type { IsoMessage } from '@tsunagu/iso8583';

/**
 * Proof that not one byte left this host.
 * `link_down` no connection is READY · `busy` no room within the queue wait, or more a second than the counterpart takes · `refused` the socket
 * took nothing · `duplicate_key` a request with the same identity is in flight · `unbuildable` the message does not fit the profile ·
 * `unprotected` no MAC could be made · `withdrawn` the caller took it back · `circuit_open` the counterpart was silent too often ·
 * `peer_unavailable` the counterpart says that it, or the system behind it, takes nothing now · `drained` an operator holds the link.
 */
export type NotSentReason =
  | 'link_down'
  | 'busy'
  | 'refused'
  | 'duplicate_key'
  | 'unbuildable'
  | 'unprotected'
  | 'withdrawn'
  | 'circuit_open'
  | 'peer_unavailable'
  | 'drained';

/** How a request ended on the line. After `lost` it may or may not have happened: never resend, reverse. */
export type SendResult =
  | { readonly kind: 'answered'; readonly message: IsoMessage; readonly elapsedMs: number }
  | { readonly kind: 'not_sent'; readonly reason: NotSentReason }
  | { readonly kind: 'lost'; readonly reason: 'timeout' | 'disconnect' };

export interface SendOptions {
  /** Asked in the same instant as the write: false takes the request back, proved unsent. */
  readonly mayWrite?: () => boolean;
  /** The bytes were handed to the connection. */
  readonly onWritten?: () => void;
  /** Reversals and advices go before the queue of new requests. */
  readonly isUrgent?: boolean;
  /** Requests of one lane queue behind each other, and in turns with those of others. */
  readonly lane?: string;
}

/** An answer nobody waits for: too late, a second copy, or of no request we know. */
export interface Stray {
  readonly kind: 'late' | 'duplicate' | 'unmatched';
  readonly message: IsoMessage;
}

export const notSent = (reason: NotSentReason): SendResult => ({ kind: 'not_sent', reason });
