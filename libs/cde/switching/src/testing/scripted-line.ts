import type { IsoMessage } from '@tsunagu/iso8583';
import type { LinkConfig, SendOptions, SendResult } from '@tsunagu/links';
import { StanAllocator, type StanBlocks } from '@tsunagu/links';
import type { SwitchLine } from '../desk.js';
import { answerTo } from './plain-connector.js';

/** What the issuer does with one message: an action code, silence, or something of the script's own. */
export type Script = (message: IsoMessage) => Promise<SendResult> | string | null;

export const answered = (message: IsoMessage, actionCode: string): SendResult => ({
  kind: 'answered',
  message: answerTo(message, actionCode),
  elapsedMs: 1,
});

/** For specs: a line whose issuer reads from a script. Keeps every message that was written. */
export class ScriptedLine implements SwitchLine {
  isReady = true;
  readonly sent: IsoMessage[] = [];
  script: Script = () => '000';
  readonly #stans: StanAllocator;

  constructor(
    readonly config: LinkConfig,
    blocks: StanBlocks,
  ) {
    this.#stans = new StanAllocator(blocks, config.name);
  }

  nextStan(): Promise<string> {
    return this.#stans.next();
  }

  async send(message: IsoMessage, _timeoutMs: number, options: SendOptions = {}): Promise<SendResult> {
    if (!this.isReady) return { kind: 'not_sent', reason: 'link_down' };
    if (options.mayWrite?.() === false) return { kind: 'not_sent', reason: 'withdrawn' };
    this.sent.push(message);
    options.onWritten?.();
    const said = this.script(message);
    if (said === null) return { kind: 'lost', reason: 'timeout' };
    return typeof said === 'string' ? answered(message, said) : said;
  }

  readonly cutovers: string[] = [];

  cutover(date: string): Promise<boolean> {
    this.cutovers.push(date);
    return Promise.resolve(true);
  }

  /** Messages of one kind, in the order they were written. */
  of(...mtis: string[]): IsoMessage[] {
    return this.sent.filter((message) => mtis.includes(message.mti));
  }
}
