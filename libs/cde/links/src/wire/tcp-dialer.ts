import { connect, type Socket } from 'node:net';
import { Dialer, type Wire, type WireEvents } from './dialer.js';

/** TCP without Nagle's delay; one write per frame. */
export class TcpDialer extends Dialer {
  override dial(peer: { host: string; port: number; timeoutMs: number }, events: WireEvents): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host: peer.host, port: peer.port, noDelay: true, keepAlive: true });
      const timer = setTimeout(() => socket.destroy(new Error('connect timed out')), peer.timeoutMs);
      let isOpen = false;
      socket.on('error', (error) => {
        if (!isOpen) reject(error);
      }); // once open, `close` follows and says all there is to say
      socket.once('close', () => {
        clearTimeout(timer);
        if (isOpen) events.onClose();
        else reject(new Error('closed before it opened'));
      });
      socket.once('connect', () => {
        clearTimeout(timer);
        isOpen = true;
        socket.on('data', (chunk: Buffer) => events.onBytes(chunk));
        resolve(new TcpWire(socket));
      });
    });
  }
}

class TcpWire implements Wire {
  #oldestUnflushed: number | undefined;

  constructor(private readonly socket: Socket) {}

  write(bytes: Uint8Array): boolean {
    if (this.socket.destroyed || !this.socket.writable) return false;
    this.#oldestUnflushed ??= performance.now();
    this.socket.write(bytes, () => {
      if (this.socket.writableLength === 0) this.#oldestUnflushed = undefined;
    });
    return true;
  }

  stuckMs(): number {
    return this.#oldestUnflushed === undefined ? 0 : performance.now() - this.#oldestUnflushed;
  }

  close(): void {
    this.socket.destroy();
  }
}
