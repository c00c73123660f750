import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** What the line did to one exchange. */
type Trouble = 'before' | 'after' | 'half' | 'delay';

const TROUBLES: readonly Trouble[] = ['before', 'after', 'half', 'delay'];
const DELAY_MAX_MS = 1_500;
const REQUEST_LINE = /^(?:GET|POST) \//;

/**
 * A bad line between till and API, as real TCP: it breaks connections before a request arrives, after it arrived and before the answer
 * comes back, in the middle of an answer, and it is slow. It reads nothing but where a request begins.
 */
export class LossyProxy {
  readonly counts: Record<Trouble | 'exchanges' | 'refused' | 'swallowed', number> = {
    exchanges: 0,
    before: 0,
    after: 0,
    half: 0,
    delay: 0,
    refused: 0,
    swallowed: 0,
  };
  /** Share of exchanges that meet trouble, 0 to 1. */
  loss = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isDown = false;

  private constructor(
    private readonly target: { readonly host: string; readonly port: number },
    private readonly random: SeededRandom,
    private readonly delayMaxMs: number,
  ) {
    this.#server = createServer((till) => this.#accept(till));
  }

  /** @param delayMaxMs longest time that a slow answer is held back */
  static async start(targetUrl: string, random: SeededRandom, delayMaxMs = DELAY_MAX_MS): Promise<LossyProxy> {
    const { hostname, port } = new URL(targetUrl);
    const proxy = new LossyProxy({ host: hostname, port: Number(port) }, random, delayMaxMs);
    await new Promise<void>((done) => proxy.#server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The network goes away: every connection breaks, and none comes up. */
  goDown(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  comeBack(): void {
    this.#isDown = false;
  }

  async stop(): Promise<void> {
    this.goDown();
    await new Promise<void>((done) => this.#server.close(() => done()));
  }

  #accept(till: Socket): void {
    if (this.#isDown) return this.#turnAway(till);
    const api = connect(this.target);
    new Line(till, api, () => this.#draw());
    for (const socket of [till, api]) this.#keep(socket);
  }

  /** Half of those who knock while the network is away are refused; the others are forgotten, and hear nothing when it is back either. */
  #turnAway(till: Socket): void {
    till.on('error', () => undefined); // it is gone, whatever it says
    if (this.random.chance(0.5)) {
      this.counts.refused += 1;
      till.resetAndDestroy();
    } else {
      this.counts.swallowed += 1;
      this.#keep(till.resume());
    }
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** What happens to the exchange that begins now. */
  #draw(): { trouble: Trouble | undefined; delayMs: number } {
    this.counts.exchanges += 1;
    const trouble = this.random.chance(this.loss) ? this.random.pick(TROUBLES) : undefined;
    if (trouble !== undefined) this.counts[trouble] += 1;
    return { trouble, delayMs: this.random.between(1, this.delayMaxMs) };
  }
}

/** One connection of a till, and its continuation to the API. */
class Line {
  #trouble: Trouble | undefined;
  #delayMs = 0;

  constructor(
    private readonly till: Socket,
    private readonly api: Socket,
    private readonly draw: () => { trouble: Trouble | undefined; delayMs: number },
  ) {
    till.setNoDelay(true).on('data', (bytes) => this.#request(bytes));
    api.setNoDelay(true).on('data', (bytes) => this.#response(bytes));
    for (const [socket, other] of [
      [till, api],
      [api, till],
    ] as const) {
      socket.on('error', () => other.destroy()); // the other end learns it as a broken connection
      socket.on('close', () => other.destroy());
    }
  }

  #request(bytes: Buffer): void {
    if (REQUEST_LINE.test(bytes.toString('latin1', 0, 8))) {
      const { trouble, delayMs } = this.draw();
      [this.#trouble, this.#delayMs] = [trouble, delayMs];
    }
    if (this.#trouble === 'before') this.#breakUp();
    else this.api.write(bytes);
  }

  #response(bytes: Buffer): void {
    switch (this.#trouble) {
      case 'after':
        return this.#breakUp();
      case 'half':
        this.till.end(bytes.subarray(0, Math.ceil(bytes.length / 2)));
        return void this.api.destroy();
      case 'delay':
        this.#trouble = undefined;
        this.api.pause();
        return void setTimeout(() => {
          this.till.write(bytes);
          this.api.resume();
        }, this.#delayMs);
      case 'before':
      case undefined:
        this.till.write(bytes);
    }
  }

  #breakUp(): void {
    this.till.destroy();
    this.api.destroy();
  }
}
