import type { Codec, CodecError, IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import type { MessageEnvelopeError } from '../envelope/message-envelope.js';
import type { LinkKeys } from '../protect/link-keys.js';
import type { LinkSeal } from '../protect/link-seal.js';
import type { MessageMac } from '../protect/message-mac.js';
import type { StanAllocator } from '../stan/stan-allocator.js';
import type { Dialer } from '../wire/dialer.js';
import type { BreakerState } from './breaker.js';
import type { LineState } from './line-state.js';
import type { SendResult, Stray } from './send-result.js';

/** What a link tells: states for logs and metrics, strays for the switching service, the business date for whoever counts. */
export interface LineObserver {
  /** Of the link: where its best connection is. */
  onState?(link: string, state: LineState): void;
  /** Of one connection, by number. */
  onConnection?(link: string, connection: number, state: LineState): void;
  onStray?(link: string, stray: Stray): void;
  /** How a request that was written ended; network questions are among them. */
  onEnded?(link: string, mti: string, result: SendResult): void;
  onMalformed?(link: string, fault: CodecError): void;
  onEcho?(link: string, roundTripMs: number | null): void;
  onBreaker?(link: string, state: BreakerState): void;
  /** The host that the link talks to from now on. */
  onEndpoint?(link: string, endpoint: string): void;
  /** A message that was refused whole: wrong MAC, or an envelope that does not open. Needs somebody to look. */
  onRefused?(link: string, fault: 'mac' | MessageEnvelopeError['fault']): void;
  /** Three wrong MACs in a row: the keys of the two sides differ. */
  onKeysOutOfStep?(link: string): void;
  /** A host could not be reached, or was not who it should be; `code` is the system's or TLS's own word. */
  onUnreachable?(link: string, endpoint: string, code: string): void;
  /** The counterpart told something with 803, 804, 805, 806 or 812. */
  onNotice?(link: string, functionCode: string): void;
  /** Cut-over (821), theirs or ours acknowledged. @param date field 15, YYMMDD */
  onCutover?(link: string, date: string): void;
}

export interface LineMeans {
  readonly codec: Codec;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly stans: (isLive: (stan: string) => boolean) => StanAllocator;
  readonly observer: LineObserver;
  /** 0 to 1, for reconnect jitter; injected so that a simulation repeats itself. */
  readonly random: () => number;
  /** Absent where the link has no MAC, no envelope, or takes no keys. */
  readonly mac?: MessageMac | null;
  readonly seal?: LinkSeal | null;
  readonly keys?: LinkKeys | null;
  /**
   * A request of the counterpart that is no network management: reconciliation (1522), for one.
   * @returns the answer; undefined when nobody here understands it
   */
  readonly answerRequest?: (message: IsoMessage) => Promise<IsoMessage | undefined>;
}
