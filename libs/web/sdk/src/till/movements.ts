import type { Intent, IntentAction } from '../journal/journal.js';
import type { Limits, PostPath, Sent, Transport } from '../transport/transport.js';
import type { Payment, Refund } from '../wire/types.js';
import type { Intents } from './intents.js';
import { isSettled, type Movement } from './outcome.js';
import type { Settler } from './settler.js';

/** Where a movement goes, and by which attempts it shows in its payment; a refund shows by itself. */
const ROUTES: Readonly<
  Partial<Record<IntentAction, { readonly path: PostPath; readonly attempts: readonly string[] }>>
> = {
  capture: { path: '/v1/payments/{id}/captures', attempts: ['capture'] },
  increase: { path: '/v1/payments/{id}/increases', attempts: ['increase'] },
  release: { path: '/v1/payments/{id}/release', attempts: [] },
  refund: { path: '/v1/payments/{id}/refunds', attempts: [] },
  cancel: { path: '/v1/payments/{id}/cancel', attempts: [] },
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
    return this.transport.post<Payment | Refund>(route.path, params, body ?? undefined, limits);
  }
}

function isDone(action: IntentAction, payment: Payment, refund: Refund | null): boolean {
  if (action === 'refund') return refund?.status === 'approved';
  if (action === 'cancel') return UNDONE.includes(payment.status);
  const kinds = ROUTES[action]?.attempts ?? [];
  const last = payment.attempts.filter(({ kind }) => kinds.includes(kind)).at(-1);
  return last === undefined || last.status === 'approved';
}
