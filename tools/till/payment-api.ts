import { setTimeout as sleep } from 'node:timers/promises';
import { TillError } from './sandbox-file.js';

export interface Money {
  readonly amount: number;
  readonly currency: string;
  readonly amount_display: string;
}

/** 支払区分, chosen or offered. */
export interface PaymentPlan {
  readonly type: string;
  readonly name: string;
  readonly count: number | null;
  readonly bonus_months: readonly number[];
  readonly schedule: readonly { readonly date: string; readonly money: Money; readonly bonus: boolean }[];
  readonly cardholder_fee: string | null;
  readonly table_version: string | null;
}

/** The parts of a payment that a till shows. */
export interface Payment {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly final: boolean;
  readonly customer_charged: 'yes' | 'no' | 'unknown';
  readonly kind: string;
  readonly method: string;
  readonly client_reference: string;
  readonly terminal_id: string;
  readonly money: Money;
  readonly captured: Money;
  readonly refunded: Money;
  readonly card: { readonly brand: string; readonly last4: string } | null;
  readonly entry_mode: string;
  readonly approval_code: string | null;
  readonly cashier_state: { readonly code: string; readonly message_ja: string; readonly message_en: string };
  readonly decline: { readonly code: string; readonly network_code: string | null } | null;
  readonly payment_plan: PaymentPlan;
  readonly slip_no: string | null;
  readonly cancel_requested: boolean;
  readonly pending_unknown: readonly string[];
  readonly sequence: number;
  readonly attempts: readonly { readonly kind: string; readonly status: string; readonly action_code: string | null }[];
  readonly refunds: readonly {
    readonly id: string;
    readonly status: string;
    readonly kind: string;
    readonly money: Money;
  }[];
  readonly created_at: string;
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The API said no, with its problem+json. */
export class ApiProblem extends Error {
  constructor(readonly answer: Answer) {
    const {
      title,
      detail,
      code,
      legal_plans: plans,
      domestic_code: fault = '',
    } = answer.body as {
      title?: string;
      detail?: string;
      code?: string;
      domestic_code?: string;
      legal_plans?: string[];
    };
    const choice = plans === undefined ? '' : ` (${fault}; legal here: ${plans.join(', ')})`;
    super(`${answer.status} ${code ?? ''}: ${detail ?? title ?? 'no reason given'}${choice}`);
  }
}

/** Nobody answered within the patience of the till. What was sent may have arrived. */
export class NoAnswerError extends TillError {}

/** Statuses that say nothing about a request that was sent before: the door is closed, the request may be inside. */
const CLOSED_DOOR = [401, 403, 408, 425, 429];

/** Whether this answer proves that the purchase was not begun. */
export function provesNothingDone({ status }: Answer): boolean {
  return status >= 400 && status < 500 && !CLOSED_DOOR.includes(status);
}

const OPEN_ATTEMPTS = ['created', 'sending', 'sent_unknown'];
const CALL_TIMEOUT_MS = 65_000;
/** About two seconds after the first question. */
const SAID_AT_ROUND = 4;
const BACK_OFF_MS = [100, 250, 500, 1_000, 2_000];

/** Nothing about this payment can still change by itself. */
export function isSettled(payment: Payment): boolean {
  const isCanceling = payment.cancel_requested && !['voided', 'declined', 'expired'].includes(payment.status);
  return (
    payment.final &&
    !isCanceling &&
    payment.pending_unknown.length === 0 &&
    payment.refunds.every(({ status }) => ['approved', 'declined'].includes(status)) &&
    payment.attempts.every(({ status }) => !OPEN_ATTEMPTS.includes(status))
  );
}

/** The public API as a till uses it: every request is repeated with its own key until it is answered. */
export class PaymentApi {
  constructor(
    private readonly base: string,
    private readonly apiKey: string,
    /** How long to keep asking before giving up for now, milliseconds. */
    private readonly patienceMs = 120_000,
    /** Told once when an answer is late, so that the clerk knows that the till has not gone to sleep. */
    private readonly say: (line: string) => void = () => undefined,
  ) {}

  /** @throws ApiProblem the API refused it: nothing was done */
  async post(path: string, key: string, body: Record<string, unknown>, waitSeconds = 25): Promise<Answer> {
    const answer = await this.#persist('POST', path, { 'idempotency-key': key, prefer: `wait=${waitSeconds}` }, body);
    if (answer.status >= 400) throw new ApiProblem(answer);
    return answer;
  }

  async get(path: string): Promise<Answer> {
    const answer = await this.#persist('GET', path, {}, undefined);
    if (answer.status >= 400) throw new ApiProblem(answer);
    return answer;
  }

  async payment(id: string): Promise<Payment> {
    return (await this.get(`/v1/payments/${id}`)).body as unknown as Payment;
  }

  /** Follow a payment until nothing about it can change, or patience ends. */
  async settle(id: string): Promise<Payment> {
    const endsAt = performance.now() + this.patienceMs;
    let payment = await this.payment(id);
    while (!isSettled(payment) && performance.now() < endsAt) {
      const { body } = await this.get(`/v1/payments/${id}?wait=10&after_sequence=${payment.sequence}`);
      payment = body as unknown as Payment;
    }
    return payment;
  }

  async #persist(method: string, path: string, extra: Record<string, string>, body: unknown): Promise<Answer> {
    const endsAt = performance.now() + this.patienceMs;
    for (let round = 0; ; round += 1) {
      const answer = await this.#once(method, path, extra, body);
      if (answer !== undefined && !saysNothing(answer)) return answer;
      if (performance.now() > endsAt) {
        if (answer !== undefined) return answer;
        throw new NoAnswerError(`${this.base} does not answer: is "npm start" running?`);
      }
      if (round === SAID_AT_ROUND)
        this.say('no answer yet, asking again (the same request, so nothing is charged twice)');
      await sleep(BACK_OFF_MS[Math.min(round, BACK_OFF_MS.length - 1)]);
    }
  }

  async #once(method: string, path: string, extra: Record<string, string>, body: unknown): Promise<Answer | undefined> {
    try {
      const response = await fetch(this.base + path, {
        method,
        headers: {
          authorization: `Bearer ${this.apiKey}`,
          'content-type': 'application/json; charset=utf-8',
          ...extra,
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException) return undefined;
      throw error;
    }
  }
}

/** An answer that leaves the outcome open: ask again with the same key. */
function saysNothing({ status, body }: Answer): boolean {
  return status >= 500 || status === 429 || (status === 409 && body['code'] === 'idempotency_in_progress');
}
