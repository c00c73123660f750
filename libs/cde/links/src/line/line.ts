import { CodecError, matchingKey, type IsoMessage } from '@tsunagu/iso8583';
import { AppError, invariant } from '@tsunagu/kernel';
import { transportOf, type LinkConfig } from '../config/link-config.js';
import type { LinkEndpoint, LinkTransport } from '../config/link-transport.js';
import type { MessageEnvelopeError } from '../envelope/message-envelope.js';
import type { StanAllocator } from '../stan/stan-allocator.js';
import { Admission } from './admission.js';
import { Breaker, type BreakerState } from './breaker.js';
import { Connection, NETWORK_TIMEOUT_MS, type ConnectionOwner } from './connection.js';
import { EndpointChoice } from './endpoint-choice.js';
import { InFlight } from './in-flight.js';
import type { LineMeans } from './line-means.js';
import { bestState, type LineState } from './line-state.js';
import { NETWORK_ACCEPTED, NETWORK_FUNCTION, networkRequest } from './network-message.js';
import { PeerRequests, type PeerEffects } from './peer-requests.js';
import { notSent, type SendOptions, type SendResult } from './send-result.js';
import { Session, type SessionOwner } from './session.js';
import { StandbyWatch } from './standby-watch.js';

const DRAIN_MS = 30_000;
/** A planned move waits this long for answers; what is owed after it is lost, and reversed on the other host. */
const MOVE_DRAIN_MS = 2_000;
const PEER_SIGNED_US_OFF = '910';
const SIGN_ON_AFTER_910_MS = 0;
const WRONG_MACS_MAX = 3;

/** One connection as an operator sees it. */
export interface ConnectionView {
  readonly number: number;
  readonly state: LineState;
  readonly inFlight: number;
}

/**
 * One link: persistent, multiplexed, on as many connections as its file says, to the host that works.
 *
 * Trace numbers, what is in flight, limits and the breaker belong to the link; connections come and go under it. Answers are matched by
 * identity, never by order or by connection. When a connection drops, every request on it is `lost` at once: it may have happened.
 */
export class Line implements ConnectionOwner, PeerEffects {
  readonly #stans: StanAllocator;
  readonly #transport: LinkTransport;
  readonly #connections: readonly Connection[];
  readonly #choice: EndpointChoice;
  readonly #inFlight: InFlight;
  readonly #admission: Admission;
  readonly #breaker: Breaker;
  readonly #peer: PeerRequests;
  readonly #standbyWatch: StandbyWatch;
  #state: LineState = 'DOWN';
  #isHeld = false;
  #isStopped = false;
  #moving: Promise<void> | undefined;
  #refusedBy: string | null = null;
  #wrongMacs = 0;

  constructor(
    readonly config: LinkConfig,
    readonly means: LineMeans,
  ) {
    const { clock, observer } = means;
    this.#transport = transportOf(config);
    const { endpoints, backAfterMs, limits, breaker, connections } = this.#transport;
    this.#inFlight = new InFlight(clock);
    this.#choice = new EndpointChoice(endpoints, clock, backAfterMs);
    this.#breaker = new Breaker(breaker, clock, (state) => observer.onBreaker?.(config.name, state));
    this.#connections = Array.from({ length: connections }, (_, at) => new Connection(at + 1, this));
    const waiting = { queueMax: limits.queue, queueWaitMs: limits.queueWaitMs, perSecond: limits.perSecond };
    this.#admission = new Admission(clock, waiting, () => this.#places());
    this.#stans = means.stans((stan) => this.#inFlight.usesStan(stan));
    this.#peer = new PeerRequests(this);
    this.#standbyWatch = new StandbyWatch(this.#choice, means, {
      isIdle: () => this.inFlight === 0 && this.#moving === undefined,
      goBack: () => void this.#moveTo(this.#choice.primary, MOVE_DRAIN_MS),
      probe: () => void this.#probe(),
    });
  }

  get link(): string {
    return this.config.name;
  }

  get state(): LineState {
    return this.#state;
  }

  /** Takes work now, or in a moment: a planned move to another host keeps newcomers waiting instead of refusing them. */
  get isReady(): boolean {
    return !this.#isHeld && (this.#state === 'READY' || this.#moving !== undefined);
  }

  /** Ready, and neither the breaker nor the counterpart says no: what routing wants to know. */
  get takesWork(): boolean {
    return this.isReady && this.#breaker.takesWork && this.#refusedBy === null;
  }

  get breaker(): BreakerState {
    return this.#breaker.state;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  get queued(): number {
    return this.#admission.queued;
  }

  get endpoint(): LinkEndpoint {
    return this.#choice.current;
  }

  get echoMs(): number {
    return this.config.echoMs;
  }

  get maySignOn(): boolean {
    return !this.#isHeld;
  }

  get signOnAgainMs(): number {
    return this.config.echoMs;
  }

  get connections(): readonly ConnectionView[] {
    return this.#connections.map((one) => ({ number: one.number, state: one.state, inFlight: one.carried }));
  }

  /** The next trace number of this link. @throws Error the counter cannot be reached */
  nextStan(): Promise<string> {
    return this.#stans.next();
  }

  /** Connect and stay connected until `stop`. */
  start(): void {
    for (const connection of this.#connections) connection.start();
    this.#standbyWatch.start();
  }

  /** Take no new work, wait for what is owed, sign off, close. */
  async stop(drainMs = DRAIN_MS): Promise<void> {
    this.#isStopped = true;
    await Promise.all([...this.#connections.map((one) => one.stop(drainMs)), this.#standbyWatch.stop()]);
    this.#inFlight.close();
  }

  /**
   * Send one request and wait for its answer.
   * @param timeoutMs from the write on; time in the queue is not counted
   * @returns `not_sent` is proof that not one byte left; `lost` means it may have happened
   */
  async send(message: IsoMessage, timeoutMs: number, options: SendOptions = {}): Promise<SendResult> {
    if (!this.isReady) return notSent(this.#isHeld ? 'drained' : 'link_down');
    if (options.isUrgent === true) return this.#learned(await this.#exchange(message, timeoutMs, options));
    if (!this.#breaker.takesWork) return notSent('circuit_open');
    if (this.#refusedBy !== null) return notSent('peer_unavailable');
    const place = this.#admission.enter(options.lane);
    if (place !== undefined && !(await place)) return notSent('busy');
    try {
      return this.#learned(await this.#exchange(message, timeoutMs, options));
    } finally {
      this.#admission.leave();
    }
  }

  /** An operator takes the link out of service: what is owed is waited for, then we sign off and stay connected. */
  async drain(drainMs = DRAIN_MS): Promise<void> {
    this.#isHeld = true;
    const { clock } = this.means;
    const until = clock.monotonicMs() + drainMs;
    while (this.#inFlight.size > 0 && clock.monotonicMs() < until && this.#isHeld) await clock.sleep(20);
    for (const connection of this.#connections) {
      if (!this.#isHeld || !connection.isConnected) continue;
      await this.network(connection, NETWORK_FUNCTION.signOff, NETWORK_TIMEOUT_MS);
      connection.signedOff(0);
    }
  }

  /** Back into service; also after 803 and 806. */
  async resume(): Promise<void> {
    this.#isHeld = false;
    this.takeWork();
    await Promise.all(this.#connections.map((connection) => connection.signOn()));
  }

  /** Whether a move to that host needs the word of two people. @throws EndpointError there is no such host */
  needsTwo(endpoint: string): boolean {
    return this.#choice.named(endpoint, true).role === 'dr';
  }

  /**
   * Move the link to another of its hosts: newcomers wait, answers are waited for, 802 there, 801 here.
   * @param isApproved two people said so; only a disaster centre asks for it
   * @throws EndpointError there is no such host, or it needs two people
   */
  async switchTo(endpoint: string, isApproved = false): Promise<void> {
    await this.#moveTo(this.#choice.named(endpoint, isApproved), MOVE_DRAIN_MS);
  }

  /** Tell the counterpart the new business date (821). @param date YYMMDD. @returns whether it was accepted */
  async cutover(date: string): Promise<boolean> {
    const connection = this.#pick();
    if (connection === undefined) return false;
    const isAccepted = await this.#ask(connection, NETWORK_FUNCTION.cutover, NETWORK_TIMEOUT_MS, { 15: date });
    if (isAccepted) this.means.observer.onCutover?.(this.link, date);
    return isAccepted;
  }

  /** Ask the counterpart for new keys (811 without a key, reason 8101): what is in use on the two sides differs. */
  async askForKeys(): Promise<boolean> {
    const connection = this.#pick();
    return (
      connection !== undefined && this.#ask(connection, NETWORK_FUNCTION.keyChange, NETWORK_TIMEOUT_MS, { 25: '8101' })
    );
  }

  // What connections ask of their link

  network(connection: Connection, functionCode: string, timeoutMs: number): Promise<boolean> {
    return this.#ask(connection, functionCode, timeoutMs);
  }

  openSession(endpoint: LinkEndpoint, timeoutMs: number, owner: SessionOwner): Promise<Session> {
    const { dialer, codec, clock, mac = null, seal = null } = this.means;
    const means = { dialer, codec, clock, mac, seal, framing: this.config.framing };
    return Session.open(endpoint, timeoutMs, means, owner);
  }

  onMessage(connection: Connection, message: IsoMessage): void {
    this.#wrongMacs = 0;
    const isAsked = message.mti[2] === '0' || message.mti[2] === '2' || message.mti[2] === '4';
    if (isAsked) return void this.#peer.serve(connection, message).catch((error: unknown) => this.#unserved(error));
    const stray = this.#inFlight.answer(matchingKey(message), message);
    if (stray !== undefined) this.means.observer.onStray?.(this.link, { kind: stray, message });
  }

  onMalformed(fault: CodecError): void {
    this.means.observer.onMalformed?.(this.link, fault);
  }

  /** Never processed: an answer like that is as good as none, and its timer decides. @source reference/iso8583-1993.md §15 */
  onWrongMac(connection: Connection, message: IsoMessage): void {
    this.means.observer.onRefused?.(this.link, 'mac');
    if (message.mti[2] === '0' || message.mti[2] === '2') this.#peer.refuse(connection, message);
    this.#wrongMacs += 1;
    if (this.#wrongMacs !== WRONG_MACS_MAX) return;
    this.#wrongMacs = 0;
    this.means.observer.onKeysOutOfStep?.(this.link);
    this.means.keys?.distrust();
  }

  onRefused(fault: MessageEnvelopeError): void {
    this.means.observer.onRefused?.(this.link, fault.fault);
  }

  onUnreachable(endpoint: LinkEndpoint, error: unknown): void {
    const { code } = error as { code?: unknown };
    const word = typeof code === 'string' ? code : 'unreachable';
    this.means.observer.onUnreachable?.(this.link, endpoint.name, word);
  }

  onMoved(connection: Connection): void {
    this.means.observer.onConnection?.(this.link, connection.number, connection.state);
    if (connection.state === 'READY') this.#admission.pump();
    const best = bestState(this.#connections.map(({ state }) => state));
    if (best === this.#state) return;
    this.#state = best;
    this.means.observer.onState?.(this.link, best);
  }

  onEnded(connection: Connection, endpoint: LinkEndpoint): void {
    this.#inFlight.loseAll(connection);
    const isAnyThere = this.#connections.some((one) => one.isConnected);
    if (isAnyThere || this.#isStopped || this.#moving !== undefined) return;
    if (this.#choice.fail(endpoint)) this.#announceEndpoint();
  }

  // What the counterpart may do to us

  refuseWork(functionCode: string): void {
    this.#refusedBy = functionCode;
  }

  takeWork(): void {
    this.#refusedBy = null;
  }

  switchOver(): void {
    const { alternative } = this.#choice;
    if (alternative !== undefined) void this.#moveTo(alternative, MOVE_DRAIN_MS);
  }

  #places(): number {
    if (this.#moving !== undefined) return 0;
    return this.#transport.limits.inFlight * this.#connections.filter(({ state }) => state === 'READY').length;
  }

  /** The ready connection that carries least. */
  #pick(): Connection | undefined {
    let best: Connection | undefined;
    let least = Infinity;
    for (const connection of this.#connections) {
      if (connection.state !== 'READY') continue;
      const carried = connection.carried;
      if (carried >= least) continue;
      [best, least] = [connection, carried];
    }
    return best;
  }

  #exchange(message: IsoMessage, timeoutMs: number, options: SendOptions): Promise<SendResult> {
    const connection = this.#isHeld ? undefined : this.#pick();
    if (connection === undefined) return Promise.resolve(notSent('link_down'));
    return this.#write(connection, message, timeoutMs, options);
  }

  async #write(
    connection: Connection,
    message: IsoMessage,
    timeoutMs: number,
    options: SendOptions,
  ): Promise<SendResult> {
    const { session } = connection;
    if (session === undefined) return notSent('link_down');
    const encoded = this.#encode(session, message);
    const bytes = encoded instanceof Promise ? await encoded : encoded;
    if (typeof bytes === 'string') return notSent(bytes);
    // From the last look to the write nothing waits: what is refused here was not sent.
    if (options.mayWrite?.() === false) return notSent('withdrawn');
    const key = matchingKey(message);
    invariant(key !== undefined, 'a request has an identity', { mti: message.mti });
    if (this.#inFlight.has(key)) return notSent('duplicate_key');
    const sentAtMs = this.means.clock.monotonicMs();
    const answer = this.#inFlight.await(key, { stan: message.text(11) ?? '', timeoutMs, carrier: connection });
    if (!session.write(bytes)) this.#inFlight.withdraw(key, notSent('refused'));
    else options.onWritten?.();
    const result = await answer;
    this.means.observer.onEnded?.(this.link, message.mti, result);
    this.#watchFor(result, connection, sentAtMs);
    return result;
  }

  /** @returns the bytes, or why there are none */
  #encode(session: Session, message: IsoMessage): Bytes | Promise<Bytes> {
    try {
      const encoded = session.encode(message);
      return encoded instanceof Promise ? encoded.catch((error: unknown) => this.#unbuildable(error)) : encoded;
    } catch (error) {
      return this.#unbuildable(error);
    }
  }

  #unbuildable(error: unknown): 'unbuildable' | 'unprotected' {
    if (error instanceof CodecError) {
      this.means.observer.onMalformed?.(this.link, error);
      return 'unbuildable';
    }
    if (error instanceof AppError && error.category !== 'internal') return 'unprotected';
    throw error;
  }

  #watchFor(result: SendResult, connection: Connection, sentAtMs: number): void {
    if (result.kind === 'lost' && result.reason === 'timeout') connection.doubt(sentAtMs);
    const isSignedOff = result.kind === 'answered' && result.message.text(39) === PEER_SIGNED_US_OFF;
    if (isSignedOff) connection.signedOff(SIGN_ON_AFTER_910_MS);
  }

  #learned(result: SendResult): SendResult {
    this.#breaker.learn(result);
    return result;
  }

  async #ask(
    connection: Connection,
    functionCode: string,
    timeoutMs: number,
    more: Readonly<Record<number, string>> = {},
  ): Promise<boolean> {
    let stan: string;
    try {
      stan = await this.#stans.next();
    } catch {
      return false; // no counter, no sign-on: the database is away and no payment could be journalled either
    }
    const facts = { at: this.means.clock.now(), stan, forwardingId: this.config.forwardingId };
    const message = networkRequest(functionCode, facts);
    for (const [field, value] of Object.entries(more)) message.set(Number(field), value);
    const result = await this.#write(connection, message, timeoutMs, {});
    return result.kind === 'answered' && result.message.text(39) === NETWORK_ACCEPTED;
  }

  /** The echo that decides whether an open breaker closes. */
  async #probe(): Promise<void> {
    if (!this.#breaker.takeProbe()) return;
    const connection = this.#pick();
    this.#breaker.probed(connection !== undefined && (await connection.echo()));
  }

  #moveTo(endpoint: LinkEndpoint, drainMs: number): Promise<void> {
    this.#moving ??= this.#move(endpoint, drainMs).finally(() => {
      this.#moving = undefined;
      this.#admission.pump();
    });
    return this.#moving;
  }

  async #move(endpoint: LinkEndpoint, drainMs: number): Promise<void> {
    if (endpoint === this.#choice.current) return;
    const leaving = this.#connections.map((connection) => connection.leave(drainMs));
    this.#choice.use(endpoint);
    this.#announceEndpoint();
    await Promise.all(leaving);
    for (const connection of this.#connections) connection.wake();
    const { clock } = this.means;
    const until = clock.monotonicMs() + MOVE_DRAIN_MS;
    while (this.#state !== 'READY' && clock.monotonicMs() < until && !this.#isStopped) await clock.sleep(10);
  }

  #announceEndpoint(): void {
    this.means.observer.onEndpoint?.(this.link, this.#choice.current.name);
    for (const connection of this.#connections) connection.wake();
  }

  /** An answer of ours that could not be made: the counterpart asks again. */
  #unserved(error: unknown): void {
    if (error instanceof CodecError) this.onMalformed(error);
    else if (!(error instanceof AppError)) throw error;
  }
}

type Bytes = Buffer | 'unbuildable' | 'unprotected';
