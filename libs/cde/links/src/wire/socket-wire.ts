import type { Socket } from 'node:net';
import type { Wire, WireEvents } from './dialer.js';

/** A socket that is open: one write per frame, and the frames of one turn in one system call. */
export class SocketWire implements Wire {
  #oldestUnflushed: number | undefined;
  #isCorked = false;
  readonly #flushed = (): void => {
    if (this.socket.writableLength === 0) this.#oldestUnflushed = undefined;
  };

  constructor(
    private readonly socket: Socket,
    readonly goodUntil: Date | null = null,
  ) {}

  write(bytes: Uint8Array): boolean {
    if (this.socket.destroyed || !this.socket.writable) return false;
    this.#oldestUnflushed ??= performance.now();
    this.#cork();
    this.socket.write(bytes, this.#flushed);
    return true;
  }

  stuckMs(): number {
    return this.#oldestUnflushed === undefined ? 0 : performance.now() - this.#oldestUnflushed;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Nothing waits for more: what this turn writes leaves at its end. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    this.socket.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      this.socket.uncork();
    });
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
