import type { Intent } from '../journal/journal.js';
import type { TillClock } from '../transport/till-clock.js';
import type { TsunaguProblem } from '../transport/problem.js';
import type { Limits, Sent, Transport } from '../transport/transport.js';
import type { AttemptAnswer, Payment, Schemas } from '../wire/types.js';
import type { Intents } from './intents.js';
import { outcomeOf, type Outcome } from './outcome.js';
import type { Settler } from './settler.js';

type Refused = Extract<Sent<never>, { kind: 'refused' }>;

export interface PurchaseTools {
  readonly transport: Transport;
  readonly intents: Intents;
  readonly settler: Settler;
  readonly clock: TillClock;
  readonly waitSeconds: number;
  /** How old a purchase that never arrived may be to be sent after a restart; an older one is given up: its customer has gone. */
  readonly resendWithinMs: number;
}

/** Purchases: sent once, asked about until it is known how they ended. */
export class Purchases {
  constructor(private readonly tools: PurchaseTools) {}

  /** Send a purchase that is written down, and follow it. */
  async send(intent: Intent, limits: Limits): Promise<Outcome> {
    const { transport, waitSeconds } = this.tools;
    const body = intent.body as unknown as Schemas['CreatePaymentRequest'];
    const header = { 'Idempotency-Key': intent.id, Prefer: `wait=${waitSeconds}` };
    const sent = await transport.send<Payment>(
      (api, signal) => api.POST('/v1/payments', { params: { header }, body, signal }),
      { ...limits, heldSeconds: waitSeconds },
    );
    if (sent.kind === 'answered') return this.follow(intent, sent.data, limits);
    if (sent.kind === 'refused') return this.#refused(intent, sent, limits);
    return silence(intent, sent.why, null);
  }

  /** Wait for the end of a purchase that the gateway has. */
  async follow(intent: Intent, seen: Payment, limits: Limits): Promise<Outcome> {
    const payment = await this.tools.settler.settle(seen, limits);
    const outcome = outcomeOf(payment);
    if (outcome.result === 'charged' || outcome.result === 'not_charged') {
      await this.tools.intents.finishPurchase(payment.client_reference, payment.id);
    } else if (intent.action === 'pay' && (intent.body !== null || intent.paymentId === null)) {
      await this.tools.intents.save({ ...intent, paymentId: payment.id, body: null }); // the gateway has the card now
    }
    return outcome;
  }

  /** After a restart: ask what became of it before anything is sent again. */
  async resume(intent: Intent, limits: Limits): Promise<Outcome> {
    const reference = referenceOf(intent);
    const sent = await this.tools.settler.attempt(reference, limits);
    if (sent.kind === 'refused') throw sent.problem;
    if (sent.kind === 'silent') return silence(intent, sent.why, null);
    const { payment, status } = sent.data;
    if (payment !== null) return this.follow(intent, payment, limits);
    if (status === 'burned') return this.#neverHappened(reference);
    if (intent.body !== null && this.#isFresh(intent)) return this.send(intent, { ...limits, isRepeat: true });
    return this.giveUp(await this.#decideToGiveUp(reference), limits);
  }

  /** Ask for the end of a purchase until it is proved; a purchase that had already succeeded is reversed or stays charged, and says so. */
  async giveUp(intent: Intent, limits: Limits): Promise<Outcome> {
    const reference = referenceOf(intent);
    const params = { path: { client_reference: reference } };
    const sent = await this.tools.transport.send<AttemptAnswer>(
      (api, signal) => api.POST('/v1/attempts/{client_reference}/ensure-cancelled', { params, signal }),
      limits,
    );
    if (sent.kind === 'silent') return silence(intent, sent.why, null);
    if (sent.kind === 'refused') return this.#tooLateToGiveUp(intent, sent.problem, limits);
    const { payment, customer_charged: charged } = sent.data;
    if (payment !== null) return this.follow(intent, payment, limits);
    return charged === 'no' ? this.#neverHappened(reference) : silence(intent, 'still_open', null);
  }

  /** The gateway does not give it up, because it stands as it is: then that is what the till says. */
  async #tooLateToGiveUp(intent: Intent, problem: TsunaguProblem, limits: Limits): Promise<Outcome> {
    if (problem.code !== 'state_conflict') throw problem;
    const sent = await this.tools.settler.attempt(referenceOf(intent), limits);
    if (sent.kind !== 'answered') return silence(intent, sent.kind === 'silent' ? sent.why : 'still_open', null);
    if (sent.data.payment === null) throw problem;
    return this.follow(intent, sent.data.payment, limits);
  }

  async #refused(intent: Intent, { problem, isProvenUndone }: Refused, limits: Limits): Promise<Outcome> {
    if (problem.code === 'client_reference_burned') return this.#neverHappened(referenceOf(intent));
    if (problem.code === 'idempotency_key_reused') {
      // The key went out with another body: the purchase of our reference decides, not this answer.
      const sent = await this.tools.settler.attempt(referenceOf(intent), limits);
      if (sent.kind === 'silent') return silence(intent, sent.why, null);
      if (sent.kind === 'answered' && sent.data.payment !== null) return this.follow(intent, sent.data.payment, limits);
    }
    if (isProvenUndone) await this.tools.intents.finish(intent);
    throw problem;
  }

  async #neverHappened(reference: string): Promise<Outcome> {
    await this.tools.intents.finishPurchase(reference, null);
    return { result: 'not_charged', payment: null };
  }

  #decideToGiveUp(clientReference: string): Promise<Intent> {
    return this.tools.intents.begin({ action: 'give_up', clientReference });
  }

  /** A clock that went back makes an intent of the future: its age is unknown, so it counts as old. */
  #isFresh({ startedAt }: Intent): boolean {
    const ageMs = this.tools.clock.wallMs() - Date.parse(startedAt);
    return ageMs >= 0 && ageMs <= this.tools.resendWithinMs;
  }
}

function silence(
  intent: Intent,
  why: Extract<Outcome, { result: 'unknown' }>['why'],
  payment: Payment | null,
): Outcome {
  return { result: 'unknown', why, payment, clientReference: referenceOf(intent) };
}

function referenceOf({ clientReference }: Intent): string {
  if (clientReference === null) throw new Error('an intent of a purchase names its client reference');
  return clientReference;
}
