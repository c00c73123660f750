/** The parts of the API's payment that the till shows. Members that a centre may not send yet are optional. @source api-conventions.md §5 */
export interface TillPayment {
  readonly id: string;
  readonly status: string;
  readonly final: boolean;
  readonly customer_charged: string;
  readonly kind: string;
  readonly method: string;
  readonly client_reference: string;
  readonly money: WireMoney;
  readonly authorized: WireMoney;
  readonly captured: WireMoney;
  readonly refunded: WireMoney;
  readonly payment_plan: WirePlan;
  readonly card: { readonly brand: string; readonly last4: string; readonly bin6: string } | null;
  readonly entry_mode: string;
  readonly approval_code: string | null;
  readonly cashier_state: { readonly code: string; readonly message_ja: string; readonly message_en: string };
  readonly allowed_actions: readonly string[];
  readonly cancel_requested: boolean;
  readonly pending_unknown: readonly string[];
  readonly sequence: number;
  readonly created_at: string;
  readonly required_action?: { readonly type: string; readonly expires_at: string } | null;
  readonly presentment?: { readonly cvm: string | null } | null;
  readonly dcc?: WireConversion | null;
  /** That the centre keeps a signature; never the picture. */
  readonly signature?: { readonly received_at: string } | null;
}

export interface WireMoney {
  readonly amount: number;
  readonly currency: string;
  readonly amount_display: string;
}

export interface WirePlan {
  readonly type: string;
  readonly count: number | null;
  readonly name: string;
  readonly bonus_months: readonly number[];
  readonly schedule: readonly { readonly date: string; readonly money: WireMoney; readonly bonus: boolean }[];
  readonly cardholder_fee: string | null;
}

export interface WireConversion {
  readonly status: string;
  readonly amount_display: string | null;
}

/** How the end of a payment is to be told: never by colour alone. */
export type Tone = 'good' | 'bad' | 'wait' | 'plain';

/** The one word above `cashier_state`. */
export type Verdict =
  'approved' | 'partly' | 'declined' | 'cancelled' | 'refunded' | 'partly_refunded' | 'ended' | 'checking' | 'sending';

const VERDICTS: Readonly<Record<string, Verdict>> = {
  requires_action: 'sending',
  processing: 'sending',
  authorized: 'approved',
  partially_captured: 'approved',
  captured: 'approved',
  partially_refunded: 'partly_refunded',
  refunded: 'refunded',
  voided: 'cancelled',
  declined: 'declined',
  expired: 'ended',
  unknown: 'checking',
  offline_accepted: 'approved',
  offline_lost: 'declined',
};

const TONES: Readonly<Record<Verdict, Tone>> = {
  approved: 'good',
  partly: 'wait',
  declined: 'bad',
  cancelled: 'plain',
  refunded: 'plain',
  partly_refunded: 'plain',
  ended: 'plain',
  checking: 'wait',
  sending: 'wait',
};

const OPEN_CODES: readonly string[] = ['unknown', 'in_doubt', 'refund_pending', 'movement_pending', 'cancelling'];

/**
 * What the big word says. `cashier_state` outranks the status: it knows of movements without an answer and of half approvals.
 * A status or code that this page has never heard of reads "being checked".
 */
export function verdictOf({ status, cashier_state: { code } }: TillPayment): { verdict: Verdict; tone: Tone } {
  const verdict = verdictBy(status, code);
  return { verdict, tone: TONES[verdict] };
}

function verdictBy(status: string, code: string): Verdict {
  if (OPEN_CODES.includes(code)) return 'checking';
  if (code === 'partially_approved') return 'partly';
  return VERDICTS[status] ?? 'checking';
}

/** Nothing about it changes by itself: the till may go on. */
export function isQuiet(payment: TillPayment): boolean {
  const isCanceling = payment.cancel_requested && !['voided', 'declined', 'expired'].includes(payment.status);
  return payment.final && !isCanceling && payment.pending_unknown.length === 0;
}

/** What the customer has to do, as far as this till can ask for it. */
export type CustomerTask = 'choose_currency' | 'enter_pin' | 'insert_chip';
const TASKS: readonly string[] = ['choose_currency', 'enter_pin', 'insert_chip'] satisfies CustomerTask[];

export function taskOf({ status, required_action: action }: TillPayment): CustomerTask | undefined {
  if (status !== 'requires_action' || action === null || action === undefined) return undefined;
  return TASKS.includes(action.type) ? (action.type as CustomerTask) : undefined;
}

/** The slip has a line to sign on, and nobody has signed. @source payment-features.md §10 */
export function wantsSignature(payment: TillPayment): boolean {
  return (
    ['signature', 'offline_pin_and_signature'].includes(payment.presentment?.cvm ?? '') &&
    ['authorized', 'captured'].includes(payment.status) &&
    (payment.signature ?? null) === null
  );
}
