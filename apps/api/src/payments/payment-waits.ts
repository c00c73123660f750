import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentQueries, type PaymentView } from '@tsunagu/payments';
import type { Conversation } from '../http/conversation.js';
import { WaitingRooms } from './waiting-rooms.js';

/** Waiting on behalf of a client that asked for it with `Prefer: wait`, which is a wish: when too many wait for this lane it is not fulfilled. */
@Injectable()
export class PaymentWaits {
  readonly #rooms = new WaitingRooms();

  constructor(
    private readonly queries: PaymentQueries,
    private readonly clock: Clock,
  ) {}

  /** The payment when its first outcome is known or the till must do something, or as it is when the time is over. */
  async untilFinal(ctx: TenantContext, view: PaymentView, talk: Conversation): Promise<PaymentView> {
    if (view.final || view.status === 'requires_action' || talk.waitMs === 0) return view;
    const until = { final: true, isJustSeen: true, timeoutMs: talk.waitMs, signal: talk.gone };
    return this.#parked(ctx, view, talk, async () => (await this.queries.waitFor(ctx, view.id, until)) ?? view);
  }

  /** The payment when `isDone` holds, or as it is when the time is over: a movement on a final payment. */
  async untilDone(
    ctx: TenantContext,
    view: PaymentView,
    talk: Conversation,
    isDone: (view: PaymentView) => boolean,
  ): Promise<PaymentView> {
    if (talk.waitMs === 0 || isDone(view)) return view;
    return this.#parked(ctx, view, talk, () => this.#followed(ctx, view, talk, isDone));
  }

  /** What waits has no place among the open requests of its key any more: a hundred waits for a silent network leave room for other payments. */
  async #parked(
    ctx: TenantContext,
    view: PaymentView,
    talk: Conversation,
    wait: () => Promise<PaymentView>,
  ): Promise<PaymentView> {
    const leave = this.#rooms.enter(view.method, ctx.credentialId);
    if (leave === undefined) return view;
    talk.park();
    try {
      return await wait();
    } finally {
      leave();
    }
  }

  async #followed(
    ctx: TenantContext,
    view: PaymentView,
    talk: Conversation,
    isDone: (view: PaymentView) => boolean,
  ): Promise<PaymentView> {
    const deadlineMs = this.clock.monotonicMs() + talk.waitMs;
    let current = view;
    while (!isDone(current) && !talk.gone.aborted) {
      const timeoutMs = Math.floor(deadlineMs - this.clock.monotonicMs());
      if (timeoutMs <= 0) break;
      const until = { afterSequence: current.sequence, timeoutMs, signal: talk.gone };
      const next = await this.queries.waitFor(ctx, view.id, until);
      if (next === undefined || next.sequence === current.sequence) break;
      current = next;
    }
    return current;
  }
}
