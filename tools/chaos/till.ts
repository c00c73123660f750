import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';
import { type Answer, PersistentClient } from './persistent-client.js';
import { planPurchase, type PlannedMove, type PurchasePlan } from './purchase.js';
import type { ShiftBoard } from './shift-board.js';
import type { HeldCard, SimulatedReader } from './simulated-reader.js';

/** What one run asks of its tills. */
export interface TillShift {
  /** Claims one more purchase of the run, when its time has come. @returns how far the day has gone, 0 to 1; undefined when it is over */
  readonly nextCustomer: () => Promise<number | undefined>;
  /** Durable note of a plan, written before its first byte is sent. */
  readonly save: (plan: PurchasePlan) => void;
  /** An answer that no plan explains: the run is not clean. */
  readonly complain: (what: string) => void;
  readonly board: ShiftBoard;
  /** What the house took of this till, by kind. */
  readonly took: (kind: string) => void;
  /** The run is long: the three minutes that a choice of currency is waited for pass while others pay. */
  readonly isLong: boolean;
  /** A customer walked away from this payment, which waits for him. */
  readonly left: (reference: string) => void;
  /** An answer that a till may not get whatever happens to keys. */
  readonly keyFault: () => void;
}

/** Final answers that a wrong or missing key would cause: the card is refused, or its counter is taken for another purchase. */
const KEY_FAULTS = ['card_data_invalid', 'ksn_replay', 'ksn_stale'];

const WAIT_SECONDS = 10;
/** 409: declined, or still unknown, or not in this state: there is nothing to capture, return or cancel. */
const MOVE_STATUSES = [200, 201, 202, 409];
const QUESTIONS_MAX = 4;
const LOOKS_MAX = 8;
const LOOK_MS = 1_000;
const OPEN = ['processing', 'unknown'];
/** Whoever walks away does so in this part of the day: the house waits for him for a minute or three, in which the others pay. */
const EARLY_SHARE = 0.25;
const CALL_US = 'voice_approval';

const PATHS: Readonly<Record<PlannedMove['what'], string>> = {
  capture: '/captures',
  increase: '/increases',
  release: '/release',
  refund: '/refunds',
  cancel: '/cancel',
  ensure_cancelled: '',
};
const TAKES_MONEY: readonly PlannedMove['what'][] = ['capture', 'increase', 'refund'];

type Body = Record<string, unknown>;

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
    for (;;) {
      const share = await this.shift.nextCustomer();
      if (share === undefined) return;
      const plan = planPurchase(this.random, { takesPins: this.reader.takesPins, isEarly: share <= EARLY_SHARE });
      this.shift.save(plan);
      await this.#serve(plan);
      this.shift.board.served();
    }
  }

  async #serve(plan: PurchasePlan): Promise<void> {
    const giveUp = plan.isImpatient ? this.client.post(ensurePath(plan), plan.giveUpKey, undefined) : undefined;
    giveUp?.catch(() => undefined); // its failure is told where it is awaited
    const wait = plan.isImpatient ? 1 : WAIT_SECONDS;
    const held = this.reader.read(plan.customer, { choice: this.random.between(0, 99), amountMinor: plan.amountMinor });
    const order = this.#order(plan, held);
    const paid = await this.#step('payment', plan, () => this.client.post('/v1/payments', plan.payKey, order, wait));
    if (giveUp !== undefined) {
      const answer = await this.#step('ensure-cancelled', plan, () => giveUp);
      return this.#expect(answer, [200, 202, 409], 'ensure-cancelled');
    }
    this.#expect(paid, [200, 201, 202], 'payment');
    if (typeof paid.body['id'] !== 'string') return;
    const payment = `/v1/payments/${paid.body['id']}`;
    if ((await this.#answerQuestions(plan, payment, held)) === 'left') return;
    for (const move of plan.moves) await this.#make(plan, payment, move);
    if (plan.kind === 'sale') await this.#telephone(plan, payment);
  }

  /** 電話承認: what the card company wanted to be called about is posted with the number that it gave. */
  async #telephone(plan: PurchasePlan, payment: string): Promise<void> {
    if (!plan.isReferred) return;
    const { body } = await this.#step('look', plan, () => this.client.get(payment));
    if (!(body['allowed_actions'] as readonly string[]).includes(CALL_US)) return;
    const { clientReference: client_reference, key } = plan.voice;
    const answer = await this.#step('voice approval', plan, () =>
      this.client.post(`${payment}/voice-approval`, key, { client_reference, code: 'V12345' }, WAIT_SECONDS),
    );
    this.#expect(answer, [200, 201, 202], 'voice approval');
    this.#count('voice_approval', answer);
  }

  async #make(plan: PurchasePlan, payment: string, { what, share, isFinal, key }: PlannedMove): Promise<void> {
    const path = what === 'ensure_cancelled' ? ensurePath(plan) : payment + PATHS[what];
    const amount = share === undefined ? undefined : Math.max(1, Math.floor(plan.amountMinor * share));
    const body = {
      ...(amount === undefined ? {} : { money: { amount, currency: 'JPY' } }),
      ...(isFinal === undefined ? {} : { final: isFinal }),
    };
    const isMoney = TAKES_MONEY.includes(what);
    const answer = await this.#step(what, plan, () =>
      this.client.post(path, key, isMoney ? body : undefined, WAIT_SECONDS),
    );
    // After a partial approval less is there than was planned.
    if (answer.status === 422 && String(answer.body['code']).startsWith('amount_')) return;
    this.#expect(answer, MOVE_STATUSES, what);
    this.#count(what, answer);
  }

  /** A payment may wait for a currency, a PIN or the chip; whoever cannot give it gives up. */
  async #answerQuestions(plan: PurchasePlan, payment: string, held: HeldCard): Promise<'done' | 'left'> {
    for (let asked = 0; asked < QUESTIONS_MAX; asked += 1) {
      const action = await this.#nextAction(plan, payment);
      if (action === undefined) return 'done';
      if (plan.isSilent && (this.shift.isLong || action !== 'choose_currency')) {
        this.shift.left(plan.clientReference);
        this.shift.took(`left_${action}`);
        return 'left';
      }
      const isAnswered = await this.#answer(action, plan, payment, held);
      if (!isAnswered) {
        const given = await this.#step('give up', plan, () =>
          this.client.post(ensurePath(plan), plan.giveUpKey, undefined),
        );
        this.#expect(given, [200, 202, 409], 'give up');
        return 'done';
      }
    }
    return 'done';
  }

  /** What the payment waits for, once its answer is known. */
  async #nextAction(plan: PurchasePlan, payment: string): Promise<string | undefined> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const { body } = await this.#step('look', plan, () => this.client.get(payment));
      const action = body['required_action'] as { readonly type: string } | null;
      if (action !== null) return action?.type;
      if (!OPEN.includes(String(body['status']))) return undefined;
      await sleep(LOOK_MS);
    }
    return undefined;
  }

  async #answer(action: string, plan: PurchasePlan, payment: string, held: HeldCard): Promise<boolean> {
    if (action === 'choose_currency') return this.#choose(plan, payment);
    const body = action === 'enter_pin' ? this.#pin(held) : this.#chip(held, plan.amountMinor);
    if (body === undefined) return false;
    const key = randomUUID();
    const answer = await this.#step(action, plan, () =>
      this.client.post(`${payment}/continue`, key, body, WAIT_SECONDS),
    );
    this.#expect(answer, MOVE_STATUSES, action);
    this.#count(action, answer);
    return true;
  }

  #pin(held: HeldCard): Body | undefined {
    return this.reader.takesPins ? { pin_block: this.reader.encryptPin(held) } : undefined;
  }

  #chip(held: HeldCard, amountMinor: number): Body | undefined {
    return this.reader.takesPins ? { card_present: this.reader.insert(held, amountMinor).cardPresent } : undefined;
  }

  async #choose(plan: PurchasePlan, payment: string): Promise<boolean> {
    const offered = await this.#step('offer', plan, () =>
      this.client.post(`${payment}/dcc-offers`, randomUUID(), undefined),
    );
    this.#expect(offered, MOVE_STATUSES, 'offer');
    const { id } = offered.body;
    if (typeof id !== 'string') return true; // no rate: it goes on in yen
    const body = { offer_id: id, choice: plan.currency };
    const key = randomUUID();
    const chosen = await this.#step('choice', plan, () =>
      this.client.post(`${payment}/dcc-choice`, key, body, WAIT_SECONDS),
    );
    this.#count('choose_currency', chosen);
    this.#expect(chosen, MOVE_STATUSES, 'choice'); // 409: the offer ran out meanwhile: a new one is asked for
    return true;
  }

  /** What was asked for and taken; what a refusal left undone is not counted. */
  #count(what: string, { status }: Answer): void {
    if (status < 300) this.shift.took(what);
  }

  #step<T>(what: string, plan: PurchasePlan, work: () => Promise<T>): Promise<T> {
    return this.shift.board.during(this.number, { what, reference: plan.clientReference }, work);
  }

  #order(plan: PurchasePlan, { cardPresent }: HeldCard): Body {
    return {
      client_reference: plan.clientReference,
      terminal_id: this.reader.terminal.id,
      kind: plan.kind,
      money: { amount: plan.amountMinor, currency: 'JPY' },
      ...(plan.customer === 'abroad' && { method: 'dcc' }),
      card_present: cardPresent,
    };
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
