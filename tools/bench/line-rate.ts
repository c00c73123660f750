import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileSpec, defineSpec, IsoMessage } from '@tsunagu/iso8583';
import { SystemClock } from '@tsunagu/kernel';
import { Line, StanAllocator, StanBlocks, TcpDialer, type LinkConfig } from '@tsunagu/links';
import { EchoHost, RawEcho } from '../../test/load/raw-echo.js';
import { FINANCIAL_MESSAGE, IC_DATA } from './financial-message.js';
import { round } from './percentile.js';

const MARK = 'TSUNAGU_ECHO_HOST';
const WARM_UP_MS = 2_000;
const TURN_MS = 250;
const TURNS_PER_SECOND = 4;
const IN_FLIGHT = 64;

/** What one run says. Rates are answers a second. */
export interface LineRate {
  /** Line ÷ raw echo, median of the pairs of turns. */
  readonly ratio: number;
  readonly line_per_second: number;
  readonly raw_per_second: number;
  /** The same of the best turn of each: what the machine gives when nobody else wants it. */
  readonly ratio_of_best: number;
  /** CPU time of this process per answer, microseconds; the host's is not in it. */
  readonly line_cpu_us: number;
  readonly raw_cpu_us: number;
  readonly in_flight: number;
  readonly message_bytes: number;
  /** Requests whose answer carried another identity, or that were not answered. */
  readonly mismatched: number;
  readonly turns: number;
}

/**
 * One connection, 64 in flight, every answer decoded and matched with its request, against a raw length-prefixed echo: the same bytes, the same
 * framing, the same host in a process of its own, in turns of one second so that both see the same machine.
 * @param seconds of each side
 */
export async function measureLine(seconds: number): Promise<LineRate> {
  const host = await HostProcess.start();
  const bytes = compileSpec(defineSpec('hybrid')).encode(saleOf('000001'));
  try {
    const [lineTurns, rawTurns]: [Turn[], Turn[]] = [[], []];
    const load = await LineLoad.open(host.port);
    const raw = await RawEcho.open(host.port, bytes);
    for (let turn = -1; turn < seconds * TURNS_PER_SECOND; turn += 1) {
      const forMs = turn < 0 ? WARM_UP_MS : TURN_MS;
      const pair = [await measured(raw, forMs), await measured(load, forMs)] as const;
      if (turn < 0) continue;
      rawTurns.push(pair[0]);
      lineTurns.push(pair[1]);
    }
    raw.close();
    await load.close();
    const [line, echo] = [lineTurns, rawTurns].map((turns) => turns.map(({ perSecond }) => perSecond)) as [
      number[],
      number[],
    ];
    return {
      ratio: round(median(line.map((one, turn) => one / (echo[turn] ?? Infinity)))),
      ratio_of_best: round(Math.max(...line) / Math.max(...echo)),
      line_per_second: Math.round(median(line)),
      raw_per_second: Math.round(median(echo)),
      line_cpu_us: round(median(lineTurns.map(({ cpuUs }) => cpuUs))),
      raw_cpu_us: round(median(rawTurns.map(({ cpuUs }) => cpuUs))),
      in_flight: IN_FLIGHT,
      message_bytes: bytes.length,
      mismatched: load.mismatched,
      turns: lineTurns.length,
    };
  } finally {
    await host.stop();
  }
}

/** @returns true when this process is the host of the bench, and now serves */
export async function echoIfMarked(): Promise<boolean> {
  if (process.env[MARK] === undefined) return false;
  const host = new EchoHost();
  const port = await host.listen();
  const end = () => process.exit(0);
  process.on('SIGTERM', end);
  process.on('disconnect', end);
  process.send?.(port);
  return true;
}

/** The host in a process of its own: this very bundle, started with a mark in its environment. */
class HostProcess {
  private constructor(
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(): Promise<HostProcess> {
    const child = fork(process.argv[1]!, [], { env: { ...process.env, [MARK]: '1' } });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('message', (message) => resolve(message as number));
      child.once('exit', () => reject(new Error('the host of the bench did not start')));
    });
    return new HostProcess(port, child);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await gone;
  }
}

class Counter extends StanBlocks {
  #next = 1;

  override async reserve(_link: string, size: number): Promise<number> {
    return (this.#next += size) - size;
  }
}

/** Sixty-four senders on the line that the switch uses. */
class LineLoad {
  mismatched = 0;
  #answers = 0;
  #isOver = false;
  #senders: readonly Promise<void>[] = [];

  private constructor(private readonly line: Line) {}

  static async open(port: number): Promise<LineLoad> {
    const clock = new SystemClock();
    const line = new Line(configOf(port), {
      codec: compileSpec(defineSpec('hybrid')),
      clock,
      dialer: new TcpDialer(),
      stans: (isLive) => new StanAllocator(new Counter(), 'bench', isLive),
      observer: {},
      random: Math.random,
    });
    line.start();
    while (line.state !== 'READY') await clock.sleep(5);
    return new LineLoad(line);
  }

  get answers(): number {
    return this.#answers;
  }

  start(inFlight: number): void {
    this.#isOver = false;
    this.#senders = Array.from({ length: inFlight }, () => this.#send());
  }

  async pause(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#senders);
  }

  close(): Promise<void> {
    return this.line.stop(1_000);
  }

  async #send(): Promise<void> {
    const message = saleOf('000000');
    while (!this.#isOver) {
      const stan = await this.line.nextStan();
      const result = await this.line.send(message.set(11, stan), 10_000);
      const isMine = result.kind === 'answered' && result.message.text(11) === stan;
      if (isMine) this.#answers += 1;
      else this.mismatched += 1;
    }
  }
}

/** What is measured: it runs from `start` until `pause` has drained it. */
interface Load {
  readonly answers: number;
  start(inFlight: number): void;
  pause(): Promise<void>;
}

interface Turn {
  readonly perSecond: number;
  readonly cpuUs: number;
}

async function measured(load: Load, forMs: number): Promise<Turn> {
  const [startMs, cpu, before] = [performance.now(), process.cpuUsage(), load.answers];
  load.start(IN_FLIGHT);
  await sleep(forMs);
  const answers = load.answers - before;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = (answers * 1_000) / (performance.now() - startMs);
  await load.pause();
  return { perSecond, cpuUs: (user + system) / Math.max(1, answers) };
}

function saleOf(stan: string): IsoMessage {
  const { 52: pinBlock = '', ...texts } = FINANCIAL_MESSAGE;
  const binaries = { 52: Buffer.from(pinBlock, 'hex'), 55: Buffer.from(IC_DATA, 'hex') };
  return new IsoMessage('1200', { ...texts, ...binaries, 11: stan });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function configOf(port: number): LinkConfig {
  return {
    name: 'bench', host: '127.0.0.1', port, framing: 'be2', profile: 'hybrid', acquirerId: '88001234567', forwardingId: '88009876543',
    node: '01', brands: [], connector: 'jcb', replyTimeoutMs: 10_000, echoMs: 60_000, reversalScheduleMs: [1_000], pin: null,
  }; // prettier-ignore
}
