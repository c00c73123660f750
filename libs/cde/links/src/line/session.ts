import { CodecError, frame, FrameDecoder, type Codec, type Framing, type IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import type { Dialer, Wire } from '../wire/dialer.js';

const MAX_FRAME_BYTES = 8_192;
const WRITE_STUCK_MS = 5_000;

interface SessionOwner {
  onMessage(message: IsoMessage): void;
  /** A frame that is no message; `code` and `field` name the place, never the value. */
  onMalformed(fault: CodecError): void;
}

/** One connection: messages in and out, until it ends. A new connection is a new session. */
export class Session {
  readonly #closed = new AbortController();
  readonly #decoder: FrameDecoder;
  #wire: Wire | undefined;
  #lastReadMs: number;
  #lastTrafficMs: number;

  private constructor(
    private readonly framing: Framing,
    private readonly codec: Codec,
    private readonly clock: Clock,
    private readonly owner: SessionOwner,
  ) {
    this.#decoder = new FrameDecoder(framing, { maxFrame: MAX_FRAME_BYTES });
    this.#lastReadMs = this.#lastTrafficMs = clock.monotonicMs();
  }

  /** @throws Error the peer cannot be reached in time */
  static async open(
    peer: { host: string; port: number; timeoutMs: number; framing: Framing },
    means: { dialer: Dialer; codec: Codec; clock: Clock },
    owner: SessionOwner,
  ): Promise<Session> {
    const session = new Session(peer.framing, means.codec, means.clock, owner);
    session.#wire = await means.dialer.dial(peer, {
      onBytes: (chunk) => session.#read(chunk),
      onClose: () => session.#closed.abort(),
    });
    return session;
  }

  /** Aborted once the connection is gone. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  get lastReadMs(): number {
    return this.#lastReadMs;
  }

  get lastTrafficMs(): number {
    return this.#lastTrafficMs;
  }

  /** The bytes of one message in its frame. @throws CodecError a value does not fit the profile */
  encode(message: IsoMessage): Buffer {
    return frame(this.framing, this.codec.encode(message));
  }

  /** @returns false when nothing left this host */
  write(bytes: Buffer): boolean {
    if (this.#closed.signal.aborted || this.#wire?.write(bytes) !== true) return false;
    this.#lastTrafficMs = this.clock.monotonicMs();
    return true;
  }

  /** Whether bytes have been waiting in this host for longer than a healthy peer takes. */
  isStuck(): boolean {
    return (this.#wire?.stuckMs() ?? 0) > WRITE_STUCK_MS;
  }

  close(): void {
    this.#wire?.close();
    this.#closed.abort();
  }

  #read(chunk: Buffer): void {
    this.#lastReadMs = this.#lastTrafficMs = this.clock.monotonicMs();
    const { frames, fault } = this.#decoder.push(chunk);
    for (const bytes of frames) this.#deliver(bytes);
    if (fault === null) return;
    this.owner.onMalformed(fault);
    this.close(); // no resynchronisation is possible after a bad header
  }

  #deliver(bytes: Buffer): void {
    let message: IsoMessage;
    try {
      message = this.codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.owner.onMalformed(error);
      return;
    }
    this.owner.onMessage(message);
  }
}
