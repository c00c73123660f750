import { createServer, type Server, type Socket } from 'node:net';
import {
  compileSpec,
  defineSpec,
  frame,
  FrameDecoder,
  IsoMessage,
  responseMti,
  type Framing,
  type Spec,
} from '@tsunagu/iso8583';

/** How a peer speaks; as the links of the house do unless a spec says otherwise. */
export interface Tongue {
  readonly framing: Framing;
  readonly spec: Spec;
}

/** For specs: the other end of a line, on loopback. Signs on and echoes by itself; everything else is up to the spec. */
export class ScriptedPeer {
  readonly received: IsoMessage[] = [];
  /** What to do with a message that is no network management. */
  onRequest: (message: IsoMessage, peer: ScriptedPeer) => void = (message, peer) => peer.answer(message);
  answersEchoes = true;
  /** Action code of the answer to a sign-on. */
  signOnAnswer = '800';
  /** Connections so far. */
  accepted = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Every byte as it came. */
  onBytes: (chunk: Buffer) => void = () => undefined;
  readonly #asked = new WeakMap<IsoMessage, { socket: Socket; tpdu: Buffer | undefined }>();

  readonly #codec;

  private constructor(
    server: Server,
    private readonly tongue: Tongue,
  ) {
    this.#server = server;
    this.#codec = compileSpec(tongue.spec);
    server.on('connection', (socket) => this.#accept(socket));
  }

  static async listen(tongue: Tongue = { framing: 'be2', spec: defineSpec('hybrid') }): Promise<ScriptedPeer> {
    const peer = new ScriptedPeer(createServer(), tongue);
    await new Promise<void>((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
    return peer;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** On the connection that asked, or on the first one there is. */
  answer(request: IsoMessage, actionCode = '000', more: Readonly<Record<number, string>> = {}): void {
    const answer = answerTo(request, actionCode);
    for (const [field, value] of Object.entries(more)) answer.set(Number(field), value);
    const asked = this.#asked.get(request);
    const bytes = this.bytesOf(answer, asked?.tpdu);
    if (asked === undefined) this.write(bytes);
    else asked.socket.write(bytes);
  }

  ask(message: IsoMessage): void {
    this.write(this.bytesOf(message));
  }

  /** @param tpdu the one that this answers, where the framing has them */
  bytesOf(message: IsoMessage, tpdu?: Buffer): Buffer {
    return frame(this.tongue.framing, this.#codec.encode(message), tpdu);
  }

  /** To the connection that came first. */
  write(bytes: Buffer): void {
    const [first] = this.#sockets;
    first?.write(bytes);
  }

  reset(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Reset the connection that came first. */
  resetOne(): void {
    const [first] = this.#sockets;
    first?.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    this.accepted += 1;
    const decoder = new FrameDecoder(this.tongue.framing);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      this.onBytes(chunk);
      for (const bytes of decoder.push(chunk).frames) {
        const message = this.#codec.decode(bytes);
        this.#asked.set(message, { socket, tpdu: decoder.tpdu });
        this.#hear(message);
      }
    });
  }

  #hear(message: IsoMessage): void {
    this.received.push(message);
    const isAnswer = message.mti[2] === '1' || message.mti[2] === '3';
    if (isAnswer) return;
    if (message.mti !== '1804') this.onRequest(message, this);
    else if (this.answersEchoes || message.text(24) !== '831')
      this.answer(message, message.text(24) === '801' ? this.signOnAnswer : '800');
  }
}

/** An answer that echoes what it must. */
export function answerTo(request: IsoMessage, actionCode: string): IsoMessage {
  const answer = new IsoMessage(responseMti(request.mti), { 39: actionCode });
  for (const echoed of [4, 11, 12, 32, 33, 37, 41, 42]) answer.set(echoed, request.get(echoed));
  return answer;
}
