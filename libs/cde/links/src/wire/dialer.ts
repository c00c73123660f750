/** An open connection to a peer: bytes out. */
export interface Wire {
  /** Until when both ends' certificates hold; absent or null on a line without. */
  readonly goodUntil?: Date | null;
  /** Hand over one whole frame. @returns false when the connection takes nothing any more: not one byte left */
  write(bytes: Uint8Array): boolean;
  /** Milliseconds for which written bytes have been stuck in this host, 0 when none are. */
  stuckMs(): number;
  close(): void;
}

/** What a connection reports. `onClose` comes once, whatever ended it. */
export interface WireEvents {
  onBytes(chunk: Buffer): void;
  onClose(): void;
}

/** Opens connections; replaced by a script in tests and by an in-memory wire in the simulation. */
export abstract class Dialer {
  /** @throws Error refused, unreachable, not who it should be, or not open within `timeoutMs`: nothing was sent */
  abstract dial(peer: { host: string; port: number; timeoutMs: number }, events: WireEvents): Promise<Wire>;
}
