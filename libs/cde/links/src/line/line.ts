import { CodecError, matchingKey, type Codec, type IsoMessage } from '@tsunagu/iso8583';
import { invariant, type Clock } from '@tsunagu/kernel';
import type { LinkConfig } from '../config/link-config.js';
import type { StanAllocator } from '../stan/stan-allocator.js';
import type { Dialer } from '../wire/dialer.js';
import { Admission } from './admission.js';
import { InFlight } from './in-flight.js';
import { advanceLine, type LineEvent, type LineState } from './line-state.js';
import { NETWORK_ACCEPTED, NETWORK_FUNCTION, networkAnswer, networkRequest } from './network-message.js';
import { notSent, type SendOptions, type SendResult, type Stray } from './send-result.js';
import { Session } from './session.js';

const LIMITS = { inFlightMax: 256, queueMax: 2_000, queueWaitMs: 2_000 };
const CONNECT_TIMEOUT_MS = 3_000;
const NETWORK_TIMEOUT_MS = 10_000;
const RECONNECT_MS = [1_000, 2_000, 5_000, 10_000];
const ECHOES_LOST_MAX = 3;
const TICK_MAX_MS = 1_000;
const DRAIN_MS = 30_000;
const PEER_SIGNED_US_OFF = '910';

/** What a line tells: states for logs and metrics, strays for the switching service. */
export interface LineObserver {
  onState?(link: string, state: LineState): void;
  onStray?(link: string, stray: Stray): void;
  onMalformed?(link: string, fault: CodecError): void;
  onEcho?(link: string, roundTripMs: number | null): void;
}

export interface LineMeans {
  readonly codec: Codec;
  readonly clock: Clock;
  readonly dialer: Dialer;
  readonly stans: (isLive: (stan: string) => boolean) => StanAllocator;
  readonly observer: LineObserver;
  /** 0 to 1, for reconnect jitter; injected so that a simulation repeats itself. */
  readonly random: () => number;
}

/**
 * One persistent, multiplexed line: signed on, watched by echoes, reconnected for ever.
 *
 * Any number of requests travel at once; answers are matched by identity, never by order. When the connection drops, every
 * request on it is `lost` at once: it may have happened.
 */
export class Line {
  readonly #stans: StanAllocator;
  #state: LineState = 'DOWN';
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  #echoesLost = 0;
  #isProbeDue = false;
  readonly #stopped = new AbortController();
  readonly #inFlight: InFlight;
  readonly #admission: Admission;

  constructor(
    readonly config: LinkConfig,
    private readonly means: LineMeans,
  ) {
    this.#inFlight = new InFlight(means.clock);
    this.#admission = new Admission(means.clock, LIMITS);
    this.#stans = means.stans((stan) => this.#inFlight.usesStan(stan));
  }

  get state(): LineState {
    return this.#state;
  }

  get isReady(): boolean {
    return this.#state === 'READY';
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get queued(): number {
    return this.#admission.queued;
  }

  /** The next trace number of this link. @throws Error the counter cannot be reached */
  nextStan(): Promise<string> {
    return this.#stans.next();
  }

  /** Connect and stay connected until `stop`. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Take no new work, wait for what is owed, sign off, close. */
  async stop(drainMs = DRAIN_MS): Promise<void> {
    if (this.#state !== 'DOWN') this.#move('drain');
    const until = this.means.clock.monotonicMs() + drainMs;
    while (this.#inFlight.size > 0 && this.means.clock.monotonicMs() < until && this.#isConnected()) {
      await this.means.clock.sleep(20);
    }
    if (this.#isConnected()) await this.#network(NETWORK_FUNCTION.signOff, 1_000);
    this.#stopped.abort();
    this.#session?.close();
    await this.#running;
  }

  /**
   * Send one request and wait for its answer.
   * @param timeoutMs from the write on; time in the queue is not counted
   * @returns `not_sent` is proof that not one byte left; `lost` means it may have happened
   */
  async send(message: IsoMessage, timeoutMs: number, options: SendOptions = {}): Promise<SendResult> {
    if (!this.isReady) return notSent('link_down');
    if (options.isUrgent === true) return this.#exchange(message, timeoutMs, options);
    const place = this.#admission.enter();
    if (place !== undefined && !(await place)) return notSent('busy');
    try {
      return await this.#exchange(message, timeoutMs, options);
    } finally {
      this.#admission.leave();
    }
  }

  /** From the last look at the state to the write nothing waits: what is refused here was not sent. */
  #exchange(message: IsoMessage, timeoutMs: number, options: SendOptions): Promise<SendResult> {
    if (!this.isReady) return Promise.resolve(notSent('link_down'));
    if (options.mayWrite?.() === false) return Promise.resolve(notSent('withdrawn'));
    return this.#write(message, timeoutMs, options.onWritten);
  }

  async #write(message: IsoMessage, timeoutMs: number, onWritten?: () => void): Promise<SendResult> {
    const session = this.#session;
    const key = matchingKey(message);
    invariant(key !== undefined, 'a request has an identity', { mti: message.mti });
    if (session === undefined) return notSent('link_down');
    if (this.#inFlight.has(key)) return notSent('duplicate_key');
    let bytes: Buffer;
    try {
      bytes = session.encode(message);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.means.observer.onMalformed?.(this.config.name, error);
      return notSent('unbuildable');
    }
    const sentAtMs = this.means.clock.monotonicMs();
    const answer = this.#inFlight.await(key, message.text(11) ?? '', timeoutMs);
    const isWritten = session.write(bytes);
    if (!isWritten) this.#inFlight.withdraw(key, notSent('refused'));
    else onWritten?.();
    const result = await answer;
    this.#learn(result, session, sentAtMs);
    return result;
  }

  /** A request that timed out on a silent connection is a reason to look whether anybody is there. */
  #learn(result: SendResult, session: Session, sentAtMs: number): void {
    if (result.kind === 'lost' && result.reason === 'timeout' && session.lastReadMs < sentAtMs) this.#isProbeDue = true;
    const isSignedOff = result.kind === 'answered' && result.message.text(39) === PEER_SIGNED_US_OFF;
    if (isSignedOff && this.isReady && session === this.#session) this.#move('signOff');
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      const wasReady = await this.#connectAndServe();
      this.#session = undefined;
      this.#drop();
      failures = wasReady ? 0 : failures + 1;
      if (!this.#stopped.signal.aborted)
        await this.means.clock.sleep(this.#reconnectMs(failures), this.#stopped.signal);
    }
  }

  /** In the instant the connection ends: no new work, and everything owed may have happened. */
  #drop(): void {
    this.#move('drop');
    this.#inFlight.loseAll();
  }

  #reconnectMs(failures: number): number {
    const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? 0;
    return wait * (0.8 + 0.4 * this.means.random());
  }

  async #connectAndServe(): Promise<boolean> {
    this.#move('dial');
    const session = await this.#connect();
    if (session === undefined || this.#state !== 'CONNECTING') {
      session?.close(); // a stop came while the peer was being called
      return false;
    }
    this.#session = session;
    session.closed.addEventListener('abort', () => this.#drop(), { once: true });
    this.#move('connect');
    this.#echoesLost = 0;
    const wasReady = await this.#signOn();
    if (wasReady) await this.#watch(session);
    session.close();
    return wasReady;
  }

  async #connect(): Promise<Session | undefined> {
    const { host, port, framing } = this.config;
    const owner = {
      onMessage: (message: IsoMessage) => this.#receive(message),
      onMalformed: (fault: CodecError) => this.means.observer.onMalformed?.(this.config.name, fault),
    };
    try {
      return await Session.open({ host, port, framing, timeoutMs: CONNECT_TIMEOUT_MS }, this.means, owner);
    } catch {
      return undefined; // refused or unreachable: the state says so, and the next try comes by itself
    }
  }

  /** Tick until the connection ends: idle limits, stuck writes, echoes, signing on again. */
  async #watch(session: Session): Promise<void> {
    const { clock } = this.means;
    const { echoMs } = this.config;
    while (!session.closed.aborted) {
      await clock.sleep(Math.min(TICK_MAX_MS, echoMs), session.closed);
      const now = clock.monotonicMs();
      const isDeaf = now - session.lastReadMs > 2 * echoMs + NETWORK_TIMEOUT_MS;
      if (session.closed.aborted || isDeaf || session.isStuck()) return;
      if (this.#state === 'SIGNED_OFF') await this.#signOn();
      else if (this.#isProbeDue || now - session.lastTrafficMs >= echoMs || this.#state === 'SUSPECT')
        await this.#echo();
      if (this.#echoesLost >= ECHOES_LOST_MAX) return;
    }
  }

  async #signOn(): Promise<boolean> {
    const isAccepted = await this.#network(NETWORK_FUNCTION.signOn, NETWORK_TIMEOUT_MS);
    if (isAccepted && this.#state !== 'DRAINING' && this.#isConnected()) this.#move('signOn');
    return isAccepted;
  }

  async #echo(): Promise<void> {
    this.#isProbeDue = false;
    const startedMs = this.means.clock.monotonicMs();
    const isHeard = await this.#network(NETWORK_FUNCTION.echo, Math.min(NETWORK_TIMEOUT_MS, this.config.echoMs));
    this.means.observer.onEcho?.(this.config.name, isHeard ? this.means.clock.monotonicMs() - startedMs : null);
    this.#echoesLost = isHeard ? 0 : this.#echoesLost + 1;
    const mayMove = this.#state === 'READY' || this.#state === 'SUSPECT';
    if (mayMove && this.#isConnected()) this.#move(isHeard ? 'hear' : 'miss');
  }

  async #network(functionCode: string, timeoutMs: number): Promise<boolean> {
    let stan: string;
    try {
      stan = await this.#stans.next();
    } catch {
      return false; // no counter, no sign-on: the database is away and no payment could be journalled either
    }
    const facts = { at: this.means.clock.now(), stan, forwardingId: this.config.forwardingId };
    const result = await this.#write(networkRequest(functionCode, facts), timeoutMs);
    return result.kind === 'answered' && result.message.text(39) === NETWORK_ACCEPTED;
  }

  #receive(message: IsoMessage): void {
    if (message.mti[2] === '0' || message.mti[2] === '2' || message.mti[2] === '4') return this.#serve(message);
    const stray = this.#inFlight.answer(matchingKey(message), message);
    if (stray !== undefined) this.means.observer.onStray?.(this.config.name, { kind: stray, message });
  }

  /** The peer asks something: network management is answered at once, anything else is not for this side. */
  #serve(message: IsoMessage): void {
    if (message.mti[1] !== '8') return this.means.observer.onStray?.(this.config.name, { kind: 'unmatched', message });
    if (message.mti[2] !== '4')
      this.#session?.write(this.#session.encode(networkAnswer(message, this.means.clock.now())));
    const functionCode = message.text(24);
    if (functionCode === NETWORK_FUNCTION.signOff && (this.#state === 'READY' || this.#state === 'SUSPECT'))
      this.#move('signOff');
    if (functionCode === NETWORK_FUNCTION.signOn && this.#state === 'SIGNED_OFF') this.#move('signOn');
  }

  #isConnected(): boolean {
    return this.#session !== undefined && !this.#session.closed.aborted;
  }

  #move(event: LineEvent): void {
    const next = advanceLine(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.means.observer.onState?.(this.config.name, next);
  }
}
