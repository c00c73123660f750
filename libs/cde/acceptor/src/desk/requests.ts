import type { HqOutcome, HqPaymentOrder, OpenCardAnswer } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import type { HqContract } from '../contract/hq-contract.js';
import { ACTION } from '../message/action.js';
import type { HqAnswer } from '../message/answer.js';
import { readCard, type HqCard } from '../message/card.js';
import { isCharge, referenceOf, type HqRequest } from '../message/hq-request.js';
import { readPlan, type HqPlan } from '../message/plan.js';
import type { HqCount } from '../register/hq-register.js';
import type { HqPorts } from './hq-ports.js';
import { answerOf, refusalCode } from './outcome-answer.js';

/** What became of a request. `late`: the time to answer is over and nothing is known. */
export type Worked = { readonly kind: 'answer'; readonly answer: HqAnswer } | { readonly kind: 'late' };

/** A wait before a process of the house that did not answer is asked again. */
const ASK_AGAIN_MS = 300;
const WAIT_MAX_MS = 25_000;

/** What a card and its plan say, read before anything is opened. */
interface Charge {
  readonly card: HqCard;
  readonly plan: HqPlan;
}

/** Requests of money: card → vault, order → api, and a wait for the outcome. Everything here may be done twice and is done once. */
export class HqRequests {
  constructor(
    private readonly contract: HqContract,
    private readonly ports: HqPorts,
  ) {}

  /** @param deadlineMs monotonic: what is not known then is answered as late */
  work(request: HqRequest, deadlineMs: number): Promise<Worked> {
    return isCharge(request.operation) ? this.#charge(request, deadlineMs) : this.#move(request, deadlineMs);
  }

  async #charge(request: HqRequest, deadlineMs: number): Promise<Worked> {
    const [card, plan] = [readCard(this.contract, request.message), readPlan(request.message)];
    if (card === undefined) return answer(ACTION.formatError);
    if (plan === undefined) return answer(ACTION.notSupported);
    const requestId = `hq-${newId(this.ports.clock.now())}`;
    const opened = await this.#patiently(deadlineMs, () => this.#open(request, { card, plan }, requestId));
    if (opened.kind !== 'done') return opened;
    const order = this.#order(request, { card, plan }, opened.value);
    return this.#outcome(request, deadlineMs, (waitMs) => this.ports.intake.accept({ ...order, requestId, waitMs }));
  }

  #open(request: HqRequest, { card }: Charge, requestId: string): Promise<OpenCardAnswer> {
    const { tenantId, name } = this.contract;
    const { terminalId } = request.terminal;
    const intent = referenceOf(name, request.identity);
    return this.ports.cards.open({ tenantId, terminalId, intent, requestId }, card);
  }

  #order(
    request: HqRequest,
    { card, plan }: Charge,
    opened: OpenCardAnswer,
  ): Omit<HqPaymentOrder, 'requestId' | 'waitMs'> {
    const { tenantId, name } = this.contract;
    return {
      tenantId,
      terminalId: request.terminal.terminalId,
      reference: referenceOf(name, request.identity),
      kind: request.operation === 'auth' ? 'auth' : 'sale',
      amountMinor: request.amountMinor,
      currency: request.currency,
      ...plan,
      metadata: { hq_link: name, hq_rrn: request.message.text(37)?.trimEnd() ?? '' },
      entryMode: card.form === 'dukpt' ? card.card.entryMode : card.entryMode,
      opened,
    };
  }

  #move(request: HqRequest, deadlineMs: number): Promise<Worked> {
    const { tenantId, name } = this.contract;
    const { original, identity, amountMinor } = request;
    if (original === null) return Promise.resolve(answer(ACTION.formatError));
    const order = {
      tenantId,
      requestId: `hq-${newId(this.ports.clock.now())}`,
      kind: request.operation === 'capture' ? ('capture' as const) : ('refund' as const),
      intent: referenceOf(name, identity),
      original: referenceOf(name, original),
      amountMinor,
    };
    return this.#outcome(request, deadlineMs, (waitMs) => this.ports.intake.move({ ...order, waitMs }));
  }

  async #outcome(request: HqRequest, deadlineMs: number, ask: (waitMs: number) => Promise<HqOutcome>): Promise<Worked> {
    for (;;) {
      const asked = await this.#patiently(deadlineMs, (leftMs) => ask(Math.min(leftMs, WAIT_MAX_MS)));
      if (asked.kind !== 'done') return asked;
      const known = answerOf(asked.value, request.amountMinor);
      if (known !== undefined) return { kind: 'answer', answer: known };
      await this.ports.clock.sleep(ASK_AGAIN_MS); // it has waited for us already; one that answers at once is not asked in a circle
    }
  }

  /** Ask until it is answered or the time is over: a process of the house that died comes back in a second. */
  async #patiently<T>(
    deadlineMs: number,
    ask: (leftMs: number) => Promise<T>,
  ): Promise<{ kind: 'done'; value: T } | Worked> {
    for (;;) {
      const leftMs = Math.floor(deadlineMs - this.ports.clock.monotonicMs());
      if (leftMs <= 0) return { kind: 'late' };
      try {
        return { kind: 'done', value: await ask(leftMs) };
      } catch (error) {
        const code = refusalCode(error);
        if (code !== undefined) return answer(code);
        if (!isPassing(error)) throw error;
        await this.ports.clock.sleep(Math.min(ASK_AGAIN_MS, leftMs));
      }
    }
  }
}

/** What an approved request adds to the totals of its line. */
export function countOf(
  { operation, amountMinor }: HqRequest,
  { actionCode, approvedMinor }: HqAnswer,
): HqCount | null {
  if (!actionCode.startsWith('0')) return null;
  const counted = approvedMinor ?? amountMinor;
  if (operation === 'auth') return { kind: 'authorization', amountMinor: counted };
  return { kind: operation === 'refund' ? 'credit' : 'debit', amountMinor: counted };
}

function answer(actionCode: string): Worked {
  return { kind: 'answer', answer: { actionCode } };
}

/** An error of a port says which category it has; anything else is a bug of ours and is not hidden. */
function isPassing(error: unknown): boolean {
  return typeof (error as { category?: unknown } | null)?.category === 'string';
}
