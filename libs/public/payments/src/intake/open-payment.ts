import { businessDate, newId } from '@tsunagu/kernel';
import type { CardDisplay, EntryMode, Lane, OpenCardAnswer, TenantContext } from '@tsunagu/contracts';
import { emptyAttempt } from '../change-draft.js';
import { localMethod, startConversion } from '../conversion/start-conversion.js';
import type { MerchantTerminal, OpenedPaymentOrder } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { Payment } from '../payment-record.js';
import { choosePlan } from '../plans/choose-plan.js';
import { NO_PLAN_CONTRACT } from '../plans/plan-rules.js';
import type { Intake } from '../store/payment-store.js';
import { voiceClaim } from '../voice/plan-voice.js';

/** Everything an accepted order is made of. */
export interface OpenedOrder {
  readonly order: Omit<OpenedPaymentOrder, 'opened'>;
  readonly terminal: MerchantTerminal;
  readonly opened: OpenCardAnswer;
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

/** The rows of a new payment: payment, first attempt and its event. @throws PaymentError `method_not_supported`, `plan_not_allowed` */
export function openPayment(ctx: TenantContext, from: OpenedOrder): Intake {
  const { order, now, opened, terminal } = from;
  const asked = newPayment(ctx, from);
  const payment = asked.method === 'dcc' ? startConversion(asked, opened.envelope, terminal.dccCurrencies) : asked;
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
      extra: order.voice === undefined ? {} : { voiceCode: order.voice.code },
    },
    events: [created],
    claim: order.voice === undefined ? undefined : voiceClaim(order.voice.declinedId),
  };
}

function newPayment(ctx: TenantContext, { order, terminal, opened, originNode, now }: OpenedOrder): Payment {
  const { card, tokenId } = opened;
  const { entryMode, amountMinor, currency } = order;
  const method = chooseMethod(order.method, { brand: card.brand, entryMode }, terminal.methods);
  const date = businessDate(now, terminal.cutOffMinutes);
  const contract = terminal.planContract ?? NO_PLAN_CONTRACT;
  return {
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
    presentment: null,
    action: null,
    held: null,
    dcc: null,
    approvalSource: order.voice === undefined ? 'issuer' : 'voice',
    expiresAt: null,
    plan: choosePlan({ card, method, contract, amountMinor, currency, date }, order.plan),
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
