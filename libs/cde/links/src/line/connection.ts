import type { CodecError, IsoMessage } from '@tsunagu/iso8583';
import type { LinkEndpoint } from '../config/link-transport.js';
import type { MessageEnvelopeError } from '../envelope/message-envelope.js';
import type { Carrier } from './in-flight.js';
import { advanceLine, mayMove, type LineEvent, type LineState } from './line-state.js';
import type { LineMeans } from './line-means.js';
import { NETWORK_FUNCTION } from './network-message.js';
import { Session, type SessionOwner } from './session.js';

const CONNECT_TIMEOUT_MS = 3_000;
export const NETWORK_TIMEOUT_MS = 10_000;
const RECONNECT_MS = [1_000, 2_000, 5_000, 10_000];
const ECHOES_LOST_MAX = 3;
const TICK_MAX_MS = 1_000;
const SIGN_OFF_TIMEOUT_MS = 1_000;
const DRAIN_STEP_MS = 10;

/** What a connection needs of its link. */
export interface ConnectionOwner {
  readonly link: string;
  readonly means: LineMeans;
  readonly echoMs: number;
  /** Where to call now. */
  readonly endpoint: LinkEndpoint;
  /** False while an operator holds the link: connected, and signed off. */
  readonly maySignOn: boolean;
  /** Ask a network question on this very connection. @returns whether it was accepted */
  network(connection: Connection, functionCode: string, timeoutMs: number): Promise<boolean>;
  openSession(endpoint: LinkEndpoint, timeoutMs: number, owner: SessionOwner): Promise<Session>;
  onMessage(connection: Connection, message: IsoMessage): void;
  onMalformed(fault: CodecError): void;
  onWrongMac(connection: Connection, message: IsoMessage): void;
  onRefused(fault: MessageEnvelopeError): void;
  onUnreachable(endpoint: LinkEndpoint, error: unknown): void;
  onMoved(connection: Connection): void;
  /** The connection is gone: what it carried is lost, and the link may want another host. */
  onEnded(connection: Connection, endpoint: LinkEndpoint): void;
}

/** One persistent connection of a link: signed on, watched by echoes, called again for ever. */
export class Connection implements Carrier {
  #state: LineState = 'DOWN';
  #session: Session | undefined;
  #running: Promise<void> | undefined;
  #echoesLost = 0;
  #isProbeDue = false;
  #signOnAtMs = 0;
  #wake = new AbortController();
  readonly #stopped = new AbortController();
  carried = 0;

  constructor(
    readonly number: number,
    private readonly owner: ConnectionOwner,
  ) {}

  get state(): LineState {
    return this.#state;
  }

  get session(): Session | undefined {
    return this.#session;
  }

  /** Connected to a host, whatever it lets us do. */
  get isConnected(): boolean {
    return this.#session !== undefined && !this.#session.closed.aborted;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Take no new work, wait for what is owed, sign off, hang up; then call again, if the connection was not stopped. */
  async leave(drainMs: number): Promise<void> {
    if (this.#state === 'DOWN') return;
    const session = this.#session;
    this.#move('drain');
    const { clock } = this.owner.means;
    const until = clock.monotonicMs() + drainMs;
    while (this.carried > 0 && clock.monotonicMs() < until && this.isConnected) {
      await clock.sleep(DRAIN_STEP_MS);
    }
    if (this.isConnected) await this.owner.network(this, NETWORK_FUNCTION.signOff, SIGN_OFF_TIMEOUT_MS);
    session?.close();
  }

  async stop(drainMs: number): Promise<void> {
    this.#stopped.abort();
    this.#wake.abort();
    await this.leave(drainMs);
    this.#session?.close();
    await this.#running;
  }

  /** Call now instead of at the end of the pause. */
  wake(): void {
    this.#wake.abort();
  }

  /** A request timed out on a connection that has been silent since: look whether anybody is there. */
  doubt(sentAtMs: number): void {
    if (this.#session !== undefined && this.#session.lastReadMs < sentAtMs) this.#isProbeDue = true;
  }

  /** The peer allows no traffic. @param retryMs until we ask to sign on again */
  signedOff(retryMs: number): void {
    this.#signOnAtMs = this.owner.means.clock.monotonicMs() + retryMs;
    this.#moveIfMay('signOff');
  }

  /** The peer signed on, or lets us work again. Our own question, if one is pending, is answered by itself. */
  signedOn(): void {
    if (this.#state === 'SIGNED_OFF' && this.owner.maySignOn) this.#move('signOn');
  }

  /** Ask to sign on again now. */
  async signOn(): Promise<boolean> {
    if (!this.isConnected || this.#state === 'DRAINING') return false;
    if (!this.owner.maySignOn) {
      this.#moveIfMay('signOff');
      return true;
    }
    this.#moveIfMay('askSignOn');
    const isAccepted = await this.owner.network(this, NETWORK_FUNCTION.signOn, NETWORK_TIMEOUT_MS);
    if (isAccepted && this.isConnected) this.#moveIfMay('signOn');
    return isAccepted;
  }

  /** @returns whether the peer answered */
  async echo(): Promise<boolean> {
    this.#isProbeDue = false;
    const { clock, observer } = this.owner.means;
    const startedMs = clock.monotonicMs();
    const timeoutMs = Math.min(NETWORK_TIMEOUT_MS, this.owner.echoMs);
    const isHeard = await this.owner.network(this, NETWORK_FUNCTION.echo, timeoutMs);
    observer.onEcho?.(this.owner.link, isHeard ? clock.monotonicMs() - startedMs : null);
    this.#echoesLost = isHeard ? 0 : this.#echoesLost + 1;
    const isWatched = this.#state === 'READY' || this.#state === 'SUSPECT';
    if (isWatched && this.isConnected) this.#move(isHeard ? 'hear' : 'miss');
    return isHeard;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped.signal.aborted) {
      this.#wake = new AbortController();
      const { endpoint } = this.owner;
      const wasReady = await this.#connectAndServe(endpoint);
      this.#drop(endpoint);
      failures = wasReady ? 0 : failures + 1;
      if (this.#stopped.signal.aborted) return;
      const isElsewhere = this.owner.endpoint !== endpoint;
      if (isElsewhere && failures <= 1) continue; // another host is called at once
      await this.owner.means.clock.sleep(this.#reconnectMs(failures), this.#wake.signal);
    }
  }

  #reconnectMs(failures: number): number {
    const wait = RECONNECT_MS[Math.min(failures, RECONNECT_MS.length - 1)] ?? 0;
    return wait * (0.8 + 0.4 * this.owner.means.random());
  }

  /** In the instant the connection ends: no new work, and everything owed may have happened. */
  #drop(endpoint: LinkEndpoint): void {
    const wasOpen = this.#state !== 'DOWN';
    this.#session = undefined;
    this.#move('drop');
    if (wasOpen) this.owner.onEnded(this, endpoint);
  }

  async #connectAndServe(endpoint: LinkEndpoint): Promise<boolean> {
    this.#move('dial');
    const session = await this.#connect(endpoint);
    if (session === undefined || this.#state !== 'CONNECTING') {
      session?.close(); // a stop came while the peer was being called
      return false;
    }
    this.#session = session;
    session.closed.addEventListener('abort', () => this.#drop(endpoint), { once: true });
    this.#move('connect');
    this.#echoesLost = 0;
    const isAccepted = await this.signOn();
    if (isAccepted) await this.#watch(session);
    session.close();
    return isAccepted;
  }

  async #connect(endpoint: LinkEndpoint): Promise<Session | undefined> {
    try {
      return await this.owner.openSession(endpoint, CONNECT_TIMEOUT_MS, {
        onMessage: (message) => this.owner.onMessage(this, message),
        onMalformed: (fault) => this.owner.onMalformed(fault),
        onWrongMac: (message) => this.owner.onWrongMac(this, message),
        onRefused: (fault) => this.owner.onRefused(fault),
      });
    } catch (error) {
      this.owner.onUnreachable(endpoint, error); // refused, unreachable or a stranger: the next try comes by itself
      return undefined;
    }
  }

  /** Tick until the connection ends: idle limits, stuck writes, certificates, echoes, signing on again. */
  async #watch(session: Session): Promise<void> {
    const { clock } = this.owner.means;
    while (!session.closed.aborted) {
      await clock.sleep(Math.min(TICK_MAX_MS, this.owner.echoMs), session.closed);
      if (session.closed.aborted || this.#isHopeless(session)) return;
      if (this.#state === 'DRAINING') continue;
      if (this.#hasExpired(session)) await this.leave(NETWORK_TIMEOUT_MS);
      else await this.#tick(session);
      if (this.#echoesLost >= ECHOES_LOST_MAX) return;
    }
  }

  async #tick(session: Session): Promise<void> {
    const now = this.owner.means.clock.monotonicMs();
    if (this.#state === 'SIGNED_OFF') {
      if (this.owner.maySignOn && now >= this.#signOnAtMs) await this.signOn();
      return;
    }
    const isSilent = now - session.lastTrafficMs >= this.owner.echoMs;
    if (this.#isProbeDue || isSilent || this.#state === 'SUSPECT') await this.echo();
  }

  #isHopeless(session: Session): boolean {
    const { clock } = this.owner.means;
    const isDeaf = clock.monotonicMs() - session.lastReadMs > 2 * this.owner.echoMs + NETWORK_TIMEOUT_MS;
    return isDeaf || session.isStuck() || session.isTrickling();
  }

  /** A certificate that runs out in a session ends it: the next one shows whether there is a new one. */
  #hasExpired(session: Session): boolean {
    return session.goodUntil !== null && session.goodUntil <= this.owner.means.clock.now();
  }

  #moveIfMay(event: LineEvent): void {
    if (mayMove(this.#state, event)) this.#move(event);
  }

  #move(event: LineEvent): void {
    const next = advanceLine(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.owner.onMoved(this);
  }
}
