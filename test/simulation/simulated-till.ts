import type { TenantContext } from '@tsunagu/contracts';
import { PaymentError, type AttemptAnswer, type PaymentOrder, type PaymentView } from '@tsunagu/payments';
import type { GatewayHouse } from './gateway-house.js';
import { Life, type VirtualWorld } from './virtual-world.js';
import { shownCard } from './stand-ins.js';
import type { Intent, Move } from './wishes.js';

export const TENANT_ID = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b00';

/** Hears what the till was told; the judge compares it with the issuer. */
export type Witness = (
  reference: string,
  view: Pick<PaymentView, 'customerCharged' | 'final'> & { readonly status?: string },
) => void;

/** Whom a till talks to beside its gateway. */
export interface People {
  readonly witness: Witness;
  /** Calls the card company. @returns the number that it gives (承認番号) */
  readonly telephone: () => string;
}

/** Between the reference of a declined sale and the name of its posting: no reference of a till has it. */
export const BY_TELEPHONE = '+voice';

const WAIT_MS = { min: 0, max: 3_000 };
const RETRY_MS = { min: 20, max: 1_500 };
const TILL_PATIENCE_MS = 4_000;
/** The others press the next key at once. */
const PATIENT_SHARE = 0.8;
const LOOKS_MAX = 12;
const OPEN: ReadonlySet<string> = new Set(['created', 'sending', 'sent_unknown', 'in_doubt']);

/** A terminal that outlives everything: it keeps its intents and repeats each request until it is answered. */
export class SimulatedTill {
  isDone = false;
  readonly #life: Life;

  constructor(
    private readonly world: VirtualWorld,
    private readonly house: GatewayHouse,
    private readonly plan: { readonly terminalId: string; readonly intents: readonly Intent[] },
    private readonly people: People,
  ) {
    this.#life = new Life(world, `till ${plan.terminalId.slice(-1)}`);
    void this.#work().catch((error: unknown) => world.fail(error as Error));
  }

  async #work(): Promise<void> {
    for (const intent of this.plan.intents) await this.#serve(intent);
    this.isDone = true;
  }

  async #serve(intent: Intent): Promise<void> {
    this.world.note(
      () => `till: ${intent.kind} ${intent.reference} ${intent.brand} ¥${intent.amountMinor}, ${intent.story}`,
    );
    const ctx = contextOf(intent);
    const pay = () =>
      this.#untilAnswered(() => this.house.services.intake.accept(ctx, orderOf(intent, this.plan.terminalId)));
    const twin = intent.isDoubled ? pay() : undefined;
    const paid = await pay();
    await twin;
    if (paid === undefined) return;
    this.people.witness(intent.reference, paid.resource);
    await this.#answerQuestions(intent, paid.resource.id);
    await this.#watch(intent, paid.resource.id);
    const voiced = await this.#callAbout(intent, paid.resource.id);
    await (voiced === undefined ? this.#goOn(intent, paid.resource.id) : this.#goOn(voiced.intent, voiced.paymentId));
  }

  async #goOn(intent: Intent, paymentId: string): Promise<void> {
    for (const group of intent.moves) {
      await Promise.all(group.map((move) => this.#make(intent, move, paymentId)));
      if (this.world.random.chance(PATIENT_SHARE)) await this.#settled(paymentId);
      await this.#watch(intent, paymentId);
    }
  }

  /** 電話承認: one sale, one number, one posting; the hurried clerk posts it twice, under two names. */
  async #callAbout(intent: Intent, paymentId: string): Promise<{ intent: Intent; paymentId: string } | undefined> {
    if (intent.call === 'not called') return undefined;
    const view = await this.#untilAnswered(() => this.house.services.read(paymentId));
    if (view?.allowedActions.includes('voice_approval') !== true) return undefined;
    const code = this.people.telephone();
    const names = intent.call === 'posted' ? [BY_TELEPHONE] : [BY_TELEPHONE, `${BY_TELEPHONE}-again`];
    const posted = await Promise.all(
      names.map(async (name) => {
        const voiced = { ...intent, reference: intent.reference + name };
        const { reference } = voiced;
        const order = { idempotency: { key: reference, fingerprint: reference }, clientReference: reference, code };
        const taken = await this.#untilAnswered(() =>
          this.house.services.voices.post(contextOf(voiced), paymentId, order),
        );
        this.world.note(() => `till: ${reference} ${taken === undefined ? 'refused' : 'posted'}`);
        if (taken !== undefined) this.people.witness(reference, taken.resource);
        return taken && { intent: voiced, paymentId: taken.resource.id };
      }),
    );
    const taken = posted.find((one) => one !== undefined);
    if (taken !== undefined) await this.#settled(taken.paymentId);
    return taken;
  }

  /** Look at the payment now and then, as a till does that polls. */
  async #watch(intent: Intent, paymentId: string): Promise<void> {
    for (let looks = this.world.random.between(0, 3); looks > 0; looks -= 1) {
      await this.#pause();
      const view = await this.#untilAnswered(() => this.house.services.read(paymentId));
      if (view !== undefined) this.people.witness(intent.reference, view);
    }
  }

  /** A payment may ask for a currency first, and for a PIN after that; the holder may not care. */
  async #answerQuestions(intent: Intent, paymentId: string): Promise<void> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const view = await this.#untilAnswered(() => this.house.services.read(paymentId));
      if (view === undefined) return;
      const type = view.action?.type;
      if (type === undefined && view.status !== 'processing') return;
      if (type === 'choose_currency' && !(await this.#choose(intent, paymentId, looks === 0))) return;
      if (type === 'insert_chip' && !(await this.#insertChip(intent, paymentId, looks === 0))) return;
      if (type === 'enter_pin' && !(await this.#typePin(intent, paymentId, view.attempts.length))) return;
      await this.#pause();
    }
  }

  /** @returns false when nobody will come back to this payment */
  async #choose(intent: Intent, paymentId: string, isFirst: boolean): Promise<boolean> {
    const { currency, reference } = intent;
    const ctx = contextOf(intent);
    if (currency === 'cancels') return this.#cancel(intent, paymentId);
    const asked = await this.#untilAnswered(() => this.house.services.choices.offer(ctx, paymentId));
    if (currency === null || currency === 'walks away') return false;
    const offer = asked?.offer ?? null;
    if (offer === null) return true;
    if (currency === 'too late' && isFirst) await this.#sleep(this.world.random.between(1_000, 45_000));
    const say = (choice: 'local' | 'foreign') => {
      const idempotency = { key: `${reference}-${choice}-${offer.id}`, fingerprint: choice };
      const order = { idempotency, offerId: offer.id, choice, shown: {} };
      return this.#untilAnswered(() => this.house.services.choices.choose(ctx, paymentId, order));
    };
    if (currency === 'both at once') await Promise.all([say('foreign'), say('local')]);
    else await say(currency === 'local' ? 'local' : 'foreign');
    return true;
  }

  async #typePin(intent: Intent, paymentId: string, attempts: number): Promise<boolean> {
    const { pin, reference } = intent;
    if (pin === 'walks away') return false;
    if (pin === 'cancels') return this.#cancel(intent, paymentId);
    const type = (times: string) => {
      const idempotency = { key: `${reference}-pin-${attempts}${times}`, fingerprint: 'pin' };
      const order = { idempotency, pinBlock: { format: 'iso4', ksn: '00', data: '00' } } as const;
      return this.#untilAnswered(() => this.house.services.continuations.continue(contextOf(intent), paymentId, order));
    };
    await Promise.all(pin === 'typed' ? [type('')] : [type(' once'), type(' twice')]);
    return true;
  }

  /** The chip of the same card; a confused holder inserts another one first. */
  async #insertChip(intent: Intent, paymentId: string, isFirst: boolean): Promise<boolean> {
    const { chip, reference, brand } = intent;
    if (chip === 'walks away') return false;
    if (chip === 'cancels') return this.#cancel(intent, paymentId);
    const isAnother = chip === 'another card first' && isFirst;
    const insert = (times: string) => {
      const idempotency = { key: `${reference}-chip-${isAnother ? 'other' : ''}${times}`, fingerprint: 'chip' };
      const ciphertext = shownCard(brand, isAnother);
      const card = { format: 'dukpt_aes', ksn: '01', ciphertext, entryMode: 'chip' } as const;
      const order = { idempotency, card };
      return this.#untilAnswered(() => this.house.services.continuations.continue(contextOf(intent), paymentId, order));
    };
    await Promise.all(chip === 'inserted twice at once' ? [insert(' once'), insert(' twice')] : [insert('')]);
    return true;
  }

  async #cancel(intent: Intent, paymentId: string): Promise<false> {
    await this.#make(intent, { name: 'give-up-question', what: 'cancel' }, paymentId);
    return false;
  }

  /** Most clerks wait until a movement has ended before they begin the next one. */
  async #settled(paymentId: string): Promise<void> {
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const view = await this.#untilAnswered(() => this.house.services.read(paymentId));
      if (view === undefined || !view.attempts.some(({ status }) => OPEN.has(status))) return;
      await this.#pause();
    }
  }

  async #make(intent: Intent, { name, what, amountMinor, isFinal }: Move, paymentId: string): Promise<void> {
    const ctx = contextOf(intent);
    const order = {
      idempotency: { key: `${intent.reference}-${name}`, fingerprint: name },
      ...(amountMinor && { amountMinor }),
    };
    const actions = () => this.house.services.actions;
    const REQUESTS: Readonly<Record<Move['what'], () => Promise<unknown>>> = {
      capture: () => actions().capture(ctx, paymentId, { ...order, ...(isFinal !== undefined && { final: isFinal }) }),
      increase: () => actions().increase(ctx, paymentId, { ...order, amountMinor: amountMinor ?? 0 }),
      release: () => actions().release(ctx, paymentId, order),
      refund: () => actions().refund(ctx, paymentId, order),
      cancel: () => actions().cancel(ctx, paymentId, order),
      ensure_cancelled: () => actions().ensureCancelled(ctx, intent.reference),
    };
    const answer = await this.#untilAnswered(REQUESTS[what]);
    this.world.note(() => `till: ${intent.reference} ${name} ${answer === undefined ? 'refused' : 'taken'}`);
    if (what === 'ensure_cancelled' && answer !== undefined)
      this.people.witness(intent.reference, answer as AttemptAnswer);
  }

  /** @returns undefined when the gateway refused: that is an answer too */
  async #untilAnswered<T>(request: () => Promise<T>): Promise<T | undefined> {
    for (;;) {
      const answer = await this.#once(request);
      if (answer !== 'again') return answer;
      await this.#sleep(this.world.random.between(RETRY_MS.min, RETRY_MS.max));
    }
  }

  /** One HTTP exchange: the api may die under it, and the answer may never come. */
  #once<T>(request: () => Promise<T>): Promise<T | undefined | 'again'> {
    const { api } = this.house;
    return new Promise((resolve) => {
      const again = () => resolve('again');
      if (!api.alive) return this.#life.after(5, again);
      api.onDeath(() => this.#life.after(1, again));
      this.#life.after(TILL_PATIENCE_MS, again);
      request().then(resolve, (error: unknown) => {
        const isRefusal = error instanceof PaymentError && error.code !== 'idempotency_in_progress';
        this.#life.after(1, () => resolve(isRefusal ? undefined : 'again'));
      });
    });
  }

  #pause(): Promise<void> {
    const { random } = this.world;
    return this.#sleep(random.chance(0.3) ? random.between(0, 60) : random.between(WAIT_MS.min, WAIT_MS.max));
  }

  #sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.#life.after(delayMs, resolve));
  }
}

/** Everything of one intent travels under its reference, to the issuer's books and back. */
function contextOf(intent: Intent): TenantContext {
  return { tenantId: TENANT_ID, requestId: intent.reference };
}

function orderOf(intent: Intent, terminalId: string): PaymentOrder {
  return {
    idempotency: { key: intent.reference, fingerprint: intent.reference },
    clientReference: intent.reference,
    terminalId,
    kind: intent.kind,
    amountMinor: intent.amountMinor,
    currency: 'JPY',
    ...(intent.currency === null ? {} : { method: 'dcc' as const }),
    card: { format: 'dukpt_aes', ksn: '00', ciphertext: shownCard(intent.brand), entryMode: 'contactless' },
  };
}
