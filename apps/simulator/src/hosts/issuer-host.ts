import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CodecError, FrameDecoder, compileSpec, defineSpec, frame, type IsoMessage } from '@tsunagu/iso8583';
import type { FaultHit, FaultPanel } from '../faults/fault-panel.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { answerTo } from './answer.js';
import { IssuerDesk, type Verdict } from './issuer-desk.js';
import type { Delivery } from './magic-amount.js';

/** How long the late answers take. */
export interface HostTimings {
  /** Magic amount 901: still inside the acquirer's reply timer. */
  readonly lateYesMs: number;
  /** Magic amount 903 and the fault `late`: after the acquirer has given up. */
  readonly afterTimeoutMs: number;
}

/** What the host counts: messages by MTI and action code, refused bytes, sessions. */
export type CountEvent = (event: 'message' | 'malformed' | 'unanswered', labels: Record<string, string>) => void;

export interface HostOptions {
  readonly link: string;
  readonly ledger: IssuerLedger;
  readonly faults: FaultPanel;
  readonly timings: HostTimings;
  readonly count: CountEvent;
}

interface Session {
  readonly socket: Socket;
  isSignedOn: boolean;
  /** Half open: the socket lives and nobody is there. */
  isSilent: boolean;
}

const FRAMING = 'be2';
const SIGNED_OFF = '910';
const NETWORK_ACCEPTED = '800';
const NOT_SUPPORTED = '115';
const FAULT_DELAY_MS = 1_000;
const codec = compileSpec(defineSpec('hybrid'));

/** A card company at the other end of the line: TCP, frames, sign-on, and the faults of the panel. */
export class IssuerHost {
  readonly #server: Server;
  readonly #sessions = new Set<Session>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #desk: IssuerDesk;

  constructor(private readonly options: HostOptions) {
    this.#desk = new IssuerDesk(options.link, options.ledger);
    this.#server = createServer((socket) => this.#accept(socket));
    options.faults.onChange(() => {
      if (options.faults.isDown(options.link)) this.#hangUp();
    });
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  listen(port: number, host = '127.0.0.1'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => resolve());
    });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#hangUp();
    await closed;
  }

  #hangUp(): void {
    for (const { socket } of this.#sessions) socket.resetAndDestroy();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy()); // a peer that vanished is an everyday thing here
    if (this.options.faults.refusesConnection(this.options.link)) {
      socket.resetAndDestroy();
      return;
    }
    socket.setNoDelay(true);
    const session: Session = { socket, isSignedOn: false, isSilent: false };
    const frames = new FrameDecoder(FRAMING);
    this.#sessions.add(session);
    socket.on('close', () => this.#sessions.delete(session));
    socket.on('data', (chunk) => {
      const batch = frames.push(chunk);
      for (const bytes of batch.frames) this.#receive(session, bytes);
      if (batch.fault !== null) this.#refuse(session);
    });
  }

  #refuse({ socket }: Session): void {
    this.options.count('malformed', { link: this.options.link });
    socket.destroy();
  }

  #receive(session: Session, bytes: Buffer): void {
    if (session.isSilent) return;
    let message: IsoMessage;
    try {
      message = codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.options.count('malformed', { link: this.options.link });
      return;
    }
    if (message.mti[1] === '8') this.#network(session, message);
    else this.#money(session, message);
  }

  #network(session: Session, message: IsoMessage): void {
    if (message.mti[2] !== '0') return;
    const functionCode = message.text(24) ?? '';
    if (functionCode === '801') session.isSignedOn = true;
    if (functionCode === '802') session.isSignedOn = false;
    const isKnown = ['801', '802', '821', '831'].includes(functionCode);
    const answer = answerTo(message, Date.now(), { actionCode: isKnown ? NETWORK_ACCEPTED : NOT_SUPPORTED });
    this.#send(session, answer, 'send');
  }

  #money(session: Session, message: IsoMessage): void {
    if (!isAnswerable(message.mti)) {
      this.options.count('unanswered', { link: this.options.link });
      return;
    }
    if (!session.isSignedOn) {
      this.#send(session, answerTo(message, Date.now(), { actionCode: SIGNED_OFF }), 'send');
      return;
    }
    const hit = this.options.faults.draw(this.options.link);
    if (this.#isLostInbound(session, hit)) return;
    const verdict = this.#desk.handle(message);
    this.options.ledger.flushed().then(
      () => this.#deliver(session, verdict, hit),
      () => session.socket.destroy(), // not on disk: nobody may hear of it
    );
  }

  #isLostInbound(session: Session, hit: FaultHit | undefined): boolean {
    if (hit === undefined) return false;
    if (hit.kind === 'half_open') session.isSilent = true;
    if (hit.kind === 'reset' && hit.isInbound) session.socket.resetAndDestroy();
    return hit.kind === 'half_open' || (hit.isInbound && (hit.kind === 'drop' || hit.kind === 'reset'));
  }

  #deliver(session: Session, { answer, delivery }: Verdict, hit: FaultHit | undefined): void {
    if (delivery === 'reset') session.socket.resetAndDestroy();
    if (answer === null) return;
    const way = hit === undefined ? delivery : (DELIVERY_OF_FAULT[hit.kind] ?? delivery);
    const delayMs = waitOf(way, hit, this.options.timings);
    if (delayMs === 0) this.#send(session, answer, way);
    else this.#later(delayMs, () => this.#send(session, answer, way));
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }

  #send({ socket, isSilent }: Session, answer: IsoMessage, way: Delivery): void {
    this.options.count('message', { link: this.options.link, mti: answer.mti, action: answer.text(39) ?? '' });
    if (isSilent || socket.destroyed || way === 'lost') return;
    const bytes = frame(FRAMING, codec.encode(answer));
    switch (way) {
      case 'duplicate':
        socket.write(Buffer.concat([bytes, bytes]));
        return;
      case 'cut':
        socket.write(bytes.subarray(0, bytes.length >> 1), () => socket.destroy());
        return;
      case 'garbage':
        socket.write(frame(FRAMING, randomBytes(bytes.length - 2)));
        return;
      case 'reset':
        socket.resetAndDestroy();
        return;
      case 'send':
      case 'late_yes':
      case 'after_timeout':
        socket.write(bytes);
    }
  }
}

/** How a fault changes the way of an answer that is already booked. */
const DELIVERY_OF_FAULT: Readonly<Record<string, Delivery | undefined>> = {
  drop: 'lost',
  duplicate: 'duplicate',
  garbage: 'garbage',
  reset: 'reset',
};

/** How long an answer waits: a fault of the panel goes before the magic amount. */
function waitOf(way: Delivery, hit: FaultHit | undefined, timings: HostTimings): number {
  if (hit?.kind === 'delay') return hit.delayMs ?? FAULT_DELAY_MS;
  if (hit?.kind === 'late') return hit.delayMs ?? timings.afterTimeoutMs;
  if (way === 'late_yes') return timings.lateYesMs;
  return way === 'after_timeout' ? timings.afterTimeoutMs : 0;
}

function isAnswerable(mti: string): boolean {
  return /^1(10[01]|12[01]|20[01]|22[01]|42[01])$/.test(mti);
}
