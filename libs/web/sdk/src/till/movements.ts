import type { Intent, IntentAction } from '../journal/journal.js';
import type { Api, Limits, Reply, Sent, Transport } from '../transport/transport.js';
import type { Payment, Refund, Schemas } from '../wire/types.js';
import type { Intents } from './intents.js';
import { isSettled, type Movement } from './outcome.js';
import type { Settler } from './settler.js';

interface Envelope {
  readonly params: { readonly path: { readonly id: string }; readonly header: { readonly 'Idempotency-Key': string } };
  readonly body: unknown;
  readonly signal: AbortSignal;
}

interface Route {
  readonly send: (api: Api, envelope: Envelope) => Promise<Reply>;
  /** The kind of attempt by which the movement shows in its payment, where it has one. */
  readonly attempt?: string;
}

const ROUTES: Readonly<Partial<Record<IntentAction, Route>>> = {
  capture: {
    attempt: 'capture',
    send: (api, { body, ...rest }) =>
      api.POST('/v1/payments/{id}/captures', { ...rest, body: body as Schemas['CaptureRequest'] }),
  },
  increase: {
    attempt: 'increase',
    send: (api, { body, ...rest }) =>
      api.POST('/v1/payments/{id}/increases', { ...rest, body: body as Schemas['IncreaseRequest'] }),
  },
  refund: {
    send: (api, { body, ...rest }) =>
      api.POST('/v1/payments/{id}/refunds', { ...rest, body: body as Schemas['RefundRequest'] }),
  },
  release: { send: (api, { body: _none, ...rest }) => api.POST('/v1/payments/{id}/release', rest) },
  cancel: { send: (api, { body: _none, ...rest }) => api.POST('/v1/payments/{id}/cancel', rest) },
};
const UNDONE: readonly string[] = ['voided', 'declined', 'expired'];

/** Captures, increases, releases, cancels and refunds of an earlier payment. */
export class Movements {
  constructor(
    private readonly transport: Transport,
    private readonly intents: Intents,
    private readonly settler: Settler,
    private readonly waitSeconds: number,
  ) {}

  /** Send a movement that is written down (again with its own key after a restart), and wait for its end. */
  async send(intent: Intent, limits: Limits): Promise<Movement> {
    const sent = await this.#post(intent, limits);
    if (sent.kind === 'silent') return { result: 'unknown', why: sent.why, payment: null, refund: null };
    if (sent.kind === 'refused') {
      if (sent.isProvenUndone) await this.intents.finish(intent);
      throw sent.problem;
    }
    const first = sent.data;
    if (first.object === 'payment') return this.#follow(intent, first, undefined, limits);
    const read = await this.settler.payment(first.payment, limits);
    if (read.kind === 'refused') throw read.problem;
    if (read.kind === 'silent') return { result: 'unknown', why: read.why, payment: null, refund: first };
    return this.#follow(intent, read.data, first.id, limits);
  }

  async #follow(intent: Intent, seen: Payment, refundId: string | undefined, limits: Limits): Promise<Movement> {
    const payment = await this.settler.settle(seen, limits);
    const refund = payment.refunds.find(({ id }) => id === refundId) ?? null;
    if (!isSettled(payment)) return { result: 'unknown', why: 'still_open', payment, refund };
    await this.intents.finishPurchase(payment.client_reference, payment.id);
    return { result: isDone(intent.action, payment, refund) ? 'done' : 'not_done', payment, refund };
  }

  #post({ id, action, paymentId, body }: Intent, limits: Limits): Promise<Sent<Payment | Refund>> {
    const route = ROUTES[action];
    if (paymentId === null || route === undefined)
      throw new Error(`an intent to ${action} is no movement of a payment`);
    const params = { path: { id: paymentId }, header: { 'Idempotency-Key': id, Prefer: `wait=${this.waitSeconds}` } };
    const held = { ...limits, heldSeconds: this.waitSeconds };
    return this.transport.send<Payment | Refund>((api, signal) => route.send(api, { params, body, signal }), held);
  }
}

function isDone(action: IntentAction, payment: Payment, refund: Refund | null): boolean {
  if (action === 'refund') return refund?.status === 'approved';
  if (action === 'cancel') return UNDONE.includes(payment.status);
  const last = payment.attempts.filter(({ kind }) => kind === ROUTES[action]?.attempt).at(-1);
  return last === undefined || last.status === 'approved';
}
