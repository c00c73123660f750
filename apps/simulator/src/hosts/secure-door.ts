import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { createServer, type TLSSocket } from 'node:tls';
import { spoiledRecord, type Channel } from './channel.js';

/** PEM of a host's TLS: its own certificate, and the authority of whoever may connect. */
export interface HostTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The secure entrance of a host: TLS 1.2 or 1.3, and nobody without a certificate of the link's authority. */
export class SecureDoor {
  constructor(private readonly tls: HostTls) {}

  /**
   * A server of its own that never listens for each connection: it looks at the certificate as servers do, and the raw side stays ours.
   * @param opened called once both sides have shown who they are
   */
  enter(raw: Socket, opened: (channel: Channel) => void): void {
    const server = createServer({ ...this.tls, minVersion: 'TLSv1.2', requestCert: true, rejectUnauthorized: true });
    server.on('tlsClientError', () => raw.destroy());
    server.on('secureConnection', (socket) => {
      socket.on('error', () => raw.destroy());
      opened(new SecureChannel(raw, socket));
    });
    server.emit('connection', new RawStream(raw));
  }
}

/** A TLS connection over a raw one that can still be hurt below the records. */
class SecureChannel implements Channel {
  constructor(
    private readonly raw: Socket,
    private readonly socket: TLSSocket,
  ) {}

  get isDestroyed(): boolean {
    return this.raw.destroyed;
  }

  onBytes(hear: (chunk: Buffer) => void): void {
    this.socket.on('data', hear);
  }

  onClose(hear: () => void): void {
    this.raw.on('close', hear);
  }

  write(bytes: Buffer, written?: () => void): void {
    if (!this.raw.destroyed) this.socket.write(bytes, written);
  }

  destroy(): void {
    this.socket.destroy();
    this.raw.destroy();
  }

  reset(): void {
    this.raw.resetAndDestroy();
  }

  spoil(): void {
    if (!this.raw.destroyed) this.raw.write(spoiledRecord());
  }
}

/** Hides the socket's handle, so that TLS reads and writes through the stream and the raw side stays ours. */
class RawStream extends Duplex {
  constructor(private readonly raw: Socket) {
    super();
    raw.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) raw.pause();
    });
    raw.on('end', () => this.push(null));
    raw.on('close', () => this.destroy());
  }

  override _read(): void {
    this.raw.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.raw.destroyed) done();
    else this.raw.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    this.raw.end();
    done();
  }
}
