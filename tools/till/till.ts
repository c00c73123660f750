import { dirname, join } from 'node:path';
import {
  TillClient,
  UnfinishedError,
  type Intent,
  type Movement,
  type Outcome,
  type Payment,
  type PaymentPlan,
  type Purchase as SdkPurchase,
} from '@tsunagu/sdk';
import { FileJournal } from '@tsunagu/sdk/node';
import { SharedReader, type CardPresent, type Presentation } from './card-reader.js';
import type { PlanChoice } from './plan-text.js';
import { TillError, type SandboxFile, type SandboxTerminal } from './sandbox-file.js';

export interface Purchase extends Presentation {
  readonly kind: 'sale' | 'auth';
  /** Left out: the gateway derives it; `dcc` asks for an offer in the cardholder's currency. */
  readonly method?: SdkPurchase['method'];
  readonly plan?: PlanChoice;
  readonly slipNo?: string;
  readonly clientReference?: string;
}

export type MovementName = 'captures' | 'increases' | 'release' | 'refunds' | 'cancel';

export interface MovementChoice {
  /** Of a capture: no further one follows. */
  readonly final?: boolean;
  /** Of a refund: 取消 or 返品; left out: the gateway chooses. */
  readonly kind?: 'torikeshi' | 'henpin';
}

/** Nobody answered within the patience of the till. What was sent may have arrived. */
export class NoAnswerError extends TillError {}

/** About a second after the first question. */
const SAID_AT_ROUND = 2;

/** One simulated terminal: a reader, and the SDK that keeps its purchases. */
export class Till {
  readonly client: TillClient;
  readonly #reader: SharedReader;

  constructor(
    private readonly sandbox: SandboxFile,
    readonly terminal: SandboxTerminal,
    { patienceMs, say = () => undefined }: { patienceMs?: number; say?: (line: string) => void } = {},
  ) {
    this.#reader = new SharedReader(terminal, sandbox.counterFile(terminal.id));
    this.client = new TillClient({
      baseUrl: sandbox.content.api,
      apiKey: terminal.api_key,
      terminalId: terminal.id,
      journal: new FileJournal(join(dirname(sandbox.file), 'till', `${terminal.id}.journal.json`)),
      patience: patienceMs === undefined ? {} : { totalMs: patienceMs },
      onRetry: ({ round }) => {
        if (round === SAID_AT_ROUND) say('no answer yet, asking again (the same request, so nothing is charged twice)');
      },
    });
  }

  /** The oldest request without an end. */
  async pending(): Promise<Intent | undefined> {
    return (await this.client.unfinished()).at(0);
  }

  /** Read a card and take no payment: `card_present` for a request of your own. The reader's counter moves on. */
  readCard(presentation: Presentation): CardPresent {
    const cardPresent = this.#reader.present(presentation);
    this.sandbox.noteCounter(this.terminal.id, this.#reader.nextCounter);
    return cardPresent;
  }

  /** @throws TillError an earlier request is unfinished, or nobody answers · TsunaguProblem the API refused */
  async pay(purchase: Purchase): Promise<Payment> {
    await this.#requireNothingPending();
    const { kind, amountMinor, method, plan, slipNo, clientReference } = purchase;
    const outcome = await this.client.pay({
      kind,
      money: { amount: amountMinor, currency: 'JPY' },
      card_present: this.readCard(purchase),
      ...(clientReference === undefined ? {} : { client_reference: clientReference }),
      ...(method === undefined ? {} : { method }),
      ...(plan === undefined ? {} : { payment_plan: plan as SdkPurchase['payment_plan'] }),
      ...(slipNo === undefined ? {} : { slip_no: slipNo }),
    });
    return this.#shown(outcome);
  }

  /** What the customer may choose, asked before the card is charged: the reader shows the first six digits. */
  async plans({ card, amountMinor }: Presentation): Promise<readonly PaymentPlan[]> {
    return this.client.plans({ money: { amount: amountMinor, currency: 'JPY' }, card: { bin: card.pan.slice(0, 6) } });
  }

  /** Capture, raise, release, refund or cancel an earlier payment. */
  async move(id: string, movement: MovementName, amountMinor?: number, choice: MovementChoice = {}): Promise<Payment> {
    const money = amountMinor === undefined ? {} : { money: { amount: amountMinor, currency: 'JPY' as const } };
    const { client } = this;
    switch (movement) {
      case 'captures':
        return this.#shown(await told(client.capture(id, { ...money, final: choice.final })));
      case 'refunds':
        return this.#shown(await told(client.refund(id, { ...money, kind: choice.kind })));
      case 'increases':
        if (money.money === undefined) throw new TillError('increase by how much?');
        return this.#shown(await told(client.increase(id, money.money)));
      case 'release':
        return this.#shown(await told(client.release(id)));
      case 'cancel':
        return this.#shown(await told(client.cancel(id)));
    }
  }

  /** The customer types a PIN for the card that the centre holds: the card is not read again. */
  async continueWithPin(id: string, card: Presentation['card'], pin: string): Promise<Payment> {
    const pinBlock = this.#reader.encryptPin(card, pin);
    this.sandbox.noteCounter(this.terminal.id, this.#reader.nextCounter);
    return this.#shown(await told(this.client.continueWith(id, { pin_block: pinBlock })));
  }

  /** The customer inserts the card after a tap that was refused. */
  async continueWithCard(id: string, presentation: Presentation): Promise<Payment> {
    const continuation = { card_present: this.readCard(presentation) };
    return this.#shown(await told(this.client.continueWith(id, continuation)));
  }

  async chooseCurrency(id: string, offerId: string, choice: 'local' | 'foreign'): Promise<Payment> {
    return this.#shown(await told(this.client.dccChoice(id, { offer_id: offerId, choice })));
  }

  /** After a crash: ask what became of it. @returns undefined when nothing was unfinished */
  async resume(): Promise<Payment | undefined> {
    const resumed = await this.client.resume();
    return resumed && this.#shown(resumed.ending);
  }

  /** End the unfinished purchase safely. @returns undefined when there is none */
  async giveUp(): Promise<Payment | undefined> {
    const outcome = await this.client.giveUp();
    return outcome && this.#shown(outcome);
  }

  #shown(ending: Outcome | Movement): Payment {
    if (ending.payment !== null) return ending.payment;
    if (ending.result === 'not_charged')
      throw new TillError('the purchase never reached the centre and now never can: nothing is charged, take it anew');
    throw new NoAnswerError(`${this.sandbox.content.api} does not answer: is "npm start" running?`);
  }

  async #requireNothingPending(): Promise<void> {
    const pending = await this.pending();
    if (pending !== undefined) throw unfinished(pending); // before the card is read: a counter is not wasted
  }
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UnfinishedError) throw unfinished(error.intent);
    throw error;
  }
}

function unfinished({ action, startedAt }: Intent): TillError {
  return new TillError(
    `an earlier request (${action}, ${startedAt}) is unfinished: run "npm run till -- resume" first`,
  );
}
