import type { CurrencyCode } from '@tsunagu/kernel';
import type { EntryMode, OpenCardAnswer } from './vault.js';
import type { Lane } from './lanes.js';

/** What every order of a merchant's payment server says. The tenant is that of its line's credential. */
interface HqAsked {
  readonly tenantId: string;
  readonly requestId: string;
  /** How long the api may wait for the outcome, milliseconds; then it tells what is known. */
  readonly waitMs: number;
}

/** A payment that came in by the line of a merchant's payment server; its card is open already. */
export interface HqPaymentOrder extends HqAsked {
  readonly terminalId: string;
  /** Idempotency key and, for ever, client reference: made from the identity of the message. */
  readonly reference: string;
  readonly kind: 'sale' | 'auth';
  readonly method?: Lane;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  /** As the merchant's server said it; whether it is legal is judged with the payment. Each bonus pays the same. */
  readonly plan?: {
    readonly type: string;
    readonly count?: number;
    readonly firstMonth?: number;
    readonly bonusMonths?: readonly number[];
    readonly bonusAmountMinor?: number;
  };
  readonly slipNo?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly entryMode: EntryMode;
  readonly opened: OpenCardAnswer;
}

/** A capture or a refund of a payment that came in by the same line. */
export interface HqMovementOrder extends HqAsked {
  readonly kind: 'capture' | 'refund';
  /** Idempotency key of this movement. */
  readonly intent: string;
  /** Reference of the payment. */
  readonly original: string;
  /** Left out: all that is left. */
  readonly amountMinor?: number;
}

/** Where a payment, or the movement that was asked for, stands. */
export interface HqOutcome {
  /** `open`: not known yet, or a reversal is not acknowledged yet. `undone`: reversed, and acknowledged. */
  readonly state: 'approved' | 'declined' | 'undone' | 'open';
  readonly actionCode: string | null;
  readonly approvalCode: string | null;
  /** What the issuer approved, minor units; less than asked for when it approved a part. */
  readonly approvedMinor: number | null;
  /** Field 55 of the issuer's answer, hex. */
  readonly emvResponse: string | null;
}

/** The api's doors for the switch. Each may be asked again with the same words. @throws RemoteError the codes of the public API, or `card_service_unavailable`: nothing is known */
export abstract class HqIntakePort {
  abstract accept(order: HqPaymentOrder): Promise<HqOutcome>;
  abstract move(order: HqMovementOrder): Promise<HqOutcome>;
  /** Undo it safely, whatever became of it; a reference never seen is burned. Ordered for good when this returns. */
  abstract giveUp(asked: { tenantId: string; requestId: string; reference: string }): Promise<HqOutcome>;
}

/** Paths of the api's internal routes, on a port of their own; all are POST. */
export const INTAKE_ROUTES = {
  accept: '/internal/v1/hq/payments',
  move: '/internal/v1/hq/movements',
  giveUp: '/internal/v1/hq/give-ups',
  /** For operators: attempts of which nobody knows whether they happened, and what two people rule about them. */
  doubts: '/internal/v1/doubts/read',
  rule: '/internal/v1/doubts/rule',
} as const;
