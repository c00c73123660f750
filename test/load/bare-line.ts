import { connect, type Socket } from 'node:net';
import { compileSpec, defineSpec, frame, FrameDecoder, IsoMessage } from '@tsunagu/iso8583';

/** One issuer line of the bare pipeline: signed on, multiplexed by STAN, nothing else. */
export class BareLine {
  readonly #codec = compileSpec(defineSpec('hybrid'));
  readonly #decoder = new FrameDecoder('be2');
  readonly #waiting = new Map<string, (message: IsoMessage) => void>();
  #socket!: Socket;
  #stan = 0;

  constructor(private readonly peer: { host: string; port: number; forwardingId: string }) {}

  async open(): Promise<void> {
    this.#socket = connect(this.peer.port, this.peer.host);
    this.#socket.setNoDelay(true);
    await new Promise<void>((resolve, reject) => this.#socket.once('connect', resolve).once('error', reject));
    this.#socket.on('data', (chunk) => this.#take(chunk));
    const stan = this.nextStan();
    const now = wireTimes(new Date());
    const signOn = { 7: now.transmission, 11: stan, 12: now.local, 24: '801', 33: this.peer.forwardingId };
    await this.ask(stan, new IsoMessage('1804', signOn));
  }

  nextStan(): string {
    this.#stan = (this.#stan % 999_999) + 1;
    return String(this.#stan).padStart(6, '0');
  }

  ask(stan: string, message: IsoMessage): Promise<IsoMessage> {
    return new Promise((resolve) => {
      this.#waiting.set(stan, resolve);
      this.#socket.write(frame('be2', this.#codec.encode(message)));
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    for (const bytes of this.#decoder.push(chunk).frames) {
      const message = this.#codec.decode(bytes);
      const stan = message.text(11) ?? '';
      const settle = this.#waiting.get(stan);
      this.#waiting.delete(stan);
      settle?.(message);
    }
  }
}

/** Fields 7 (UTC, MMDDhhmmss) and 12 (JST, YYMMDDhhmmss). */
export function wireTimes(at: Date): { transmission: string; local: string } {
  const utc = at.toISOString().replace(/\D/g, '');
  const jst = new Date(at.getTime() + 9 * 3_600_000).toISOString().replace(/\D/g, '');
  return { transmission: utc.slice(4, 14), local: jst.slice(2, 14) };
}
