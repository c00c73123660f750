import { randomBytes } from 'node:crypto';
import { FrameDecoder, frame, type Framing } from '@tsunagu/iso8583';
import type { Channel } from './channel.js';
import { FAULT_DELAY_MS } from './delivery.js';
import type { Delivery } from './magic-amount.js';

/** What a session tells its host. */
export interface SessionEvents {
  onFrame(bytes: Buffer): void;
  /** The stream cannot be read any further; the session hangs up by itself. */
  onBadStream(): void;
  onClose(): void;
}

/** One connection of an acquirer: frames in, frames out in every way that a wire can go wrong. */
export class HostSession {
  isSignedOn = false;
  /** Half open: the socket lives and nobody is there. */
  isSilent = false;
  readonly #frames: FrameDecoder;
  #held: (() => void)[] = [];
  #heldTimer: NodeJS.Timeout | undefined;
  /** Set while an answer trickles: what comes after it waits. */
  #trickling: Promise<void> | undefined;

  constructor(
    readonly endpoint: string,
    private readonly channel: Channel,
    private readonly framing: Framing,
    events: SessionEvents,
  ) {
    this.#frames = new FrameDecoder(framing);
    channel.onBytes((chunk) => {
      const { frames, fault } = this.#frames.push(chunk);
      for (const bytes of frames) events.onFrame(bytes);
      if (fault === null) return;
      events.onBadStream();
      channel.destroy();
    });
    channel.onClose(() => {
      clearTimeout(this.#heldTimer);
      events.onClose();
    });
  }

  get isOpen(): boolean {
    return !this.channel.isDestroyed && !this.isSilent;
  }

  /** @param message makes the bytes of one copy; called once a copy, so that each can be sealed anew */
  transmit(message: () => Uint8Array, way: Delivery, holdMs?: number): void {
    if (!this.isOpen) return;
    const framed = () => frame(this.framing, message(), this.#frames.tpdu);
    const ways: Readonly<Record<Delivery, () => void>> = {
      lost: () => undefined,
      duplicate: () => this.#put(Buffer.concat([framed(), framed()])),
      cut: () => this.#cut(framed()),
      garbage: () => this.#put(frame(this.framing, randomBytes(message().length), this.#frames.tpdu)),
      reset: () => this.channel.reset(),
      break_tls: () => this.channel.spoil(),
      trickle: () => this.#trickle(framed()),
      out_of_order: () => this.#hold(() => this.#put(framed()), holdMs),
      send: () => this.#plainly(framed()),
      late_yes: () => this.#plainly(framed()),
      after_timeout: () => this.#plainly(framed()),
    };
    ways[way]();
  }

  reset(): void {
    this.channel.reset();
  }

  spoil(): void {
    this.channel.spoil();
  }

  destroy(): void {
    this.channel.destroy();
  }

  /** Write it, and what was held back behind it. */
  #plainly(bytes: Buffer): void {
    this.#put(bytes);
    this.#release();
  }

  #put(bytes: Buffer): void {
    if (this.#trickling === undefined) this.channel.write(bytes);
    else this.#trickling = this.#trickling.then(() => this.channel.write(bytes));
  }

  #cut(bytes: Buffer): void {
    this.channel.write(bytes.subarray(0, bytes.length >> 1), () => this.channel.destroy());
  }

  #trickle(bytes: Buffer): void {
    const before = this.#trickling ?? Promise.resolve();
    const ended = before.then(async () => {
      for (const byte of bytes) {
        if (this.channel.isDestroyed) return;
        this.channel.write(Buffer.of(byte));
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    this.#trickling = ended;
  }

  /** Until the next answer has left, or a while has passed without one. */
  #hold(send: () => void, holdMs = FAULT_DELAY_MS): void {
    this.#held.push(send);
    this.#heldTimer ??= setTimeout(() => this.#release(), holdMs);
  }

  #release(): void {
    clearTimeout(this.#heldTimer);
    this.#heldTimer = undefined;
    const held = this.#held;
    this.#held = [];
    for (const send of held) send();
  }
}
