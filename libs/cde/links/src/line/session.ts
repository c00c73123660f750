import { CodecError, frame, FrameDecoder, type Codec, type Framing, type IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import type { LinkEndpoint } from '../config/link-transport.js';
import type { LinkSeal } from '../protect/link-seal.js';
import type { MessageMac } from '../protect/message-mac.js';
import { MessageEnvelopeError } from '../envelope/message-envelope.js';
import type { Dialer, Wire } from '../wire/dialer.js';

const MAX_FRAME_BYTES = 8_192;
const WRITE_STUCK_MS = 5_000;
/** A frame that is begun and not ended for this long comes from somebody who only wants to keep us busy. */
const HALF_FRAME_MS = 10_000;

export interface SessionOwner {
  onMessage(message: IsoMessage): void;
  /** A frame that is no message; `code` and `field` name the place, never the value. */
  onMalformed(fault: CodecError): void;
  /** A message whose MAC is wrong or missing: it is not processed. */
  onWrongMac(message: IsoMessage): void;
  /** A message that cannot be opened: the connection ends. */
  onRefused(fault: MessageEnvelopeError): void;
}

/** How messages become bytes on this connection. */
export interface SessionMeans {
  readonly dialer: Dialer;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly framing: Framing;
  readonly mac: MessageMac | null;
  readonly seal: LinkSeal | null;
}

/** One connection: messages in and out, until it ends. A new connection is a new session. */
export class Session {
  readonly #closed = new AbortController();
  readonly #decoder: FrameDecoder;
  #wire: Wire | undefined;
  #isOver = false;
  #lastFrameMs: number;
  #lastTrafficMs: number;
  #halfFrameSinceMs: number | undefined;
  /** MACs are checked by the HSM; messages keep their order meanwhile. */
  #checking: Promise<void> = Promise.resolve();

  private constructor(
    private readonly endpoint: LinkEndpoint,
    private readonly means: SessionMeans,
    private readonly owner: SessionOwner,
  ) {
    this.#decoder = new FrameDecoder(means.framing, { maxFrame: MAX_FRAME_BYTES });
    this.#lastFrameMs = this.#lastTrafficMs = means.clock.monotonicMs();
  }

  /** @throws Error the peer cannot be reached in time, or is not who it should be */
  static async open(
    endpoint: LinkEndpoint,
    timeoutMs: number,
    means: SessionMeans,
    owner: SessionOwner,
  ): Promise<Session> {
    const session = new Session(endpoint, means, owner);
    const { host, port } = endpoint;
    session.#wire = await means.dialer.dial(
      { host, port, timeoutMs },
      { onBytes: (chunk) => session.#read(chunk), onClose: () => session.#end() },
    );
    return session;
  }

  /** Aborted once the connection is gone and all that had arrived was heard. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** When the last whole frame came: single bytes are no sign of life. */
  get lastReadMs(): number {
    return this.#lastFrameMs;
  }

  get lastTrafficMs(): number {
    return this.#lastTrafficMs;
  }

  /** Until when both certificates of this connection hold; null without certificates. */
  get goodUntil(): Date | null {
    return this.#wire?.goodUntil ?? null;
  }

  /**
   * The bytes of one message, with its MAC where the link wants one; then a promise, because the HSM makes it.
   * @throws CodecError a value does not fit the profile
   */
  encode(message: IsoMessage): Buffer | Promise<Buffer> {
    const { codec, mac } = this.means;
    return mac === null ? codec.encode(message) : mac.sign(message, codec);
  }

  /** Seal, frame and write in one instant; a TPDU goes back to where the last one came from. @returns false when nothing left this host */
  write(bytes: Buffer): boolean {
    if (this.#isOver) return false;
    const { seal, framing, clock } = this.means;
    const sealed = seal === null ? bytes : seal.seal(bytes, this.endpoint.name);
    if (sealed === undefined || this.#wire?.write(frame(framing, sealed, this.#decoder.tpdu)) !== true) return false;
    this.#lastTrafficMs = clock.monotonicMs();
    return true;
  }

  /** Whether bytes have been waiting in this host for longer than a healthy peer takes. */
  isStuck(): boolean {
    return (this.#wire?.stuckMs() ?? 0) > WRITE_STUCK_MS;
  }

  /** Whether the peer has left a frame unfinished for too long. */
  isTrickling(): boolean {
    const sinceMs = this.#halfFrameSinceMs;
    return sinceMs !== undefined && this.means.clock.monotonicMs() - sinceMs > HALF_FRAME_MS;
  }

  close(): void {
    this.#wire?.close();
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    if (this.means.mac === null) this.#closed.abort();
    else void this.#checking.then(() => this.#closed.abort());
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    const { frames, fault } = this.#decoder.push(chunk);
    const now = this.means.clock.monotonicMs();
    this.#lastTrafficMs = now;
    if (frames.length > 0) this.#lastFrameMs = now;
    const isNew = frames.length > 0 || this.#halfFrameSinceMs === undefined;
    if (this.#decoder.pendingBytes === 0) this.#halfFrameSinceMs = undefined;
    else if (isNew) this.#halfFrameSinceMs = now;
    for (const bytes of frames) if (!this.#isOver) this.#deliver(bytes);
    if (fault === null) return;
    this.owner.onMalformed(fault);
    this.close(); // no resynchronisation is possible after a bad header
  }

  #deliver(bytes: Buffer): void {
    try {
      const plain = this.means.seal === null ? bytes : this.means.seal.open(bytes);
      const message = this.means.codec.decode(plain);
      if (this.means.mac === null) this.owner.onMessage(message);
      else this.#checking = this.#checking.then(() => this.#check(plain, message, this.means.mac));
    } catch (error) {
      if (error instanceof MessageEnvelopeError) return this.#refuse(error);
      if (!(error instanceof CodecError)) throw error;
      this.owner.onMalformed(error);
    }
  }

  async #check(bytes: Buffer, message: IsoMessage, mac: MessageMac | null): Promise<void> {
    const isRight = (await mac?.check(message, bytes).catch(() => false)) ?? true;
    if (isRight) this.owner.onMessage(message);
    else this.owner.onWrongMac(message);
  }

  /** Close without an answer: whoever sent this does not share our keys, or repeats what it overheard. */
  #refuse(fault: MessageEnvelopeError): void {
    this.owner.onRefused(fault);
    this.close();
  }
}
