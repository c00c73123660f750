import { newUuid } from '../ids.js';
import type { Intent, IntentAction, Journal } from '../journal/journal.js';
import type { TillClock } from '../transport/till-clock.js';
import { UnfinishedError } from './outcome.js';

/** Steps of a purchase that waits for its customer: they may begin while the purchase itself is unfinished. */
const STEPS: readonly IntentAction[] = ['continue', 'choose_currency', 'cancel', 'give_up'];

export interface NewIntent {
  readonly action: IntentAction;
  readonly clientReference?: string;
  readonly paymentId?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Decides what may begin: never a second purchase while one is unfinished. */
export class Intents {
  #isBusy = false;

  constructor(
    private readonly journal: Journal,
    private readonly clock: TillClock,
  ) {}

  unfinished(): Promise<readonly Intent[]> {
    return this.journal.unfinished();
  }

  /** Write a decision down; when this settles it may be sent. @throws UnfinishedError something else is unfinished */
  async begin(order: NewIntent): Promise<Intent> {
    const unfinished = await this.unfinished();
    const obstacle = unfinished.find((open) => !isStepOf(order, open));
    if (obstacle !== undefined) throw new UnfinishedError(obstacle);
    const same = unfinished.find((open) => open.action === 'give_up' && order.action === 'give_up');
    if (same !== undefined) return same;
    const wallMs = this.clock.wallMs();
    const intent: Intent = {
      id: newUuid(wallMs),
      action: order.action,
      clientReference: order.clientReference ?? null,
      paymentId: order.paymentId ?? null,
      body: order.body ?? null,
      startedAt: new Date(wallMs).toISOString(),
    };
    await this.journal.save(intent);
    return intent;
  }

  newReference(): string {
    return newUuid(this.clock.wallMs());
  }

  save(intent: Intent): Promise<void> {
    return this.journal.save(intent);
  }

  finish(intent: Intent): Promise<void> {
    return this.journal.finish([intent.id]);
  }

  /** A purchase has ended, and every step of it with it. */
  async finishPurchase(clientReference: string, paymentId: string | null): Promise<void> {
    const ended = (await this.unfinished()).filter(
      (one) => one.clientReference === clientReference || (paymentId !== null && one.paymentId === paymentId),
    );
    if (ended.length > 0) await this.journal.finish(ended.map(({ id }) => id));
  }

  /** One thing at a time: a till has one customer. @throws Error another call has not come back yet */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isBusy) throw new Error('this till is busy: wait for the call before, or abort it with its signal');
    this.#isBusy = true;
    try {
      return await work();
    } finally {
      this.#isBusy = false;
    }
  }
}

function isStepOf(order: NewIntent, open: Intent): boolean {
  if (!STEPS.includes(order.action) || (open.action !== 'pay' && open.action !== order.action)) return false;
  return order.action === 'give_up'
    ? open.clientReference === order.clientReference
    : open.paymentId !== null && open.paymentId === order.paymentId;
}
