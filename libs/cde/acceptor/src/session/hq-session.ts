import type { Socket } from 'node:net';
import { CodecError, FrameDecoder, IsoMessage, compileSpec, defineSpec, frame, type Codec } from '@tsunagu/iso8583';
import type { HqDesk } from '../desk/hq-desk.js';
import type { HqPorts } from '../desk/hq-ports.js';
import { ACTION } from '../message/action.js';
import { answerTo, localTime, transmissionTime } from '../message/answer.js';
import { missingFields } from '../message/missing-fields.js';
import { offendingBytes, salvage } from './salvage.js';

const FRAME_BYTES_MAX = 8_192;
/** A frame that has begun is whole within this; a connection has signed on within it. */
const PATIENCE_MS = 15_000;
/** Answers that a server does not read. */
const UNREAD_BYTES_MAX = 1 << 20;
/** Messages that cannot be read: so many within a minute, and the connection is closed. @source iso8583-1993.md §13.9 */
const MALFORMED_MAX = 3;
const MALFORMED_WITHIN_MS = 60_000;
const NETWORK = { signOn: '801', signOff: '802', cutOver: '821', echo: '831' } as const;
const UNPARSEABLE = { mti: '1644', functionCode: '650' } as const;

/** One connection of a merchant's payment server: framing, sign-on, limits. What a message asks for is the desk's business. */
export class HqSession {
  readonly #codec: Codec;
  readonly #frames: FrameDecoder;
  readonly #malformedAtMs: number[] = [];
  #isSignedOn = false;
  #isDraining = false;
  #owed = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly desk: HqDesk,
    private readonly ports: HqPorts,
  ) {
    const { framing, profile, idleMs } = desk.contract;
    this.#codec = compileSpec(defineSpec(profile));
    this.#frames = new FrameDecoder(framing, { maxFrame: FRAME_BYTES_MAX });
    socket.setNoDelay(true);
    socket.setTimeout(idleMs, () => this.#hangUp('idle'));
    socket.on('error', () => socket.destroy()); // `close` follows and says all there is to say
    socket.on('close', () => clearTimeout(this.#patience));
    socket.on('data', (chunk: Buffer) => this.#hear(chunk));
    this.#expect('sign_on');
  }

  get isSignedOn(): boolean {
    return this.#isSignedOn;
  }

  /** Requests whose answer is owed. */
  get owed(): number {
    return this.#owed;
  }

  /** Take nothing new; hang up when everything is answered. */
  drain(): void {
    this.#isDraining = true;
    if (this.#owed === 0) this.socket.end();
  }

  close(): void {
    this.socket.destroy();
  }

  #hear(chunk: Buffer): void {
    const { frames, fault } = this.#frames.push(chunk);
    for (const bytes of frames) this.#take(bytes);
    if (fault !== null) return this.#hangUp(fault.code.toLowerCase());
    if (this.#frames.pendingBytes > 0) this.#expect('frame');
    else if (this.#isSignedOn) this.#rest();
  }

  #take(bytes: Buffer): void {
    const receivedMs = this.ports.clock.monotonicMs();
    let message: IsoMessage;
    try {
      message = this.#codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#refuse(bytes, error);
      return;
    }
    this.#serve(message, receivedMs).catch((error: unknown) => {
      const facts = { link: this.desk.contract.name, mti: message.mti, error: nameOf(error) };
      this.ports.log.alarm('a message could not be served', facts);
      this.#send(answerTo(message, { actionCode: ACTION.malfunction }, this.ports.clock.now()));
    });
  }

  async #serve(message: IsoMessage, receivedMs: number): Promise<void> {
    if (!/^1[1-8][02]/.test(message.mti)) return; // an answer or a notification asks for nothing
    this.#owed += 1;
    try {
      const answer = message.mti[1] === '8' ? await this.#network(message) : await this.#business(message, receivedMs);
      if (answer !== undefined) this.#send(answer);
    } finally {
      this.#owed -= 1;
      if (this.#isDraining && this.#owed === 0) this.socket.end();
    }
  }

  async #business(message: IsoMessage, receivedMs: number): Promise<IsoMessage | undefined> {
    const refusal = this.#refusalOf(message);
    if (refusal === undefined) return this.desk.handle(message, receivedMs);
    this.ports.log.answered(this.desk.contract.name, message.mti, refusal);
    return answerTo(message, { actionCode: refusal }, this.ports.clock.now());
  }

  #refusalOf(message: IsoMessage): string | undefined {
    if (!this.#isSignedOn) return ACTION.signedOff;
    const isNew = message.mti[1] !== '4' && message.mti[2] === '0';
    return isNew && (this.#isDraining || this.#owed > this.desk.contract.inFlightMax) ? ACTION.inoperative : undefined;
  }

  async #network(message: IsoMessage): Promise<IsoMessage> {
    const actionCode = await this.#networkAction(message);
    this.ports.log.answered(this.desk.contract.name, message.mti, actionCode);
    return answerTo(message, { actionCode }, this.ports.clock.now());
  }

  async #networkAction(message: IsoMessage): Promise<string> {
    if (missingFields(message).length > 0) return ACTION.formatError;
    if (message.text(33) !== this.desk.contract.institution) return ACTION.unknownAcquirer;
    switch (message.text(24)) {
      case NETWORK.signOn:
        return this.#signOn();
      case NETWORK.signOff:
        this.#isSignedOn = false;
        this.#expect('sign_on');
        return ACTION.networkAccepted;
      case NETWORK.echo:
        return ACTION.networkAccepted;
      case NETWORK.cutOver:
        return this.#isSignedOn ? this.desk.cutOver(message.text(15)) : ACTION.signedOff;
      default:
        return ACTION.notSupported;
    }
  }

  /** A server that signs on twice is signed on. */
  #signOn(): string {
    this.#isSignedOn = true;
    this.#rest();
    return ACTION.networkAccepted;
  }

  #refuse(bytes: Buffer, fault: CodecError): void {
    const { contract } = this.desk;
    const { clock, log } = this.ports;
    const facts = { link: contract.name, code: fault.code, field: fault.field, offset: fault.offset };
    log.note('a message of a line is malformed', facts);
    const known = salvage(this.#codec, contract.profile, bytes, fault);
    const now = clock.now();
    if (known !== undefined) {
      log.answered(contract.name, known.mti, ACTION.formatError);
      this.#send(answerTo(known, { actionCode: ACTION.formatError }, now));
    } else {
      const names = { 7: transmissionTime(now), 11: '000000', 12: localTime(now), 33: contract.institution };
      const shown = offendingBytes(contract.profile, bytes);
      this.#send(new IsoMessage(UNPARSEABLE.mti, { ...names, 24: UNPARSEABLE.functionCode, 72: shown }));
    }
    const sinceMs = clock.monotonicMs() - MALFORMED_WITHIN_MS;
    while ((this.#malformedAtMs[0] ?? Infinity) < sinceMs) this.#malformedAtMs.shift();
    this.#malformedAtMs.push(clock.monotonicMs());
    if (this.#malformedAtMs.length >= MALFORMED_MAX) this.#hangUp('malformed');
  }

  #send(message: IsoMessage): void {
    if (this.socket.destroyed || !this.socket.writable) return; // the register has the answer: a repeat gets it
    this.socket.write(frame(this.desk.contract.framing, this.#codec.encode(message)));
    if (this.socket.writableLength > UNREAD_BYTES_MAX) this.#hangUp('unread');
  }

  /** A peer that keeps a place without using it loses it. */
  #expect(what: 'sign_on' | 'frame'): void {
    this.#patience ??= setTimeout(() => this.#hangUp(what), PATIENCE_MS);
  }

  #rest(): void {
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  #hangUp(reason: string): void {
    if (this.socket.destroyed) return;
    this.ports.log.note('a line is hung up', { link: this.desk.contract.name, reason });
    if (this.socket.writableLength > 0 && reason === 'malformed') this.socket.destroySoon();
    else this.socket.destroy();
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
