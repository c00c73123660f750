import type { Intent } from '../journal/journal.js';
import type { Limits, Sent, Transport } from '../transport/transport.js';
import type { Payment, Schemas } from '../wire/types.js';
import type { Intents } from './intents.js';
import type { Outcome } from './outcome.js';
import type { Purchases } from './purchases.js';
import type { Settler } from './settler.js';

/** Steps of a purchase that waits for its customer: a PIN, the card again, or a choice of currency. */
export class Steps {
  constructor(
    private readonly transport: Transport,
    private readonly intents: Intents,
    private readonly settler: Settler,
    private readonly purchases: Purchases,
    private readonly waitSeconds: number,
  ) {}

  /** Send a step that is written down, and follow its purchase. */
  async send(intent: Intent, limits: Limits): Promise<Outcome> {
    const sent = await this.#post(intent, limits);
    if (sent.kind === 'answered') return this.#end(intent, sent.data, limits);
    if (sent.kind === 'silent') return this.#silence(intent, sent.why);
    if (sent.isProvenUndone) await this.intents.finish(intent);
    throw sent.problem;
  }

  /** After a restart: where the purchase stands decides whether the step is still wanted. */
  async resume(intent: Intent, limits: Limits): Promise<Outcome> {
    const read = await this.settler.payment(paymentOf(intent), limits);
    if (read.kind === 'refused') {
      // Of a payment that is not there nothing can be wanted; kept, the step would stop this till for ever.
      if (read.problem.code === 'resource_missing') await this.intents.finish(intent);
      throw read.problem;
    }
    if (read.kind === 'silent') return this.#silence(intent, read.why);
    if (read.data.status === 'requires_action') return this.send(intent, { ...limits, isRepeat: true });
    return this.#end(intent, read.data, limits);
  }

  async #end(intent: Intent, seen: Payment, limits: Limits): Promise<Outcome> {
    const outcome = await this.purchases.follow(intent, seen, limits);
    if (outcome.result === 'action_required') await this.intents.finish(intent); // the next step is another one
    return outcome;
  }

  async #silence(intent: Intent, why: 'no_answer' | 'aborted'): Promise<Outcome> {
    const purchase = (await this.intents.unfinished()).find(
      ({ action, paymentId }) => action === 'pay' && paymentId === intent.paymentId,
    );
    return { result: 'unknown', why, payment: null, clientReference: purchase?.clientReference ?? null };
  }

  #post(intent: Intent, limits: Limits): Promise<Sent<Payment>> {
    const header = { 'Idempotency-Key': intent.id, Prefer: `wait=${this.waitSeconds}` };
    const params = { path: { id: paymentOf(intent) }, header };
    const held = { ...limits, heldSeconds: this.waitSeconds };
    return this.transport.send<Payment>((api, signal) => {
      if (intent.action === 'continue') {
        const body = intent.body as Schemas['ContinueRequest'];
        return api.POST('/v1/payments/{id}/continue', { params, body, signal });
      }
      const body = intent.body as unknown as Schemas['DccChoiceRequest'];
      return api.POST('/v1/payments/{id}/dcc-choice', { params, body, signal });
    }, held);
  }
}

function paymentOf({ paymentId }: Intent): string {
  if (paymentId === null) throw new Error('a step of a purchase names its payment');
  return paymentId;
}
