import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TEST_CARDS, SharedReader } from '@tsunagu/simulator';
import {
  MemoryJournal,
  TillClient,
  TsunaguProblem,
  type IntentAction,
  type Movement,
  type Outcome,
  type Payment,
} from '@tsunagu/sdk';
import { FileJournal } from '@tsunagu/sdk/node';
import type { SandboxTerminal } from '../till/sandbox-file.js';
import type { Sale } from './sale.js';

/** Parent to process. */
export type Order =
  | { readonly type: 'open'; readonly shop: Shop }
  | { readonly type: 'serve'; readonly till: number; readonly sale: Sale; readonly isAgain: boolean };

/** What a process of tills is told when it starts. */
export interface Shop {
  readonly api: string;
  readonly dataDir: string;
  readonly terminals: readonly { readonly till: number; readonly terminal: SandboxTerminal }[];
  /** A till that makes a new key, a new reference and a new reading of the card for every try. */
  readonly isNaive: boolean;
}

/** Process to parent. */
export type Report =
  | { readonly type: 'sent'; readonly till: number }
  /** What the till does now, in words: so that a purchase that stayed unknown for long says what it waited for. */
  | { readonly type: 'step'; readonly till: number; readonly what: string }
  | {
      readonly type: 'told';
      readonly till: number;
      readonly reference: string;
      readonly result: 'charged' | 'not_charged';
    }
  | { readonly type: 'served'; readonly till: number; readonly isToBeTakenAnew: boolean }
  | { readonly type: 'trouble'; readonly till: number; readonly words: string };

const PATIENCE = { totalMs: 12_000, waitSeconds: 5, slackMs: 4_000 };
/** A pause longer than all patience: no second try. */
const ONE_TRY = { totalMs: 4_000, backOffMs: 30_000, backOffMaxMs: 30_000, waitSeconds: 3, slackMs: 1_000 };
const NAIVE_TRIES_MAX = 4;
const ROUND_PAUSE_MS = 200;
const MOVEMENTS: readonly IntentAction[] = ['capture', 'refund', 'cancel'];

/** One till with its clerk: a reader, a journal on disk, and the SDK. */
export class FlakyTill {
  readonly #reader: SharedReader;
  #tablet = 0;
  /** Set when the tablet is lost: nothing of it reaches the network any more. */
  #lost = new AbortController();
  #client: TillClient;

  constructor(
    private readonly shop: Shop,
    private readonly till: number,
    private readonly terminal: SandboxTerminal,
    private readonly report: (report: Report) => void,
  ) {
    this.#reader = new SharedReader(terminal, join(shop.dataDir, 'flaky', `reader-${till}`));
    while (existsSync(this.#journalFile(this.#tablet + 1))) this.#tablet += 1; // the last tablet is the one that is still there
    this.#client = this.#newClient();
  }

  /** Serve one customer to the end. @param isAgain the process died while this customer was being served */
  async serve(sale: Sale, isAgain: boolean): Promise<void> {
    const outcome = isAgain ? await this.#afterCrash(sale) : await this.#pay(sale);
    const isCharged = outcome.result === 'charged';
    this.report({
      type: 'told',
      till: this.till,
      reference: outcome.payment?.client_reference ?? sale.reference,
      result: isCharged ? 'charged' : 'not_charged',
    });
    if (isCharged) await this.#then(sale, outcome.payment);
    const isToBeTakenAnew = !this.shop.isNaive && outcome.result === 'not_charged' && outcome.payment === null;
    this.report({ type: 'served', till: this.till, isToBeTakenAnew });
  }

  async #pay(sale: Sale): Promise<Known> {
    this.#step('pay');
    if (this.shop.isNaive) return this.#payNaively(sale);
    const purchase = this.#client.pay(this.#purchase(sale), { signal: this.#lost.signal });
    if (sale.isTabletLost) {
      await Promise.race([purchase, this.#sent()]);
      return this.#onAnotherTablet(sale, purchase);
    }
    return this.#untilKnown(sale, await purchase);
  }

  /** The journal says what was begun; when it says nothing, the shop's own server knows the reference. */
  async #afterCrash(sale: Sale): Promise<Known> {
    this.#step('resume after a crash');
    const resumed = await this.#client.resume();
    if (resumed !== undefined && !MOVEMENTS.includes(resumed.action))
      return this.#untilKnown(sale, resumed.ending as Outcome);
    await this.#resumeAll();
    const answer = await this.#asking(() => this.#client.attempt(sale.reference));
    if (answer.status === 'never_seen') return this.#pay({ ...sale, isTabletLost: false });
    return this.#untilKnown(sale, await this.#client.takeOver(sale.reference));
  }

  async #onAnotherTablet(sale: Sale, first: Promise<Outcome>): Promise<Known> {
    this.#lost.abort();
    await first.catch(() => undefined); // it ends with its tablet: nobody looks at that screen any more
    this.#lost = new AbortController();
    this.#tablet += 1;
    this.#client = this.#newClient();
    this.#step('another tablet takes over');
    await this.#asking(() => this.#client.openPayments());
    return this.#untilKnown(sale, await this.#client.takeOver(sale.reference));
  }

  async #untilKnown(sale: Sale, first: Outcome): Promise<Known> {
    for (let outcome = first; ;) {
      if (outcome.result === 'charged' || outcome.result === 'not_charged') return outcome;
      if (outcome.result === 'action_required') {
        outcome = await this.#act(sale, outcome.payment);
        continue;
      }
      this.#step(`unknown (${outcome.why}, ${outcome.payment?.status ?? 'never seen'}): resume`);
      await sleep(ROUND_PAUSE_MS);
      const resumed = await this.#client.resume();
      if (resumed === undefined) throw new Error(`${outcome.clientReference ?? ''} is unknown and not unfinished`);
      outcome = resumed.ending as Outcome;
    }
  }

  /** What the customer does when the centre asks for it. */
  #act({ manner, amountMinor }: Sale, payment: Payment): Promise<Outcome> {
    const card = TEST_CARDS[manner.card]!;
    this.#step(payment.required_action?.type ?? 'nothing is required');
    switch (payment.required_action?.type) {
      case 'enter_pin':
        return this.#client.continueWith(payment.id, { pin_block: this.#reader.encryptPin(card, card.pin) });
      case 'insert_chip': {
        const cardPresent = this.#reader.present({ card, entry: 'chip', amountMinor, pin: card.pin });
        return this.#client.continueWith(payment.id, { card_present: cardPresent });
      }
      case 'choose_currency':
        return this.#choose(payment, amountMinor % 2 === 0 ? 'foreign' : 'local');
      default:
        throw new Error(`${payment.id} waits for ${payment.required_action?.type ?? 'nothing'}`);
    }
  }

  async #choose(payment: Payment, choice: 'local' | 'foreign'): Promise<Outcome> {
    const { id } = await this.#asking(() => this.#client.dccOffer(payment.id));
    if (id === null) return (await this.#client.resume())?.ending as Outcome; // no rate: it goes on in yen
    try {
      return await this.#client.dccChoice(payment.id, { offer_id: id, choice });
    } catch (error) {
      if (error instanceof TsunaguProblem && error.code === 'offer_expired')
        return { result: 'action_required', payment };
      throw error;
    }
  }

  async #then({ then, amountMinor }: Sale, payment: Payment): Promise<void> {
    const part = { money: { amount: Math.floor(amountMinor / 2), currency: 'JPY' as const } };
    const { id, status } = payment;
    if (then === 'nothing' || !['authorized', 'captured'].includes(status)) return; // done before the crash
    if (then.endsWith('refund') !== (status === 'captured')) return;
    const steps: Record<Exclude<Sale['then'], 'nothing'>, () => Promise<Movement>> = {
      capture: () => this.#client.capture(id),
      part_capture: () => this.#client.capture(id, { ...part, final: true }),
      refund: () => this.#client.refund(id),
      part_refund: () => this.#client.refund(id, part),
      cancel: () => this.#client.cancel(id),
    };
    const movement = await steps[then]();
    if (movement.result === 'unknown') await this.#resumeAll();
  }

  async #resumeAll(): Promise<void> {
    for (;;) {
      const resumed = await this.#client.resume();
      if (resumed === undefined) return;
      if (resumed.ending.result === 'unknown') await sleep(ROUND_PAUSE_MS);
    }
  }

  /** What many tills do: no answer, so once more from the beginning. */
  async #payNaively(sale: Sale): Promise<Known> {
    for (let tries = 1; tries <= NAIVE_TRIES_MAX; tries += 1) {
      const client = this.#newClient({ journal: new MemoryJournal(), patience: ONE_TRY });
      const outcome = await client.pay(this.#purchase({ ...sale, reference: `${sale.reference}-${tries}` }));
      if (outcome.result === 'charged' || outcome.result === 'not_charged') return outcome;
      if (outcome.result === 'action_required') break;
    }
    return { result: 'not_charged', payment: null };
  }

  #purchase({ kind, amountMinor, manner, order, reference }: Sale): Parameters<TillClient['pay']>[0] {
    const { entry, hasPin, plan, method } = manner;
    const card = TEST_CARDS[manner.card]!;
    return {
      kind,
      client_reference: reference,
      money: { amount: amountMinor, currency: 'JPY' },
      metadata: { order },
      card_present: this.#reader.present({ card, entry, amountMinor, pin: hasPin ? card.pin : undefined }),
      ...(method === undefined ? {} : { method }),
      ...(plan === undefined ? {} : { payment_plan: plan }),
    };
  }

  /** Ask until there is an answer: a question moves no money. */
  async #asking<T>(question: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (error instanceof TsunaguProblem && error.status < 500) throw error;
        await sleep(ROUND_PAUSE_MS);
      }
    }
  }

  #step(what: string): void {
    this.report({ type: 'step', till: this.till, what });
  }

  #sentNow: () => void = () => undefined;

  #sent(): Promise<void> {
    return new Promise((done) => (this.#sentNow = done));
  }

  #newClient(more: Partial<ConstructorParameters<typeof TillClient>[0]> = {}): TillClient {
    const { signal } = this.#lost;
    return new TillClient({
      baseUrl: this.shop.api,
      apiKey: this.terminal.api_key,
      terminalId: this.terminal.id,
      journal: new FileJournal(this.#journalFile(this.#tablet)),
      patience: PATIENCE,
      onRetry: ({ round, delayMs, code }) => this.#step(`retry ${round + 1} in ${delayMs} ms (${code ?? 'lost'})`),
      fetch: (request) => this.#send(request, signal),
      ...more,
    });
  }

  #journalFile(tablet: number): string {
    return join(this.shop.dataDir, 'flaky', `till-${this.till}-tablet-${tablet}.json`);
  }

  #send(request: Request, lost: AbortSignal): Promise<Response> {
    if (lost.aborted) return Promise.reject(new TypeError('this tablet is lost'));
    if (request.method === 'POST') this.report({ type: 'sent', till: this.till });
    const end = new AbortController(); // not AbortSignal.any: Node.js 20 may forget it
    const stop = () => end.abort();
    for (const signal of [request.signal, lost]) signal.addEventListener('abort', stop, { once: true });
    const answer = fetch(request, { signal: end.signal }).finally(() => lost.removeEventListener('abort', stop));
    if (request.method === 'POST') setTimeout(() => this.#sentNow(), 30);
    return answer;
  }
}

type Known = Extract<Outcome, { result: 'charged' | 'not_charged' }>;

/** A process of tills, until its parent ends it or it is killed. */
export function openTills(): void {
  const tills = new Map<number, FlakyTill>();
  const report = (one: Report) => void process.send?.(one);
  process.on('message', (order: Order) => {
    if (order.type === 'open') {
      for (const { till, terminal } of order.shop.terminals)
        tills.set(till, new FlakyTill(order.shop, till, terminal, report));
      return;
    }
    const { till, sale, isAgain } = order;
    tills
      .get(till)
      ?.serve(sale, isAgain)
      .catch((error: unknown) => {
        report({
          type: 'trouble',
          till,
          words: `${sale.reference}: ${process.env['DEBUG'] === undefined ? String(error) : ((error as Error).stack ?? '')}`,
        });
        report({ type: 'served', till, isToBeTakenAnew: false });
      });
  });
  process.once('disconnect', () => process.exit(0));
}
