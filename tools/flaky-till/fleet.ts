import { fork, type ChildProcess } from 'node:child_process';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';
import type { Told } from './judge.js';
import { takenAnew, type Sale } from './sale.js';
import { StepLog } from './step-log.js';
import type { Order, Report, Shop } from './till-process.js';

export interface FleetOptions {
  /** The program that becomes a process of tills. */
  readonly main: string;
  readonly shop: Shop;
  readonly processes: number;
  readonly random: SeededRandom;
  /** Of a hundred requests that leave, after how many the process is killed. */
  readonly killPercent: number;
  /** The next customer of this till; undefined when the day is over. */
  readonly next: (till: number) => Sale | undefined;
  readonly say: (line: string) => void;
}

interface Place {
  child: ChildProcess;
  readonly shop: Shop;
}

const KILL_AFTER_MAX_MS = 300;

/** All tills of a run, spread over processes that are killed while requests are under way, and started again. */
export class Fleet {
  readonly told: Told[] = [];
  readonly troubles: string[] = [];
  kills = 0;
  tabletsLost = 0;
  takenAnew = 0;
  /** What each till is serving. */
  readonly serving = new Map<number, Sale>();
  /** What was done for the customer of each till. */
  readonly steps = new StepLog();
  readonly #places: Place[] = [];
  #isOpen = true;
  #closed: () => void = () => undefined;

  constructor(private readonly options: FleetOptions) {}

  /** Serve customers until there are none. */
  async run(): Promise<void> {
    const done = new Promise<void>((resolve) => (this.#closed = resolve));
    const { shop, processes } = this.options;
    for (let at = 0; at < processes; at += 1) {
      const terminals = shop.terminals.filter((_, index) => index % processes === at);
      const part = { ...shop, terminals };
      const place: Place = { child: this.#start(at, part), shop: part };
      this.#places.push(place);
      for (const { till } of terminals) this.#serveNext(place, till);
    }
    await done;
  }

  stop(): void {
    this.#isOpen = false;
    for (const { child } of this.#places) child.kill('SIGKILL');
  }

  #start(at: number, shop: Shop): ChildProcess {
    const child = fork(this.options.main, ['--tills'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.on('message', (report: Report) => this.#hear(this.#places[at]!, report));
    child.once('exit', () => this.#restart(at));
    send(child, { type: 'open', shop });
    return child;
  }

  /** Every customer of the killed process is still standing there. */
  #restart(at: number): void {
    if (!this.#isOpen) return;
    const place = this.#places[at]!;
    place.child = this.#start(at, place.shop);
    for (const { till } of place.shop.terminals) {
      const sale = this.serving.get(till);
      this.steps.note(till, 'its process was killed and is started again');
      if (sale !== undefined) send(place.child, { type: 'serve', till, sale, isAgain: true });
    }
  }

  #hear(place: Place, report: Report): void {
    const sale = this.serving.get(report.till);
    switch (report.type) {
      case 'sent':
        return this.#perhapsKill(place);
      case 'step':
        return this.steps.note(report.till, report.what);
      case 'trouble':
        this.options.say(report.words);
        return void this.troubles.push(report.words);
      case 'told':
        this.steps.note(report.till, `told: ${report.result}`);
        if (sale !== undefined)
          this.told.push({ order: sale.order, reference: report.reference, result: report.result });
        return;
      case 'served':
        return this.#served(place, report.till, report.isToBeTakenAnew ? sale : undefined);
    }
  }

  #served(place: Place, till: number, again: Sale | undefined): void {
    if (again === undefined) return this.#serveNext(place, till);
    this.takenAnew += 1;
    this.#serve(place, till, takenAnew(again));
  }

  #serveNext(place: Place, till: number): void {
    const sale = this.options.next(till);
    if (sale !== undefined) return this.#serve(place, till, sale);
    this.serving.delete(till);
    if (this.serving.size === 0) this.#closed();
  }

  #serve(place: Place, till: number, sale: Sale): void {
    if (sale.isTabletLost) this.tabletsLost += 1;
    this.serving.set(till, sale);
    this.steps.begin(till, sale.reference);
    send(place.child, { type: 'serve', till, sale, isAgain: false });
  }

  #perhapsKill({ child }: Place): void {
    const { random, killPercent } = this.options;
    if (!random.chance(killPercent / 100) || child.killed) return;
    this.kills += 1;
    setTimeout(() => child.kill('SIGKILL'), random.between(0, KILL_AFTER_MAX_MS));
  }
}

/** A process that has just been killed does not hear it; it is told again when it starts. */
function send(child: ChildProcess, order: Order): void {
  if (child.connected) child.send(order, () => undefined);
}
