import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { CodecError, compileSpec, defineSpec, IsoMessage } from '@tsunagu/iso8583';
import type { FaultHit, FaultPanel } from '../faults/fault-panel.js';
import type { IssuerLedger } from '../ledger/issuer-ledger.js';
import { answerTo, unparseable } from './answer.js';
import { HostCalendar } from './calendar.js';
import { PlainChannel } from './channel.js';
import { transmissionOf, type HostTimings } from './delivery.js';
import { HostSession } from './host-session.js';
import { IssuerDesk } from './issuer-desk.js';
import { NETWORK, NetworkDesk } from './network-desk.js';
import { PLAIN_COMPLETION, type CompletionRules } from './union-pay-rules.js';
import { faultsOf, reasonOf } from './validation.js';
import { ACTION, NOTHING, send, type Verdict } from './verdict.js';
import { localTime, transmissionTime } from './wire-clock.js';

/** What the host counts: messages by MTI and action code, refused bytes, sessions. */
export type CountEvent = (event: 'message' | 'malformed' | 'unanswered', labels: Record<string, string>) => void;

/** Places of a host: both share one book, and each has a connection point of its own. */
export const ENDPOINTS = ['primary', 'standby'] as const;
export type EndpointName = (typeof ENDPOINTS)[number];

export interface HostOptions {
  readonly link: string;
  readonly ledger: IssuerLedger;
  readonly faults: FaultPanel;
  readonly timings: HostTimings;
  readonly count: CountEvent;
  /** How completions are capped; without it no more than was authorised. */
  readonly completion?: CompletionRules;
  readonly now?: () => number;
}

const FRAMING = 'be2';
const CANNOT_PARSE = '650';
const codec = compileSpec(defineSpec('hybrid'));

/** A card company at the other end of the line: sessions, sign-on, and the faults of the panel. */
export class IssuerHost {
  readonly #servers = new Map<EndpointName, Server>();
  readonly #sessions = new Set<HostSession>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #calendar: HostCalendar;
  readonly #desk: IssuerDesk;
  readonly #network: NetworkDesk;
  readonly #now: () => number;

  constructor(private readonly options: HostOptions) {
    const { link, ledger, faults, completion = PLAIN_COMPLETION, now = Date.now } = options;
    this.#now = now;
    this.#calendar = new HostCalendar(now, ledger.cutOverTo);
    const means = { link, ledger, completion, calendar: this.#calendar, now };
    this.#desk = new IssuerDesk(means);
    this.#network = new NetworkDesk(means);
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

  /** Port of an endpoint. @throws Error it does not listen */
  portOf(endpoint: EndpointName): number {
    const address = this.#servers.get(endpoint)?.address();
    if (typeof address !== 'object' || address === null) throw new Error(`the ${endpoint} does not listen`);
    return (address as AddressInfo).port;
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
    const closed = [...this.#servers.values()].map((server) => new Promise((resolve) => server.close(resolve)));
    for (const session of this.#sessions) session.reset();
    await Promise.all(closed);
  }

  /** Names under which a fault may mean this place. */
  #places(endpoint: string): readonly string[] {
    return [this.options.link, `${this.options.link}/${endpoint}`];
  }

  #accept(socket: Socket, endpoint: EndpointName): void {
    const channel = new PlainChannel(socket);
    if (this.options.faults.refusesConnection(this.#places(endpoint))) return channel.reset();
    const session: HostSession = new HostSession(endpoint, channel, FRAMING, {
      onFrame: (bytes) => this.#receive(session, bytes),
      onBadStream: () => this.options.count('malformed', { link: this.options.link }),
      onClose: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
  }

  #receive(session: HostSession, bytes: Buffer): void {
    if (session.isSilent) return;
    let message: IsoMessage;
    try {
      message = codec.decode(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return this.#refuse(session, bytes);
    }
    const hit = this.options.faults.draw(this.#places(session.endpoint), message.mti);
    if (isLostInbound(session, hit)) return;
    const verdict = this.#judge(session, message);
    if (verdict.answer === null && verdict.delivery === 'lost')
      this.options.count('unanswered', { link: this.options.link });
    this.options.ledger.flushed().then(
      () => this.#deliver(session, verdict, hit),
      () => session.destroy(), // not on disk: nobody may hear of it
    );
  }

  /** Bytes that are no message: told so, because silence would look like a lost answer. @source iso8583-1993.md §13.9 */
  #refuse(session: HostSession, bytes: Buffer): void {
    this.options.count('malformed', { link: this.options.link });
    const now = this.#now();
    const complaint = new IsoMessage('1644', {
      7: transmissionTime(now),
      11: '000000',
      12: localTime(now),
      24: CANNOT_PARSE,
      72: unparseable(bytes),
    });
    session.transmit(() => codec.encode(complaint), 'send');
  }

  #judge(session: HostSession, message: IsoMessage): Verdict {
    if (!/^1[1-8][02]\d$/.test(message.mti)) return NOTHING;
    if (message.mti[1] !== '8' && !session.isSignedOn) return this.#plain(message, ACTION.signedOff);
    const faults = faultsOf(message);
    if (faults.length > 0) return this.#plain(message, ACTION.formatError, reasonOf(faults));
    switch (message.mti[1]) {
      case '1':
      case '2':
      case '4':
        return this.#desk.handle(message);
      case '8':
        return this.#managed(session, message);
      default:
        return NOTHING;
    }
  }

  #managed(session: HostSession, message: IsoMessage): Verdict {
    const verdict = this.#network.handle(message);
    if (message.text(24) === NETWORK.signOn) session.isSignedOn = true;
    if (message.text(24) === NETWORK.signOff) session.isSignedOn = false;
    return verdict;
  }

  #plain(message: IsoMessage, actionCode: string, reason?: string): Verdict {
    const businessDate = message.mti[1] === '8' ? undefined : this.#calendar.date;
    return send(answerTo(message, this.#now(), { actionCode, businessDate, reason }));
  }

  #deliver(session: HostSession, { answer, delivery }: Verdict, hit: FaultHit | undefined): void {
    if (delivery === 'reset') session.reset();
    if (answer === null) return;
    const { way, delayMs, alter } = transmissionOf(delivery, hit, this.options.timings);
    const altered = alter === undefined ? answer : alter(answer);
    const go = () => {
      this.options.count('message', { link: this.options.link, mti: answer.mti, action: answer.text(39) ?? '' });
      session.transmit(() => codec.encode(altered), way, hit?.delayMs);
    };
    if (delayMs === 0) go();
    else this.#later(delayMs, go);
  }

  #later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, delayMs);
    this.#timers.add(timer);
  }
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
