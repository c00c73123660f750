import type { LinkConfig, SendOptions, SendResult, Stray } from '@tsunagu/links';
import { matchingKey, type IsoMessage } from '@tsunagu/iso8583';
import type { SwitchLine } from '@tsunagu/switching';
import type { MemoryJournal } from './memory-journal.js';
import type { IssuerMood, SimulatedIssuer } from './simulated-issuer.js';
import type { Life } from './virtual-world.js';

/** How bad the wire is; each share from 0 to 1. */
export interface WireWeather {
  readonly drop: number;
  readonly duplicate: number;
  readonly late: number;
  readonly reset: number;
  readonly decline: number;
  /** Charges that the issuer takes only with a PIN. */
  readonly askPin: number;
  /** Requests about which the issuer wants to be called. */
  readonly refer: number;
}

export const FAIR_WEATHER: WireWeather = {
  drop: 0,
  duplicate: 0,
  late: 0,
  reset: 0,
  decline: 0.1,
  askPin: 0.1,
  refer: 0.05,
};

export const SIMULATED_LINK: LinkConfig = {
  name: 'jcb',
  host: 'simulated',
  port: 1,
  framing: 'be2',
  profile: 'hybrid',
  acquirerId: '88001234567',
  forwardingId: '88001234567',
  node: '00',
  brands: ['jcb'],
  connector: 'acq',
  replyTimeoutMs: 3_000,
  echoMs: 60_000,
  reversalScheduleMs: [1_000, 2_000, 4_000],
  pin: null,
};

const LATE_MS = { min: 3_100, max: 9_000 };
const RECONNECT_MS = { min: 300, max: 2_000 };

/** One connection of one switch life to the issuer: messages get lost, come late, come twice; the connection may drop. */
export class SimulatedLine implements SwitchLine {
  readonly config = SIMULATED_LINK;
  onStray: (stray: Stray) => void = () => undefined;
  /** A message has just left: the moment in which a crash hurts most. */
  onSent: () => void = () => undefined;
  #isConnected = false;
  #connection = 0;
  readonly #waiting = new Map<string, (result: SendResult) => void>();

  constructor(
    private readonly life: Life,
    private readonly issuer: SimulatedIssuer,
    private readonly journal: MemoryJournal,
    private readonly weather: () => WireWeather,
  ) {}

  get isReady(): boolean {
    return this.#isConnected;
  }

  connect(): void {
    this.#isConnected = true;
    this.#connection += 1;
  }

  nextStan(): Promise<string> {
    return this.life.ask(() => this.journal.nextStan(this.config.name));
  }

  send(message: IsoMessage, timeoutMs: number, options: SendOptions = {}): Promise<SendResult> {
    const key = matchingKey(message) ?? '';
    if (!this.#isConnected) return Promise.resolve({ kind: 'not_sent', reason: 'link_down' });
    if (options.mayWrite?.() === false) return Promise.resolve({ kind: 'not_sent', reason: 'withdrawn' });
    if (this.#waiting.has(key)) return Promise.resolve({ kind: 'not_sent', reason: 'duplicate_key' });
    return new Promise((resolve) => {
      this.#waiting.set(key, resolve);
      this.life.after(timeoutMs, () => this.#end(key, resolve, { kind: 'lost', reason: 'timeout' }));
      options.onWritten?.();
      this.#travel(message);
    });
  }

  #travel(message: IsoMessage): void {
    const { world } = this.life;
    const weather = this.weather();
    const connection = this.#connection;
    this.onSent();
    world.note(() => `→ ${message.mti} ${message.text(11)} ${message.text(59)} ¥${Number(message.text(4))}`);
    if (world.random.chance(weather.reset)) this.#drop();
    if (world.random.chance(weather.drop))
      return world.note(() => `  ${message.mti} ${message.text(11)} lost on the way there`);
    const copies = world.random.chance(weather.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      world.after(this.#tripMs(weather), () =>
        this.#answer(this.issuer.receive(message, this.#moodOf(weather)), connection),
      );
    }
  }

  #moodOf({ decline, askPin, refer }: WireWeather): IssuerMood {
    const { random } = this.life.world;
    return {
      isDeclining: random.chance(decline),
      isAskingPin: random.chance(askPin),
      isReferring: random.chance(refer),
    };
  }

  #answer(answer: IsoMessage, connection: number): void {
    const { world } = this.life;
    const weather = this.weather();
    if (world.random.chance(weather.drop))
      return world.note(() => `  ${answer.mti} ${answer.text(11)} lost on the way back`);
    const copies = world.random.chance(weather.duplicate) ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.life.after(this.#tripMs(weather), () => {
        if (connection === this.#connection && this.#isConnected) this.#hear(answer);
      });
    }
  }

  #hear(answer: IsoMessage): void {
    this.life.world.note(() => `← ${answer.mti} ${answer.text(11)} ${answer.text(39)}`);
    const key = matchingKey(answer) ?? '';
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return this.onStray({ kind: 'late', message: answer });
    this.#end(key, waiting, { kind: 'answered', message: answer, elapsedMs: 1 });
  }

  #tripMs(weather: WireWeather): number {
    const { random } = this.life.world;
    return random.chance(weather.late) ? random.between(LATE_MS.min, LATE_MS.max) : random.between(1, 40);
  }

  #drop(): void {
    const { random } = this.life.world;
    this.#isConnected = false;
    this.life.world.note(() => '⚡ connection lost');
    for (const [key, waiting] of this.#waiting) this.#end(key, waiting, { kind: 'lost', reason: 'disconnect' });
    this.life.after(random.between(RECONNECT_MS.min, RECONNECT_MS.max), () => this.connect());
  }

  #end(key: string, waiting: (result: SendResult) => void, result: SendResult): void {
    if (this.#waiting.get(key) !== waiting) return;
    this.#waiting.delete(key);
    waiting(result);
  }
}
