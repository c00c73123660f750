import type { TenantContext } from '@tsunagu/contracts';
import { PaymentError, type AttemptAnswer, type PaymentOrder, type PaymentView } from '@tsunagu/payments';
import type { GatewayHouse } from './gateway-house.js';
import { Life, type VirtualWorld } from './virtual-world.js';

export const TENANT_ID = '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b00';

type Ending = 'nothing' | 'capture' | 'refund' | 'partial_refund' | 'cancel' | 'ensure_cancelled';
const ENDINGS: readonly Ending[] = [
  'nothing',
  'nothing',
  'capture',
  'refund',
  'partial_refund',
  'cancel',
  'ensure_cancelled',
];

/** One thing that a customer wants; decided before anything is sent, and named the same in every retry. */
export interface Intent {
  readonly reference: string;
  readonly kind: 'sale' | 'auth';
  readonly amountMinor: number;
  readonly ending: Ending;
  /** Send the same request twice at once: a proxy that retries, or a nervous clerk. */
  readonly isDoubled: boolean;
}

/** Hears what the till was told; the judge compares it with the issuer. */
export type Witness = (reference: string, view: Pick<PaymentView, 'customerCharged' | 'final'>) => void;

const WAIT_MS = { min: 0, max: 3_000 };
const RETRY_MS = { min: 20, max: 1_500 };
const TILL_PATIENCE_MS = 4_000;

/** A terminal that outlives everything: it keeps its intents and repeats each request until it is answered. */
export class SimulatedTill {
  isDone = false;
  readonly #life: Life;

  constructor(
    private readonly world: VirtualWorld,
    private readonly house: GatewayHouse,
    private readonly plan: { readonly terminalId: string; readonly intents: readonly Intent[] },
    private readonly witness: Witness,
  ) {
    this.#life = new Life(world, `till ${plan.terminalId.slice(-1)}`);
    void this.#work().catch((error: unknown) => world.fail(error as Error));
  }

  async #work(): Promise<void> {
    for (const intent of this.plan.intents) await this.#serve(intent);
    this.isDone = true;
  }

  async #serve(intent: Intent): Promise<void> {
    this.world.note(() => `till: ${intent.kind} ${intent.reference} ¥${intent.amountMinor} then ${intent.ending}`);
    const ctx = contextOf(intent);
    const pay = () =>
      this.#untilAnswered(() => this.house.services.intake.accept(ctx, orderOf(intent, this.plan.terminalId)));
    const twin = intent.isDoubled ? pay() : undefined;
    const paid = await pay();
    await twin;
    if (paid === undefined) return;
    this.witness(intent.reference, paid.resource);
    await this.#watch(intent, paid.resource.id);
    await this.#end(intent, paid.resource.id);
    await this.#watch(intent, paid.resource.id);
  }

  /** Look at the payment now and then, as a till does that polls. */
  async #watch(intent: Intent, paymentId: string): Promise<void> {
    for (let looks = this.world.random.between(0, 3); looks > 0; looks -= 1) {
      await this.#pause();
      const view = await this.#untilAnswered(() => this.house.services.read(paymentId));
      if (view !== undefined) this.witness(intent.reference, view);
    }
  }

  async #end(intent: Intent, paymentId: string): Promise<void> {
    const ctx = contextOf(intent);
    const { reference, ending, amountMinor } = intent;
    const idempotency = { key: `${reference}-then`, fingerprint: ending };
    const half = Math.ceil(amountMinor / 2);
    const { actions } = { actions: () => this.house.services.actions };
    const STEPS: Readonly<Record<Ending, (() => Promise<unknown>) | undefined>> = {
      nothing: undefined,
      capture: () => actions().capture(ctx, paymentId, { idempotency }),
      refund: () => actions().refund(ctx, paymentId, { idempotency }),
      partial_refund: () => actions().refund(ctx, paymentId, { idempotency, amountMinor: half, kind: 'henpin' }),
      cancel: () => actions().cancel(ctx, paymentId, { idempotency }),
      ensure_cancelled: () => actions().ensureCancelled(ctx, reference),
    };
    const step = STEPS[ending];
    if (step === undefined) return;
    const answer = await this.#untilAnswered(step);
    if (ending === 'ensure_cancelled' && answer !== undefined) this.witness(reference, answer as AttemptAnswer);
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

/** The seeded wish of one customer. */
export function drawIntent(world: VirtualWorld, reference: string): Intent {
  const { random } = world;
  const ending = random.pick(ENDINGS);
  const isAuth = ending === 'capture' || (ending === 'cancel' && random.chance(0.6)) || random.chance(0.1);
  return {
    reference,
    kind: isAuth ? 'auth' : 'sale',
    amountMinor: random.between(1, 9_999),
    ending,
    isDoubled: random.chance(0.25),
  };
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
    card: { format: 'dukpt_aes', ksn: '00', ciphertext: '00', entryMode: 'contactless' },
  };
}
