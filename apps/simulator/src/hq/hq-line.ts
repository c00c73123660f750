import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import {
  FrameDecoder,
  IsoMessage,
  compileSpec,
  defineSpec,
  frame,
  matchingKey,
  type Codec,
  type Framing,
  type WireProfileName,
} from '@tsunagu/iso8583';

/** Where the gateway's line is, and how it is spoken. */
export interface HqLineOptions {
  readonly host: string;
  readonly port: number;
  readonly framing?: Framing;
  readonly profile?: WireProfileName;
  /** Client certificate, key and CA; left out: plain TCP. */
  readonly tls?: ConnectionOptions;
}

/** No answer in time, or the connection is gone: what became of the request is not known. */
export class HqSilence extends Error {}

const ANSWER_MS = 25_000;

/** One connection to the gateway: requests out, answers matched. Knows no money. */
export class HqLine {
  readonly #codec: Codec;
  readonly #framing: Framing;
  readonly #frames: FrameDecoder;
  readonly #waiting = new Map<string, { resolve(answer: IsoMessage): void; reject(error: Error): void }>();
  readonly #notices: IsoMessage[] = [];
  #onNotice: (() => void) | undefined;

  private constructor(
    private readonly socket: Socket,
    { framing = 'be2', profile = 'hybrid' }: HqLineOptions,
  ) {
    this.#framing = framing;
    this.#codec = compileSpec(defineSpec(profile));
    this.#frames = new FrameDecoder(framing);
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of this.#frames.push(chunk).frames) this.#hear(this.#codec.decode(bytes));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#lose());
  }

  /** @throws Error nobody listens, or our certificate is not accepted */
  static connect(options: HqLineOptions): Promise<HqLine> {
    const { host, port, tls } = options;
    return new Promise((resolve, reject) => {
      const socket = tls === undefined ? connectTcp({ host, port }) : connectTls({ ...tls, host, port });
      socket.once('error', reject);
      socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
        socket.off('error', reject);
        socket.setNoDelay(true);
        resolve(new HqLine(socket, options));
      });
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Send and wait. @throws HqSilence */
  ask(message: IsoMessage, timeoutMs: number = ANSWER_MS): Promise<IsoMessage> {
    const key = matchingKey(message) ?? '';
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        this.#waiting.delete(key);
      };
      const timer = setTimeout(() => {
        end();
        reject(new HqSilence('no answer in time'));
      }, timeoutMs);
      this.#waiting.set(key, {
        resolve: (answer) => (end(), resolve(answer)),
        reject: (error) => (end(), reject(error)),
      });
      if (this.isOpen) this.write(this.#codec.encode(message));
      else this.#lose();
    });
  }

  /** Any bytes in a frame, for those who try what a line bears. */
  write(bytes: Buffer): void {
    this.socket.write(frame(this.#framing, bytes));
  }

  encode(message: IsoMessage): Buffer {
    return this.#codec.encode(message);
  }

  /** The next message that answers nothing of ours. */
  async notice(): Promise<IsoMessage> {
    while (this.#notices.length === 0) await new Promise<void>((resolve) => (this.#onNotice = resolve));
    return this.#notices.shift()!;
  }

  /** Resolves when the connection is gone. */
  async closed(): Promise<void> {
    if (!this.socket.closed) await new Promise<void>((resolve) => this.socket.once('close', () => resolve()));
  }

  close(): void {
    this.socket.destroy();
  }

  #hear(message: IsoMessage): void {
    const waiting = this.#waiting.get(matchingKey(message) ?? '');
    if (waiting !== undefined) return waiting.resolve(message);
    this.#notices.push(message);
    this.#onNotice?.();
  }

  #lose(): void {
    const waiting = Array.from(this.#waiting.values()); // each of them takes itself off the list
    for (const { reject } of waiting) reject(new HqSilence('the line is gone'));
  }
}
