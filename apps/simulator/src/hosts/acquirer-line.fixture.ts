import { connect, type Socket } from 'node:net';
import {
  FrameDecoder,
  IsoMessage,
  compileSpec,
  defineSpec,
  frame,
  originalDataElements,
  type FieldValue,
} from '@tsunagu/iso8583';
import { TEST_CARDS } from '../cards/test-cards.js';

const codec = compileSpec(defineSpec('hybrid'));
const ACQUIRER = '88001234567';

/** What came over the line: a message, bytes that are none, or the end of the connection. */
export type Arrival = IsoMessage | 'garbage' | 'closed';

let stanCounter = 0;

/** The acquirer's end of a line, for tests: sends whole messages and hands out arrivals one by one. */
export class AcquirerLine {
  readonly #arrivals: Arrival[] = [];
  readonly #waiting: ((arrival: Arrival) => void)[] = [];

  private constructor(private readonly socket: Socket) {
    const frames = new FrameDecoder('be2');
    socket.on('data', (chunk) => {
      for (const bytes of frames.push(chunk).frames) this.#arrive(readable(bytes));
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#arrive('closed'));
  }

  static async open(port: number): Promise<AcquirerLine> {
    const socket = connect(port, '127.0.0.1');
    const line = new AcquirerLine(socket);
    await new Promise<void>((resolve) => {
      socket.once('connect', resolve);
      socket.once('close', () => resolve()); // a host that is down may hang up before we see the connection
    });
    return line;
  }

  static async signedOn(port: number): Promise<AcquirerLine> {
    const line = await AcquirerLine.open(port);
    const answer = await line.ask(network('801'));
    if (!(answer instanceof IsoMessage) || answer.text(39) !== '800') throw new Error('sign-on refused');
    return line;
  }

  /** One write: the host sees them in one go. */
  send(...messages: IsoMessage[]): void {
    this.socket.write(Buffer.concat(messages.map((message) => frame('be2', codec.encode(message)))));
  }

  /** Any bytes in a frame. */
  raw(bytes: Buffer): void {
    this.socket.write(frame('be2', bytes));
  }

  ask(message: IsoMessage): Promise<Arrival> {
    this.send(message);
    return this.next();
  }

  /** The action code of the answer, or what came instead of one. */
  async actionOf(message: IsoMessage): Promise<string | undefined> {
    const arrival = await this.ask(message);
    return arrival instanceof IsoMessage ? arrival.text(39) : arrival;
  }

  next(): Promise<Arrival> {
    const arrived = this.#arrivals.shift();
    return arrived === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(arrived);
  }

  close(): void {
    this.socket.destroy();
  }

  #arrive(arrival: Arrival): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrivals.push(arrival);
    else waiting(arrival);
  }
}

/** A network management request: 801 sign-on, 802 sign-off, 831 echo. */
export function network(functionCode: string): IsoMessage {
  return new IsoMessage('1804', {
    7: '1121000100',
    11: nextStan(),
    12: '261121090100',
    24: functionCode,
    33: ACQUIRER,
  });
}

/** A request of money with a new STAN. `over` replaces or removes fields. */
export function request(
  mti: string,
  amountMinor: number,
  over: Record<number, FieldValue | undefined> = {},
): IsoMessage {
  const stan = nextStan();
  return new IsoMessage(mti, {
    2: TEST_CARDS['jcb']?.pan,
    3: '000000',
    4: String(amountMinor).padStart(12, '0'),
    7: '1121003100',
    11: stan,
    12: '261121093100',
    14: '3012',
    22: '510101511344',
    24: mti.startsWith('11') ? '100' : '200',
    26: '5411',
    32: ACQUIRER,
    37: `632500${stan}`,
    41: 'TSN00001',
    42: 'M00000000000001',
    49: '392',
    ...over,
  });
}

/** A message that refers to an earlier one: reversal, capture or refund. */
export function following(
  mti: string,
  original: IsoMessage,
  amountMinor: number,
  over: Record<number, FieldValue> = {},
): IsoMessage {
  const isReversal = mti.startsWith('14');
  return request(mti, amountMinor, {
    24: isReversal ? '400' : '201',
    25: isReversal ? '4021' : '1376',
    56: originalDataElements({
      mti: original.mti,
      stan: original.text(11) ?? '',
      localTime: original.text(12) ?? '',
      acquirer: original.text(32) ?? '',
    }),
    ...(isReversal ? { 37: original.get(37) as FieldValue } : {}),
    ...over,
  });
}

/** The same message again, as its repeat. */
export function repeatOf(message: IsoMessage): IsoMessage {
  const repeat = new IsoMessage(message.mti.slice(0, 3) + '1');
  for (const field of message.fields()) repeat.set(field, message.get(field));
  return repeat;
}

function readable(bytes: Buffer): Arrival {
  try {
    return codec.decode(bytes);
  } catch {
    return 'garbage';
  }
}

function nextStan(): string {
  stanCounter += 1;
  return String(stanCounter).padStart(6, '0');
}
