import { businessDate, newId } from '@tsunagu/kernel';
import type { CardDisplay, EntryMode, Lane, OpenCardAnswer, Presentment, TenantContext } from '@tsunagu/contracts';
import { emptyAttempt } from '../change-draft.js';
import { localMethod, noConversion, startConversion } from '../conversion/start-conversion.js';
import { brandOf } from '../methods/rule-of-payment.js';
import type { MerchantTerminal, OpenedPaymentOrder } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { Payment } from '../payment-record.js';
import { choosePlan } from '../plans/choose-plan.js';
import { NO_PLAN_CONTRACT } from '../plans/plan-rules.js';
import { heldFor, requiredAction } from '../presentment/ask-for-pin.js';
import { pinFact } from '../presentment/continue-payment.js';
import type { ReadPresentment } from '../presentment/read-presentment.js';
import { proofMissing, readShown, type ShownCard } from '../presentment/show-card.js';
import type { Intake } from '../store/payment-store.js';
import { voiceClaim } from '../voice/plan-voice.js';

/** Everything an accepted order is made of. */
export interface OpenedOrder {
  readonly order: Omit<OpenedPaymentOrder, 'opened'>;
  readonly terminal: MerchantTerminal;
  readonly opened: OpenCardAnswer;
  /** What the till said of the reading; undefined: nothing is judged, and nobody is asked for more. */
  readonly shown?: ShownCard;
  readonly originNode: string;
  readonly now: Date;
}

/**
 * The lane of a payment: what the till says, else what the card says. The terminal's contract must have it.
 * @throws PaymentError `method_not_supported`
 */
export function chooseMethod(
  asked: Lane | undefined,
  card: { readonly brand: CardDisplay['brand']; readonly entryMode: EntryMode },
  contracted: readonly Lane[],
): Lane {
  const local = localMethod({ card, entryMode: card.entryMode });
  const method = asked ?? local;
  // A choice of currency may end in the local one: its lane is needed as well.
  const needed = method === 'dcc' ? [method, local] : [method];
  if (!needed.every((lane) => contracted.includes(lane))) throw new PaymentError('method_not_supported', { method });
  if (method === 'unionpay' && card.brand !== 'unionpay') throw new PaymentError('method_not_supported', { method });
  return method;
}

/** The rows of a new payment: payment, first attempt and its event. @throws PaymentError `method_not_supported`, `plan_not_allowed`, `card_data_invalid`, `verification_required` */
export function openPayment(ctx: TenantContext, from: OpenedOrder): Intake {
  const { order, now, opened } = from;
  const payment = waitForTill(newPayment(ctx, from), from);
  const created = { type: 'payment.created', sequence: 1, previous: null };
  if (payment.status === 'requires_action') {
    const required = { type: 'payment.action_required', sequence: 2, previous: { status: 'processing' } };
    return {
      idempotency: order.idempotency,
      payment: { ...payment, sequence: 2 },
      attempt: null,
      events: [created, required],
    };
  }
  return {
    idempotency: order.idempotency,
    payment,
    attempt: {
      ...emptyAttempt(now),
      paymentId: payment.id,
      ordinal: 1,
      kind: order.kind,
      amountMinor: order.amountMinor,
      requestId: ctx.requestId,
      envelope: opened.envelope,
      extra: order.voice === undefined ? pinFact(payment.presentment) : { voiceCode: order.voice.code },
    },
    events: [created],
    claim: order.voice === undefined ? undefined : voiceClaim(order.voice.declinedId),
  };
}

/** A payment that cannot be sent yet: a proof of the holder is missing, or his choice of currency. The proof goes first. */
function waitForTill({ payment, asks }: NewPayment, { opened, terminal, now }: OpenedOrder): Payment {
  const missing = payment.presentment === null ? undefined : proofMissing(payment, asks, terminal);
  if (missing === undefined)
    return payment.method === 'dcc' ? startConversion(payment, opened.envelope, terminal.dccCurrencies) : payment;
  // Its currency cannot be chosen while it waits for something else: such a card pays in the local one.
  const local = payment.method === 'dcc' ? { method: localMethod(payment), dcc: noConversion('unavailable') } : {};
  const action = requiredAction(missing.type, now);
  const held = heldFor(missing.type, opened.envelope);
  return { ...payment, ...local, status: 'requires_action', action, held, expiresAt: new Date(action.expiresAt) };
}

/** A payment before anybody was asked for anything. */
interface NewPayment {
  readonly payment: Payment;
  /** What its card asked for and did not get. */
  readonly asks: ReadPresentment['asks'];
}

function newPayment(ctx: TenantContext, from: OpenedOrder): NewPayment {
  const { order, terminal, opened, originNode, now } = from;
  const { card, tokenId } = opened;
  const { entryMode, amountMinor, currency } = order;
  const date = businessDate(now, terminal.cutOffMinutes);
  const { presentment, asks } = readingOf(from, date);
  const brand = brandOf({ presentment, card });
  const method = chooseMethod(order.method, { brand, entryMode }, terminal.methods);
  const contract = terminal.planContract ?? NO_PLAN_CONTRACT;
  const payment: Payment = {
    id: newId(now),
    tenantId: ctx.tenantId,
    storeId: terminal.storeId,
    terminalId: terminal.id,
    clientReference: order.clientReference,
    kind: order.kind,
    method,
    status: 'processing',
    reason: null,
    amountMinor,
    currency,
    ...NOTHING_MOVED,
    tokenId,
    card,
    entryMode,
    presentment,
    action: null,
    held: null,
    dcc: null,
    approvalSource: order.voice === undefined ? 'issuer' : 'voice',
    expiresAt: null,
    plan: choosePlan({ card: { ...card, brand }, method, contract, amountMinor, currency, date }, order.plan),
    slipNo: order.slipNo ?? null,
    clerk: order.clerk ?? null,
    metadata: order.metadata ?? {},
    acceptor: {
      terminal: terminal.wireTerminal,
      merchant: terminal.wireMerchant,
      mcc: terminal.mcc,
      name: terminal.storeName,
    },
    sequence: 1,
    businessDate: date,
    cutOffMinutes: terminal.cutOffMinutes,
    originNode,
    createdAt: now,
    updatedAt: now,
  };
  return { payment, asks };
}

function readingOf(
  { shown, opened, terminal }: OpenedOrder,
  businessDate: string,
): {
  readonly presentment: Presentment | null;
  readonly asks: ReadPresentment['asks'];
} {
  return shown === undefined
    ? { presentment: null, asks: null }
    : readShown(shown, { ...opened, businessDate }, terminal);
}

const NOTHING_MOVED = {
  authorizedMinor: 0,
  capturedMinor: 0,
  captureTolerancePercent: 0,
  capturePendingMinor: 0,
  refundedMinor: 0,
  refundPendingMinor: 0,
  approvalCode: null,
  actionCode: null,
  emvResponse: null,
  cancelRequested: false,
} as const;
