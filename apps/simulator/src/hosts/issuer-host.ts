import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CodecError, IsoMessage } from '@tsunagu/iso8583';
import type { PinBook } from '../cards/pin-book.js';
import { TSN93_DIALECT, type HostDialect } from '../dialect/host-dialect.js';
import type { FaultHit, FaultPanel } from '../faults/fault-panel.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import type { HostProtection } from '../protect/host-protection.js';
import type { ScriptBook } from '../scripts/script-book.js';
import type { StepAnswer } from '../scripts/script.js';
import type { MessageTrace } from '../trace/message-trace.js';
import { unparseable } from './answer.js';
import { PlainChannel, type Channel } from './channel.js';
import { transmissionOf, type HostTimings } from './delivery.js';
import { FrontDesk } from './front-desk.js';
import { HostAsks } from './host-asks.js';
import { HOST_FRAMING } from './host-spec.js';
import { HostSession } from './host-session.js';
import { NETWORK } from './network-desk.js';
import { SecureDoor, type HostTls } from './secure-door.js';
import type { CompletionRules } from './union-pay-rules.js';
import type { Verdict } from './verdict.js';
import { localTime, transmissionTime } from './wire-clock.js';

/** What the host counts: messages by MTI and action code, refused bytes, sessions. */
export type CountEvent = (event: 'message' | 'malformed' | 'unanswered', labels: Record<string, string>) => void;

/** Places of a host: both share one book, and each has a port of its own. */
export const ENDPOINTS = ['primary', 'standby'] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

export interface HostOptions {
  readonly link: string;
  readonly ledger: IssuerLedger;
  readonly faults: FaultPanel;
  readonly scripts: ScriptBook;
  readonly trace: MessageTrace;
  readonly timings: HostTimings;
  readonly count: CountEvent;
  /** How completions are capped; without it no more than was authorised. */
  readonly completion?: CompletionRules;
  /** Judges online PINs; none is judged without it. */
  readonly pins?: PinBook;
  /** Its refusals may carry codes of Japanese card terminals (field 48). */
  readonly hasDomesticCodes?: boolean;
  /** TLS with certificates on both sides; plain without it. */
  readonly tls?: HostTls;
  /** What the line speaks; TSN-93 without it. */
  readonly dialect?: HostDialect;
  /** MAC and envelope; none without it. */
  readonly protection?: HostProtection;
  readonly now?: () => number;
}

const CANNOT_PARSE = '650';
const ANSWERS = /^1[1-8][13]\d$/;
const ASK_TIMEOUT_MS = 10_000;

/** A card company at the other end of the line: endpoints, sessions, sign-on, scripts, and the faults of the panel. */
export class IssuerHost {
  readonly desk: FrontDesk;
  readonly asks = new HostAsks();
  readonly #servers = new Map<EndpointName, Server>();
  readonly #sessions = new Set<HostSession>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #door: SecureDoor | undefined;
  readonly #dialect: HostDialect;
  readonly #now: () => number;

  constructor(private readonly options: HostOptions) {
    const { faults, tls, dialect = TSN93_DIALECT, now = Date.now } = options;
    this.#now = now;
    this.#dialect = dialect;
    this.desk = new FrontDesk({ ...options, now });
    this.#door = tls === undefined ? undefined : new SecureDoor(tls);
    faults.onChange(() => {
      for (const session of this.#sessions) if (faults.isDown(this.#places(session.endpoint))) session.reset();
    });
  }

  get isListening(): boolean {
    const servers = [...this.#servers.values()];
    return servers.length > 0 && servers.every((server) => server.listening);
  }

  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** Ports by endpoint, of those that listen. */
  get ports(): Readonly<Partial<Record<EndpointName, number>>> {
    const entries = [...this.#servers].map(([name, server]) => [name, (server.address() as AddressInfo).port] as const);
    return Object.fromEntries(entries);
  }

  listen(port: number, endpoint: EndpointName = 'primary', host = '127.0.0.1'): Promise<void> {
    const server = createServer((socket) => this.#accept(socket, endpoint));
    this.#servers.set(endpoint, server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => resolve());
    });
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    this.asks.giveUp();
    const closed = [...this.#servers.values()].map((server) => new Promise((resolve) => server.close(resolve)));
    for (const session of this.#sessions) session.reset();
    await Promise.all(closed);
  }

  /** Send a message of the host's own beginning. @returns the answer; null when none came in time; undefined when nobody is signed on */
  ask(message: IsoMessage, endpoint?: string): Promise<IsoMessage | null> | undefined {
    const session = [...this.#sessions].findLast(
      (one) => one.isSignedOn && one.isOpen && (endpoint === undefined || one.endpoint === endpoint),
    );
    if (session === undefined) return undefined;
    const answer = this.asks.waitFor(message, ASK_TIMEOUT_MS);
    this.#trace(session, 'out', message);
    session.transmit(() => this.#encode(message), 'send');
    return answer;
  }

  /** Names under which a fault may mean this place. */
  #places(endpoint: string): readonly string[] {
    return [this.options.link, `${this.options.link}/${endpoint}`];
  }

  #accept(socket: Socket, endpoint: EndpointName): void {
    const { faults } = this.options;
    const channel: Channel = new PlainChannel(socket);
    if (faults.refusesConnection(this.#places(endpoint))) return channel.reset();
    if (this.#door === undefined) return this.#open(channel, endpoint);
    if (faults.breaksHandshake(this.#places(endpoint))) return channel.spoil();
    this.#door.enter(socket, (secured) => this.#open(secured, endpoint));
  }

  #open(channel: Channel, endpoint: EndpointName): void {
    const session: HostSession = new HostSession(endpoint, channel, HOST_FRAMING, {
      onFrame: (bytes) => this.#receive(session, bytes),
      onBadStream: () => this.options.count('malformed', { link: this.options.link }),
      onClose: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
  }

  #receive(session: HostSession, received: Buffer): void {
    if (session.isSilent) return;
    const { protection, count } = this.options;
    const bytes = protection === undefined ? received : protection.open(received);
    if (bytes === undefined) {
      count('malformed', { link: this.options.link });
      return session.destroy();
    }
    let message: IsoMessage;
    try {
      message = this.#dialect.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return this.#refuse(session, bytes);
    }
    if (ANSWERS.test(message.mti)) {
      this.#trace(session, 'in', message);
      if (!this.asks.answer(message)) this.options.count('unanswered', { link: this.options.link });
      return;
    }
    const { link, faults, scripts, trace } = this.options;
    const mac = this.#macOf(message, bytes);
    const script = scripts.meet(link, message, mac);
    const hit = hitOf(script) ?? faults.draw(this.#places(session.endpoint), message.mti);
    trace.note(
      { link, endpoint: session.endpoint, direction: 'in', fault: hit?.isInbound === true ? hit.kind : null },
      message,
    );
    if (!isLostInbound(session, hit)) this.#answer(session, message, { script, hit, isMacWrong: mac === false });
  }

  #answer(session: HostSession, message: IsoMessage, met: Met): void {
    const { link, ledger, count } = this.options;
    const verdict = met.isMacWrong
      ? this.desk.refuseMac(message)
      : this.desk.judge(message, session.isSignedOn, met.script);
    const isManagement = message.mti[1] === '8' && !met.isMacWrong;
    if (isManagement && message.text(24) === NETWORK.signOn) session.isSignedOn = true;
    if (isManagement && message.text(24) === NETWORK.signOff) session.isSignedOn = false;
    if (verdict.answer === null && verdict.delivery === 'lost') count('unanswered', { link });
    ledger.flushed().then(
      () => this.#deliver(session, verdict, met),
      () => session.destroy(), // not on disk: nobody may hear of it
    );
  }

  /** Bytes that are no message: told so, because silence would look like a lost answer. @source iso8583-1993.md §13.9 */
  #refuse(session: HostSession, bytes: Buffer): void {
    this.options.count('malformed', { link: this.options.link });
    const now = this.#now();
    const complaint = new IsoMessage('1644', {
      7: transmissionTime(now),
      11: this.asks.nextStan(),
      12: localTime(now),
      24: CANNOT_PARSE,
      72: unparseable(bytes),
    });
    session.transmit(() => this.#encode(complaint), 'send');
  }

  #deliver(
    session: HostSession,
    { answer, delivery }: Verdict,
    { script, hit }: { script?: StepAnswer; hit?: FaultHit },
  ): void {
    if (delivery === 'reset') session.reset();
    if (answer === null) return;
    const { way, delayMs, alter } = transmissionOf(delivery, hit, this.options.timings);
    const altered = alter === undefined ? answer : alter(answer);
    const go = () => {
      this.options.count('message', { link: this.options.link, mti: answer.mti, action: answer.text(39) ?? '' });
      this.#trace(session, 'out', altered, hit?.kind ?? (way === 'send' ? null : way));
      session.transmit(() => this.#encode(altered), way, hit?.delayMs);
    };
    const waitMs = hit === undefined ? (script?.delayMs ?? delayMs) : delayMs;
    if (waitMs === 0) go();
    else this.#later(waitMs, go);
  }

  /** Null where the link has no MAC. */
  #macOf(message: IsoMessage, bytes: Buffer): boolean | null {
    const { protection } = this.options;
    return protection?.wantsMac === true ? protection.isRight(message, bytes) : null;
  }

  #encode(message: IsoMessage): Uint8Array {
    return this.options.protection?.encode(message, this.#dialect) ?? this.#dialect.encode(message);
  }

  #trace(session: HostSession, direction: 'in' | 'out', message: IsoMessage, fault: string | null = null): void {
    this.options.trace.note({ link: this.options.link, endpoint: session.endpoint, direction, fault }, message);
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** What a message met on its way in. */
interface Met {
  readonly script?: StepAnswer;
  readonly hit?: FaultHit;
  readonly isMacWrong: boolean;
}

/** The fault that a script wants; it strikes the answer unless it is one of requests. */
function hitOf(script: StepAnswer | undefined): FaultHit | undefined {
  if (script?.fault === undefined) return undefined;
  const isInbound = script.fault === 'lose_request' || script.fault === 'half_open';
  return { kind: script.fault, delayMs: script.delayMs, isInbound };
}

/** What a fault does to a message before anything is booked. */
function isLostInbound(session: HostSession, hit: FaultHit | undefined): boolean {
  switch (hit?.kind) {
    case 'half_open':
      session.isSilent = true;
      return true;
    case 'reset':
      if (hit.isInbound) session.reset();
      return hit.isInbound;
    case 'tls_failure':
      if (hit.isInbound) session.spoil();
      return hit.isInbound;
    case 'drop':
    case 'lose_request':
      return hit.isInbound;
    default:
      return false;
  }
}
