import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { compileSpec, defineSpec, frame, FrameDecoder, IsoMessage, responseMti } from '@tsunagu/iso8583';

const HEADER_BYTES = 2;
/** Third character of the MTI in a frame of the hybrid profile: 1200 comes back as 1210. */
const FUNCTION_AT = HEADER_BYTES + 2;
const REQUEST = 0x30;
const RESPONSE = 0x31;

/**
 * The other end of the line bench: sends every frame back as it came, with the MTI of its answer. It decodes nothing but the sign-on, and writes
 * frame by frame, as a counterpart does.
 */
export class EchoHost {
  readonly #codec = compileSpec(defineSpec('hybrid'));
  readonly #server = createServer((socket) => this.#serve(socket));

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.close();
  }

  #serve(socket: Socket): void {
    const decoder = new FrameDecoder('be2');
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      for (const bytes of decoder.push(chunk).frames) socket.write(frame('be2', this.#answer(bytes)));
    });
  }

  #answer(bytes: Buffer): Buffer {
    if (bytes[1] === 0x38) return this.#networkAnswer(bytes);
    if (bytes[FUNCTION_AT - HEADER_BYTES] === REQUEST) bytes[FUNCTION_AT - HEADER_BYTES] = RESPONSE;
    return bytes;
  }

  #networkAnswer(bytes: Buffer): Buffer {
    const request = this.#codec.decode(bytes);
    const answer = new IsoMessage(responseMti(request.mti), { 39: '800' });
    for (const echoed of [11, 12, 24, 33]) answer.set(echoed, request.get(echoed));
    return this.#codec.encode(answer);
  }
}

/** A length-prefixed echo and nothing else: the same frame again and again, written one by one, so many in flight. */
export class RawEcho {
  #answers = 0;
  #sent = 0;
  #isOver = false;
  #drained: () => void = () => undefined;
  readonly #decoder = new FrameDecoder('be2');

  private constructor(
    private readonly socket: Socket,
    private readonly bytes: Buffer,
  ) {
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  static async open(port: number, message: Uint8Array): Promise<RawEcho> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new RawEcho(socket, frame('be2', message));
  }

  start(inFlight: number): void {
    this.#isOver = false;
    for (let sent = 0; sent < inFlight; sent += 1) this.#send();
  }

  /** Answers so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Send nothing more; resolves when every answer is there. */
  async pause(): Promise<void> {
    this.#isOver = true;
    if (this.#sent !== this.#answers) await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  close(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    const { frames } = this.#decoder.push(chunk);
    this.#answers += frames.length;
    for (let sent = 0; sent < frames.length && !this.#isOver; sent += 1) this.#send();
    if (this.#sent === this.#answers) this.#drained();
  }

  #send(): void {
    this.#sent += 1;
    this.socket.write(this.bytes);
  }
}
