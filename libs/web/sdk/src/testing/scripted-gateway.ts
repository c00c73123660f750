import type { Payment } from '../wire/types.js';

/** What happens to one request on its way. */
export type Weather =
  | 'fine'
  /** Never arrives. */
  | 'lost_request'
  /** Arrives, and its answer does not. */
  | 'lost_response'
  /** Arrives, and half of its answer comes back. */
  | 'half_response'
  /** Never arrives; a box in between says 502 in its own words. */
  | 'foreign_502'
  /** Never arrives; a hotel shows its login page. */
  | 'login_page'
  /** Arrives and is done; the API answers 500. */
  | 'error_after'
  | 'in_progress'
  | 'too_many';

interface Book {
  readonly payment: Payment;
  readonly key: string;
}

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
}

/**
 * A gateway in one object: idempotent by key and by reference, as `api-conventions.md` §4 says. It has no clock: a payment that is not
 * final becomes so after `readsUntilFinal` reads.
 */
export class ScriptedGateway {
  readonly seen: Seen[] = [];
  /** Weather of the next requests; fine when it is empty. */
  readonly weather: Weather[] = [];
  readonly payments: Book[] = [];
  readonly burned = new Set<string>();
  readonly refunds = new Map<string, number>();
  readsUntilFinal = 0;
  /** Called when a request has left the till, before anything becomes of it. */
  onArrival: () => void = () => undefined;
  /** What `dcc-offers` answers: the id of an offer, or null for none, and then the payment goes on. */
  offerId: string | null = 'dcc_1';
  end: Pick<Payment, 'status' | 'customer_charged'> & Partial<Payment> = {
    status: 'captured',
    customer_charged: 'yes',
  };

  readonly fetch = async (request: Request): Promise<Response> => {
    const weather = this.weather.shift() ?? 'fine';
    const url = new URL(request.url);
    this.seen.push({ method: request.method, path: url.pathname, key: request.headers.get('idempotency-key') });
    this.onArrival();
    if (weather === 'lost_request') throw new TypeError('fetch failed');
    if (weather === 'foreign_502') return new Response('<h1>Bad gateway</h1>', { status: 502 });
    if (weather === 'login_page') return new Response('<h1>Welcome to the hotel</h1>', { status: 200 });
    if (weather === 'in_progress') return problem(409, 'idempotency_in_progress', { 'retry-after': '1' });
    if (weather === 'too_many') return problem(429, 'quota_exceeded', { 'retry-after': '7' });
    const answer = await this.#answer(request, url.pathname);
    if (weather === 'lost_response') throw new TypeError('terminated');
    if (weather === 'half_response') return new Response((await answer.text()).slice(0, 40), { status: 200 });
    if (weather === 'error_after') return problem(500, 'internal_error');
    return answer;
  };

  /** Purchases that the customer pays. */
  get charges(): number {
    return this.payments.filter(({ payment }) => payment.customer_charged === 'yes').length;
  }

  async #answer(request: Request, path: string): Promise<Response> {
    const body = (request.body === null ? {} : await request.json()) as Record<string, unknown>;
    const key = request.headers.get('idempotency-key') ?? '';
    const [, , kind, id = '', action = ''] = path.split('/');
    if (kind === 'attempts') return action === '' ? this.#attempt(id) : this.#ensureCancelled(id);
    if (kind === 'terminals') return json(200, { object: 'list', data: this.payments.map((one) => one.payment) });
    if (request.method === 'GET') return this.#read(id);
    if (id === '') return this.#create(key, String(body['client_reference']));
    if (action === 'refunds') return this.#refund(id, key);
    if (action === 'dcc-offers') return this.#offer(id);
    return this.#goOn(id, action, body);
  }

  #offer(id: string): Response {
    const at = this.payments.findIndex(({ payment }) => payment.id === id);
    if (this.offerId === null) this.#change(at, { status: 'captured', customer_charged: 'yes', final: true });
    return json(200, { object: 'dcc_offer', id: this.offerId, payment: this.payments[at]?.payment });
  }

  /** A step of a purchase that waits, or a cancel. */
  #goOn(id: string, action: string, body: Record<string, unknown>): Response {
    const at = this.payments.findIndex(({ payment }) => payment.id === id);
    const isWaiting = this.payments[at]?.payment.status === 'requires_action';
    if (action === 'cancel') this.#change(at, { status: 'voided', customer_charged: 'no', final: true });
    else if (!isWaiting) return problem(409, 'state_conflict');
    else if (body['offer_id'] === 'dcc_0') return problem(410, 'offer_expired');
    else this.#change(at, { status: 'captured', customer_charged: 'yes', final: true });
    return json(200, this.payments[at]!.payment);
  }

  #create(key: string, reference: string): Response {
    const known = this.payments.find((one) => one.key === key || one.payment.client_reference === reference);
    if (known !== undefined) return json(200, known.payment);
    if (this.burned.has(reference)) return problem(409, 'client_reference_burned');
    const isOpen = this.readsUntilFinal > 0;
    const state = isOpen ? { status: 'processing', customer_charged: 'unknown' } : this.end;
    const isFinal = !isOpen && this.end.status !== 'requires_action';
    const payment = {
      object: 'payment',
      id: `pay_${String(this.payments.length + 1).padStart(26, '0')}`,
      client_reference: reference,
      final: isFinal,
      cancel_requested: false,
      pending_unknown: [],
      refunds: [],
      attempts: [],
      sequence: 1,
      poll_after_ms: null,
      cashier_state: { message_ja: '請求されていません。', message_en: 'Not charged.' },
      ...state,
    } as unknown as Payment;
    this.payments.push({ payment, key });
    return json(isOpen ? 202 : 201, payment);
  }

  #read(id: string): Response {
    const at = this.payments.findIndex(({ payment }) => payment.id === id);
    if (at < 0) return problem(404, 'resource_missing');
    this.#age(at);
    return json(200, this.payments[at]!.payment);
  }

  #attempt(reference: string): Response {
    const at = this.payments.findIndex(({ payment }) => payment.client_reference === reference);
    if (at >= 0) this.#age(at);
    return this.#attemptAnswer(reference);
  }

  #attemptAnswer(reference: string): Response {
    const payment = this.payments.find((one) => one.payment.client_reference === reference)?.payment ?? null;
    const status = payment !== null ? 'approved' : this.burned.has(reference) ? 'burned' : 'never_seen';
    const charged = payment?.customer_charged ?? (status === 'burned' ? 'no' : 'unknown');
    return json(200, { object: 'attempt_answer', status, customer_charged: charged, payment });
  }

  #ensureCancelled(reference: string): Response {
    const at = this.payments.findIndex(({ payment }) => payment.client_reference === reference);
    if (at < 0) this.burned.add(reference);
    else this.#change(at, { status: 'declined', customer_charged: 'no', final: true });
    return this.#attemptAnswer(reference);
  }

  #refund(id: string, key: string): Response {
    const at = this.payments.findIndex(({ payment }) => payment.id === id);
    if (at < 0) return problem(404, 'resource_missing');
    const refund = { object: 'refund', id: `ref_${key}`, payment: id, status: 'approved', final: true };
    if (!this.refunds.has(key)) {
      const refunds = [...this.payments[at]!.payment.refunds, refund] as unknown as Payment['refunds'];
      this.#change(at, { status: 'refunded', customer_charged: 'no', refunds });
    }
    this.refunds.set(key, (this.refunds.get(key) ?? 0) + 1);
    return json(201, refund);
  }

  #age(at: number): void {
    if (this.payments[at]!.payment.final) return;
    this.readsUntilFinal -= 1;
    if (this.readsUntilFinal <= 0) this.#change(at, { ...this.end, final: this.end.status !== 'requires_action' });
  }

  #change(at: number, change: Partial<Payment>): void {
    const { payment, key } = this.payments[at]!;
    this.payments[at] = { key, payment: { ...payment, ...change, sequence: payment.sequence + 1 } };
  }
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return json(status, { status, code, title: code, next_action: 'retry_same_key', request_id: 'req_1' }, headers);
}

function json(status: number, body: object, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } });
}
