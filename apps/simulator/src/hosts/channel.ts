import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';

/** One connection below the frames: bytes in and out, and how it can be hurt. */
export interface Channel {
  readonly isDestroyed: boolean;
  onBytes(hear: (chunk: Buffer) => void): void;
  onClose(hear: () => void): void;
  write(bytes: Buffer, written?: () => void): void;
  destroy(): void;
  /** Hang up with an RST. */
  reset(): void;
  /** Break the records of a TLS connection; a plain one is cut. */
  spoil(): void;
}

const SPOILED_RECORD_BYTES = 64;

/** A plain TCP connection. */
export class PlainChannel implements Channel {
  constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy()); // a peer that vanished is an everyday thing here
  }

  get isDestroyed(): boolean {
    return this.socket.destroyed;
  }

  onBytes(hear: (chunk: Buffer) => void): void {
    this.socket.on('data', hear);
  }

  onClose(hear: () => void): void {
    this.socket.on('close', hear);
  }

  write(bytes: Buffer, written?: () => void): void {
    if (!this.socket.destroyed) this.socket.write(bytes, written);
  }

  destroy(): void {
    this.socket.destroy();
  }

  reset(): void {
    this.socket.resetAndDestroy();
  }

  spoil(): void {
    this.socket.destroy();
  }
}

/** Bytes that look like a record of application data and are none. */
export function spoiledRecord(): Buffer {
  const header = Buffer.from([0x17, 0x03, 0x03, 0, SPOILED_RECORD_BYTES]);
  return Buffer.concat([header, randomBytes(SPOILED_RECORD_BYTES)]);
}
