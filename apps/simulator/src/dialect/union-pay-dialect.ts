import { compileSpec, IsoMessage, originalDataElements, readSpec, writePrivateTlv } from '@tsunagu/iso8583';
import { answerHeader, INTERCHANGE_HEADER, unionPayActionCode, unionPayTransaction } from '@tsunagu/iso8583/unionpay';
import type { UnionPayTransaction } from '@tsunagu/iso8583/unionpay';
import { localTime } from '../hosts/wire-clock.js';
import type { HostDialect } from './host-dialect.js';

/** Fields that mean the same in both editions. */
const ALIKE = [2, 3, 4, 7, 11, 14, 23, 32, 33, 35, 37, 41, 42, 49, 55] as const;
const ALIKE_IN_ANSWERS = [2, 3, 4, 7, 11, 32, 33, 37, 38, 41, 42, 44, 49, 55] as const;
/** Field 70 of 0800 to field 24 of 1804. */
const FUNCTION_OF: Readonly<Record<string, string>> = { '001': '801', '002': '802', '301': '831' };
/** UP01 by operation. @source payment-features.md §4.1, iso8583-1993.md §12 */
const OPERATION: Readonly<Record<UnionPayTransaction['operation'], string>> = {
  balance: '71',
  'pre-auth': '01',
  'pre-auth cancel': '32',
  'pre-auth completion': '02',
  'completion cancel': '33',
  purchase: '01',
  'purchase cancel': '31',
  refund: '04',
};
const PIN_ENTERED = '510101513344';
const NO_PIN = '510101500344';
const REVERSAL_REASON = '4021';
const SYSTEM_ERROR = '96';
const REMEMBERED_MAX = 10_000;

/** What a request was on the wire, for its answer and for whoever names it later. */
interface Remembered {
  readonly request: IsoMessage;
  readonly mti: string;
  readonly localTime: string;
}

/**
 * UnionPay's direct line: 1987 edition behind the 46-byte header. Its requests are put into the words of TSN-93 for the same desks and the same book,
 * and the answers back; originals are named by STAN and transmission time (field 90).
 * @source iso8583-1993.md §18
 */
export class UnionPayDialect implements HostDialect {
  readonly #codec = compileSpec(readSpec({ base: 'unionpay-1987' }));
  readonly #answers = answerCodes();
  readonly #byKey = new Map<string, Remembered>();
  readonly #byOriginal = new Map<string, Remembered>();

  constructor(private readonly now: () => number = Date.now) {}

  decode(bytes: Buffer): IsoMessage {
    const request = this.#codec.decode(bytes);
    const message = new IsoMessage(mtiOf(request));
    for (const field of ALIKE) message.set(field, request.get(field));
    message.set(12, this.#timeOf(request));
    if (request.mti[1] === '8') message.set(24, FUNCTION_OF[request.text(70) ?? ''] ?? '805');
    else this.#fillMoney(request, message);
    this.#remember(request, message);
    return message;
  }

  encode(answer: IsoMessage): Uint8Array {
    const known = this.#byKey.get(keyOf(answer));
    const back = new IsoMessage(known === undefined ? `0${answer.mti.slice(1)}` : answerMti(known.request.mti));
    for (const field of ALIKE_IN_ANSWERS) back.set(field, answer.get(field));
    back.set(39, this.#answers.get(answer.text(39) ?? '') ?? SYSTEM_ERROR);
    for (const field of [12, 13, 25, 60, 70]) back.set(field, known?.request.get(field));
    back.set(15, answer.text(15)?.slice(2));
    back.header = answerHeader(INTERCHANGE_HEADER, known?.request.header ?? {});
    return this.#codec.encode(back);
  }

  #fillMoney(request: IsoMessage, message: IsoMessage): void {
    const isReversal = request.mti[1] === '4';
    const operation = unionPayTransaction(request)?.operation;
    message.set(22, request.text(22)?.[2] === '1' ? PIN_ENTERED : NO_PIN).set(26, request.text(18));
    message.set(24, isReversal ? '400' : message.mti[1] === '1' ? '100' : '200');
    message.set(25, isReversal ? REVERSAL_REASON : undefined);
    message.set(48, operation === undefined ? undefined : writePrivateTlv([['UP01', OPERATION[operation]]]));
    message.set(56, this.#originalOf(request));
  }

  /** Field 90: MTI n4, STAN n6, transmission time n10, acquirer n11, forwarder n11. An original that never came gets a name that nothing has. */
  #originalOf(request: IsoMessage): string | undefined {
    const elements = request.text(90);
    if (elements === undefined) return undefined;
    const stan = elements.slice(4, 10);
    const known = this.#byOriginal.get(`${stan}|${elements.slice(10, 20)}`);
    const acquirer = request.text(32) ?? '0';
    if (known !== undefined)
      return originalDataElements({ mti: known.mti, stan, localTime: known.localTime, acquirer });
    return originalDataElements({ mti: `1${elements.slice(1, 4)}`, stan, localTime: '000101000000', acquirer });
  }

  /** The year is not on the wire. */
  #timeOf(request: IsoMessage): string {
    const now = localTime(this.now());
    return now.slice(0, 2) + (request.text(13) ?? now.slice(2, 6)) + (request.text(12) ?? now.slice(6));
  }

  #remember(request: IsoMessage, message: IsoMessage): void {
    const remembered = { request, mti: `${message.mti.slice(0, 3)}0`, localTime: message.text(12) ?? '' };
    keep(this.#byKey, keyOf(message), remembered);
    keep(this.#byOriginal, `${request.text(11)}|${request.text(7)}`, remembered);
  }
}

function keep(map: Map<string, Remembered>, key: string, value: Remembered): void {
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED_MAX && oldest !== undefined) map.delete(oldest);
}

/** A refund is an advice in 1987 and a request in TSN-93. */
function mtiOf(request: IsoMessage): string {
  const isRefund = unionPayTransaction(request)?.operation === 'refund';
  return isRefund ? `120${request.mti[3]}` : `1${request.mti.slice(1)}`;
}

function answerMti(mti: string): string {
  return mti.slice(0, 2) + String(Number(mti[2]) + 1) + '0';
}

function keyOf(message: IsoMessage): string {
  return `${message.text(11)}|${message.text(12)}`;
}

/** Action codes back to two characters; where several mean one action code, the lowest is said. */
function answerCodes(): ReadonlyMap<string, string> {
  const codes = new Map<string, string>();
  const pairs = [...Array.from({ length: 100 }, (_, code) => String(code).padStart(2, '0')), 'A0'];
  for (const pair of pairs) {
    const action = unionPayActionCode(pair);
    if (action !== undefined && !codes.has(action)) codes.set(action, pair);
  }
  for (const accepted of ['400', '800', '900']) codes.set(accepted, '00');
  return codes;
}
