import type { SeededRandom } from '../../test/simulation/seeded-random.js';
import { type Answer, PersistentClient } from './persistent-client.js';
import { planPurchase, type PurchasePlan } from './purchase.js';
import type { SimulatedReader } from './simulated-reader.js';

/** What one run asks of its tills. */
export interface TillShift {
  /** Claims one more purchase of the run; false when the day is over. */
  readonly nextCustomer: () => boolean;
  /** Durable note of a plan, written before its first byte is sent. */
  readonly save: (plan: PurchasePlan) => void;
  /** An answer that no plan explains: the run is not clean. */
  readonly complain: (what: string) => void;
}

const WAIT_SECONDS = 10;

/** One simulated terminal with its clerk: serves customers one after another until the shift is over. */
export class Till {
  constructor(
    private readonly reader: SimulatedReader,
    private readonly client: PersistentClient,
    private readonly random: SeededRandom,
    private readonly shift: TillShift,
  ) {}

  async work(): Promise<void> {
    while (this.shift.nextCustomer()) {
      const plan = planPurchase(this.random);
      this.shift.save(plan);
      await this.#serve(plan);
    }
  }

  async #serve(plan: PurchasePlan): Promise<void> {
    const giveUp = plan.isImpatient ? this.client.post(ensurePath(plan), plan.keys.then, undefined) : undefined;
    const paid = await this.client.post(
      '/v1/payments',
      plan.keys.pay,
      this.#order(plan),
      plan.isImpatient ? 1 : WAIT_SECONDS,
    );
    if (giveUp !== undefined) return this.#expect(await giveUp, [200, 202, 409], 'ensure-cancelled');
    this.#expect(paid, [200, 201, 202], 'payment');
    if (typeof paid.body['id'] === 'string') await this.#finish(plan, paid.body['id']);
  }

  async #finish(plan: PurchasePlan, id: string): Promise<void> {
    const path = `/v1/payments/${id}`;
    const key = plan.keys.then;
    // 409: the payment was declined, or is still unknown: there is nothing to capture, return or cancel.
    const legal = [200, 201, 202, 409];
    if (plan.then === 'capture') this.#expect(await this.client.post(`${path}/captures`, key, {}), legal, 'capture');
    if (plan.then === 'refund') this.#expect(await this.client.post(`${path}/refunds`, key, {}), legal, 'refund');
    if (plan.then === 'cancel') this.#expect(await this.client.post(`${path}/cancel`, key, undefined), legal, 'cancel');
    if (plan.then === 'ensure_cancelled')
      this.#expect(await this.client.post(ensurePath(plan), key, undefined), legal, 'ensure-cancelled');
  }

  #order(plan: PurchasePlan): Record<string, unknown> {
    return {
      client_reference: plan.clientReference,
      terminal_id: this.reader.terminal.id,
      kind: plan.kind,
      money: { amount: plan.amountMinor, currency: 'JPY' },
      card_present: this.reader.present(this.random.between(0, 99), plan.amountMinor),
    };
  }

  #expect(answer: Answer, statuses: readonly number[], step: string): void {
    const code = typeof answer.body['code'] === 'string' ? answer.body['code'] : '';
    const isBurned = code === 'client_reference_burned';
    if (!statuses.includes(answer.status) && !isBurned) this.shift.complain(`${step}: ${answer.status} ${code}`);
  }
}

function ensurePath(plan: PurchasePlan): string {
  return `/v1/attempts/${plan.clientReference}/ensure-cancelled`;
}
