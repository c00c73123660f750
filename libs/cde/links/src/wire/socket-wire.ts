import type { Socket } from 'node:net';
import type { Wire, WireEvents } from './dialer.js';

/** More frames of one turn than this are not held back: the peer could be at work on them already. */
const FRAMES_MAX = 8;

/** A socket that is open. The frames of one turn leave in one system call; nothing waits for more. */
export class SocketWire implements Wire {
  #oldestUnflushed: number | undefined;
  #turn: Uint8Array[] = [];
  readonly #flushed = (): void => {
    if (this.socket.writableLength === 0 && this.#turn.length === 0) this.#oldestUnflushed = undefined;
  };

  constructor(
    private readonly socket: Socket,
    readonly goodUntil: Date | null = null,
  ) {}

  write(bytes: Uint8Array): boolean {
    if (this.socket.destroyed || !this.socket.writable) return false;
    this.#oldestUnflushed ??= performance.now();
    const frames = this.#turn.push(bytes);
    if (frames === FRAMES_MAX) this.#flush();
    else if (frames === 1) process.nextTick(() => this.#flush());
    return true;
  }

  stuckMs(): number {
    return this.#oldestUnflushed === undefined ? 0 : performance.now() - this.#oldestUnflushed;
  }

  close(): void {
    this.#flush(); // what was handed over is on its way as far as we can bring it
    this.socket.destroy();
  }

  /** A connection that ended meanwhile loses what was handed over: its requests are lost, never "not sent". */
  #flush(): void {
    const frames = this.#turn;
    if (frames.length === 0) return;
    this.#turn = [];
    const [first] = frames;
    const bytes = frames.length === 1 && first !== undefined ? first : Buffer.concat(frames);
    if (!this.socket.destroyed) this.socket.write(bytes, this.#flushed);
  }
}

/**
 * Settles when `socket` is open (`event`) or will not be.
 * @throws Error refused, closed, not trusted, or not open in time
 */
export function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  timeoutMs: number,
  events: WireEvents,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(new Error('connect timed out')), timeoutMs);
    let isOpen = false;
    socket.on('error', (error) => {
      if (!isOpen) reject(error);
    }); // once open, `close` follows and says all there is to say
    socket.once('close', () => {
      clearTimeout(timer);
      if (isOpen) events.onClose();
      else reject(new Error('closed before it opened'));
    });
    socket.once(event, () => {
      clearTimeout(timer);
      isOpen = true;
      socket.on('data', (chunk: Buffer) => events.onBytes(chunk));
      resolve(socket);
    });
  });
}
