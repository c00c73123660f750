import type { SeededRandom } from '../../test/simulation/seeded-random.js';
import { type Answer, PersistentClient } from './persistent-client.js';
import { planPurchase, type PurchasePlan } from './purchase.js';
import type { CardPresent } from '../till/card-reader.js';
import type { ShiftBoard } from './shift-board.js';
import type { SimulatedReader } from './simulated-reader.js';

/** What one run asks of its tills. */
export interface TillShift {
  /** Claims one more purchase of the run, when its time has come; false when the day is over. */
  readonly nextCustomer: () => Promise<boolean>;
  /** Durable note of a plan, written before its first byte is sent. */
  readonly save: (plan: PurchasePlan) => void;
  /** An answer that no plan explains: the run is not clean. */
  readonly complain: (what: string) => void;
  readonly board: ShiftBoard;
  /** Of a hundred customers, how many type a PIN. */
  readonly pinPercent: number;
  /** An answer that a till may not get whatever happens to keys. */
  readonly keyFault: () => void;
}

/** Final answers that a wrong or missing key would cause: the card is refused, or its counter is taken for another purchase. */
const KEY_FAULTS = ['card_data_invalid', 'ksn_replay', 'ksn_stale'];

const WAIT_SECONDS = 10;

/** One simulated terminal with its clerk: serves customers one after another until the shift is over. */
export class Till {
  constructor(
    private readonly number: number,
    private readonly reader: SimulatedReader,
    private readonly client: PersistentClient,
    private readonly random: SeededRandom,
    private readonly shift: TillShift,
  ) {}

  async work(): Promise<void> {
    while (await this.shift.nextCustomer()) {
      const plan = planPurchase(this.random);
      this.shift.save(plan);
      await this.#serve(plan);
      this.shift.board.served();
    }
  }

  async #serve(plan: PurchasePlan): Promise<void> {
    const giveUp = plan.isImpatient ? this.client.post(ensurePath(plan), plan.keys.then, undefined) : undefined;
    giveUp?.catch(() => undefined); // its failure is told where it is awaited
    const wait = plan.isImpatient ? 1 : WAIT_SECONDS;
    const paid = await this.#step('payment', plan, () =>
      this.client.post('/v1/payments', plan.keys.pay, this.#order(plan), wait),
    );
    if (giveUp !== undefined) {
      return this.#expect(
        await this.#step('ensure-cancelled', plan, () => giveUp),
        [200, 202, 409],
        'ensure-cancelled',
      );
    }
    this.#expect(paid, [200, 201, 202], 'payment');
    if (typeof paid.body['id'] === 'string') await this.#finish(plan, `/v1/payments/${paid.body['id']}`);
  }

  async #finish(plan: PurchasePlan, payment: string): Promise<void> {
    if (plan.then === 'nothing') return;
    const requests = {
      capture: { path: `${payment}/captures`, body: {} },
      refund: { path: `${payment}/refunds`, body: {} },
      cancel: { path: `${payment}/cancel`, body: undefined },
      ensure_cancelled: { path: ensurePath(plan), body: undefined },
    };
    const { path, body } = requests[plan.then];
    const answer = await this.#step(plan.then, plan, () => this.client.post(path, plan.keys.then, body));
    // 409: the payment was declined, or is still unknown: there is nothing to capture, return or cancel.
    this.#expect(answer, [200, 201, 202, 409], plan.then);
  }

  #step<T>(what: string, plan: PurchasePlan, work: () => Promise<T>): Promise<T> {
    return this.shift.board.during(this.number, { what, reference: plan.clientReference }, work);
  }

  #order(plan: PurchasePlan): Record<string, unknown> {
    return {
      client_reference: plan.clientReference,
      terminal_id: this.reader.terminal.id,
      kind: plan.kind,
      money: { amount: plan.amountMinor, currency: 'JPY' },
      card_present: this.#card(plan),
    };
  }

  #card({ amountMinor }: PurchasePlan): CardPresent {
    const choice = this.random.between(0, 99);
    const isTyped = choice < this.shift.pinPercent && this.reader.takesPins;
    return isTyped ? this.reader.presentWithPin(amountMinor) : this.reader.present(choice, amountMinor);
  }

  #expect(answer: Answer, statuses: readonly number[], step: string): void {
    const code = typeof answer.body['code'] === 'string' ? answer.body['code'] : '';
    const isBurned = code === 'client_reference_burned';
    if (KEY_FAULTS.includes(code)) this.shift.keyFault();
    if (!statuses.includes(answer.status) && !isBurned) this.shift.complain(`${step}: ${answer.status} ${code}`);
  }
}

function ensurePath(plan: PurchasePlan): string {
  return `/v1/attempts/${plan.clientReference}/ensure-cancelled`;
}
