import type { IsoMessage } from '@tsunagu/iso8583';
import { HqLine, HqSilence, type HqLineOptions } from './hq-line.js';
import {
  captureMessage,
  chargeMessage,
  listMessage,
  localTime,
  networkMessage,
  reconciliationMessage,
  refundMessage,
  repeated,
  reversalMessage,
  type HqCardInput,
  type HqLane,
  type HqNames,
  type ListOrder,
} from './hq-messages.js';
import { count, fieldsOf, type HqTotals } from './hq-totals.js';

/** What a payment server must not forget between two lives. */
export interface HqMemory {
  nextStan: number;
  totals: HqTotals;
  /** Number of its last change of the list of blocked cards. */
  fileNumber?: number;
}

/** One transaction as the server knows it. */
export interface HqSale {
  readonly mti: '1100' | '1200' | '1220';
  readonly names: HqNames;
  readonly lane: HqLane;
  readonly amountMinor: number;
  /** Action code of the answer. */
  readonly actionCode: string;
  readonly approvalCode: string | null;
  readonly answer: IsoMessage;
  /** Copies that were sent. */
  readonly copies: number;
}

const REPEATS_MAX = 30;
const REPEAT_WAIT_MS = 1_000;
const NOT_YET = '923';
/** Done, not on the list, there already: the gateway has counted the number. */
const APPLIED: readonly string[] = ['300', '302', '303'];

/**
 * A merchant's own payment server, as its maker would write it: it signs on, sells, repeats what was not answered, gives up what it
 * must, and keeps counters of what it was told. For tests and for `npm run hq`.
 */
export class HqServer {
  #line: HqLine | undefined;

  constructor(
    private readonly options: HqLineOptions,
    readonly institution: string,
    readonly memory: HqMemory = { nextStan: 1, totals: {} },
    private readonly save: () => void = () => undefined,
  ) {}

  /** The line as it is now, signed on. */
  async line(): Promise<HqLine> {
    if (this.#line?.isOpen === true) return this.#line;
    const line = await HqLine.connect(this.options);
    const answer = await line.ask(networkMessage('801', this, this.names()));
    if (answer.text(39) !== '800') throw new HqSilence(`sign-on was answered ${answer.text(39) ?? 'nothing'}`);
    this.#line = line;
    return line;
  }

  async network(functionCode: string, extra: Record<number, string> = {}): Promise<string> {
    const line = await this.line();
    return (await line.ask(networkMessage(functionCode, this, this.names(), extra))).text(39) ?? '';
  }

  /** Sell, or authorize with 1100, and repeat until there is an answer. */
  async charge(
    of: { mti?: '1100' | '1200' | '1220'; lane: HqLane; amountMinor: number; card: HqCardInput },
    extra: Record<number, string | Buffer | undefined> = {},
  ): Promise<HqSale> {
    const { mti = '1200', lane, amountMinor } = of;
    const names = this.names();
    const message = chargeMessage({ ...of, mti, names }, extra);
    const { answer, copies } = await this.askUntilAnswered(message);
    const sale = { mti, names, lane, amountMinor, answer, copies, ...wordsOf(answer) };
    this.#count(sale, mti === '1100' ? 'authorization' : 'debit');
    return sale;
  }

  async capture(sale: HqSale, amountMinor = sale.amountMinor): Promise<HqSale> {
    const names = this.names();
    const isSame = amountMinor === sale.amountMinor;
    const message = captureMessage({ lane: sale.lane, names, amountMinor, original: sale.names, isSame });
    const { answer, copies } = await this.askUntilAnswered(message);
    const capture = { mti: '1220' as const, names, lane: sale.lane, amountMinor, answer, copies, ...wordsOf(answer) };
    this.#count(capture, 'debit');
    return capture;
  }

  async refund(sale: HqSale, amountMinor = sale.amountMinor): Promise<HqSale> {
    const names = this.names();
    const message = refundMessage({ lane: sale.lane, names, amountMinor, original: sale.names });
    const { answer, copies } = await this.askUntilAnswered(message);
    const refund = { mti: '1200' as const, names, lane: sale.lane, amountMinor, answer, copies, ...wordsOf(answer) };
    this.#count(refund, 'credit');
    return refund;
  }

  /** Take a transaction back. @param reason 4000: the customer cancelled; 4021: no answer came, so it was never counted */
  async reverse(
    of: Pick<HqSale, 'mti' | 'names' | 'lane' | 'amountMinor'>,
    reason: '4000' | '4021',
  ): Promise<{ actionCode: string; message: IsoMessage }> {
    const { lane, amountMinor, mti } = of;
    const original = { ...of.names, mti };
    const message = reversalMessage({ lane, names: this.names(), amountMinor, original, reason });
    const { answer } = await this.askUntilAnswered(message);
    const actionCode = answer.text(39) ?? '';
    const date = answer.text(15);
    if (actionCode === '400' && reason === '4000' && date !== undefined)
      this.#add({ date, kind: mti === '1100' ? 'authorization' : 'debit', amountMinor, isReversal: true });
    return { actionCode, message };
  }

  /** Compare counters with the gateway: 500, or 501 with theirs. */
  async reconcile(
    date: string,
    { functionCode = '500', totals = fieldsOf(this.memory.totals, date) } = {},
  ): Promise<IsoMessage> {
    const lane = { institution: this.institution, terminal: '', merchant: '' };
    const mti = functionCode === '500' ? ('1520' as const) : ('1500' as const);
    const message = reconciliationMessage({ mti, lane, names: this.names(), functionCode, date }, totals);
    return (await this.askUntilAnswered(message)).answer;
  }

  /** Block a card for the payments of this merchant, take it off the list, or ask for it. @returns the action code */
  async list(order: ListOrder, pan: string): Promise<string> {
    const { fileNumber = 0 } = this.memory;
    const number = order === 'ask' ? fileNumber : fileNumber + 1;
    const message = listMessage({ order, lane: this, names: this.names(), number, pan });
    const actionCode = (await this.askUntilAnswered(message)).answer.text(39) ?? '';
    if (APPLIED.includes(actionCode)) this.memory.fileNumber = number;
    this.save();
    return actionCode;
  }

  /** As a payment server does: connect again, send the copy, until somebody answers for good. */
  async askUntilAnswered(message: IsoMessage): Promise<{ answer: IsoMessage; copies: number }> {
    let copy = message;
    for (let copies = 1; copies <= REPEATS_MAX; copies += 1) {
      const answer = await this.#ask(copy);
      if (answer !== undefined && answer.text(39) !== NOT_YET) return { answer, copies };
      copy = repeated(message);
      await new Promise((resolve) => setTimeout(resolve, REPEAT_WAIT_MS));
    }
    throw new HqSilence('no answer, however often it was asked');
  }

  names(): HqNames {
    const stan = String(this.memory.nextStan).padStart(6, '0');
    this.memory.nextStan = (this.memory.nextStan % 999_999) + 1;
    this.save();
    return { stan, localTime: localTime(new Date()) };
  }

  hangUp(): void {
    this.#line?.close();
  }

  async #ask(message: IsoMessage): Promise<IsoMessage | undefined> {
    try {
      return await (await this.line()).ask(message);
    } catch {
      this.hangUp();
      return undefined; // refused, cut, or silent: the copy says it again
    }
  }

  #count({ answer, amountMinor, actionCode }: HqSale, kind: 'debit' | 'credit' | 'authorization'): void {
    const date = answer.text(15);
    if (!actionCode.startsWith('0') || date === undefined) return;
    const approved = answer.has(30) ? Number(answer.text(4)) : amountMinor;
    this.#add({ date, kind, amountMinor: approved, isReversal: false });
  }

  #add(of: Parameters<typeof count>[1]): void {
    count(this.memory.totals, of);
    this.save();
  }
}

function wordsOf(answer: IsoMessage): { actionCode: string; approvalCode: string | null } {
  return { actionCode: answer.text(39) ?? '', approvalCode: answer.text(38) ?? null };
}
