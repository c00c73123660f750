import { businessDate, toWireId } from '@tsunagu/kernel';
import { decodeTlv, findTag, TlvFormatError } from '@tsunagu/emv';
import type { MerchantTerminal, PaymentResponse, PaymentView, RefundView } from '@tsunagu/payments';
import {
  cardCompanyOf,
  type ReceiptChip,
  type ReceiptConversion,
  type ReceiptFacts,
  type ReceiptKind,
} from '@tsunagu/receipts';

/** What a slip is made of. */
export interface SlipSource {
  readonly view: PaymentView;
  /** The same payment as clients see it: its words for clerk and customer stand on the slip. */
  readonly wire: PaymentResponse;
  readonly terminal: MerchantTerminal;
}

/** The slip of a payment. @returns null while there is nothing to print: the till has to do something first */
export function paymentFacts(source: SlipSource): ReceiptFacts | null {
  const { view, wire } = source;
  const kind = kindOf(view);
  if (kind === null) return null;
  return {
    ...commonFacts(source),
    ...paymentAmounts(view, kind),
    ...declineFacts(wire),
    kind,
    reference: wire.id,
    occurredAt: view.createdAt,
    businessDate: view.businessDate,
    approvalCode: view.approvalCode,
    cvm: view.presentment?.cvm ?? null,
    signedAt: SIGNED_KINDS.has(kind) ? (view.signature?.receivedAt ?? null) : null,
    chip: chipOf(view),
    conversion: conversionOf(view.dcc, wire.dcc?.amount ?? null),
  };
}

/** Slips that the holder signs: what is cancelled, or came to nothing, was not agreed to. */
const SIGNED_KINDS: ReadonlySet<ReceiptKind> = new Set(['sale', 'authorization', 'capture', 'offline']);

function paymentAmounts(
  { amountMinor, authorizedMinor, capturedMinor }: PaymentView,
  kind: ReceiptKind,
): Pick<ReceiptFacts, 'amountMinor' | 'requestedMinor' | 'originalMinor'> {
  if (kind === 'capture') return { amountMinor: capturedMinor, requestedMinor: null, originalMinor: authorizedMinor };
  const isApproved = authorizedMinor > 0;
  const isPartial = isApproved && authorizedMinor < amountMinor && (kind === 'sale' || kind === 'authorization');
  return {
    amountMinor: isApproved ? authorizedMinor : amountMinor,
    requestedMinor: isPartial ? amountMinor : null,
    originalMinor: null,
  };
}

function declineFacts({ decline, cashier_state }: PaymentResponse): Pick<ReceiptFacts, 'decline' | 'issuerMessage'> {
  if (decline === null) return { decline: null, issuerMessage: null };
  const words = { customer: { ...decline.customer_messages }, cashier: { ...cashier_state.messages } };
  return { decline: { ...words, code: decline.raw?.code ?? null }, issuerMessage: decline.issuer_message };
}

/** The slip of a refund (取消 or 返品) of that payment. */
export function refundFacts(source: SlipSource, refund: RefundView): ReceiptFacts {
  const { view, wire, terminal } = source;
  const attempt = view.attempts.find(({ id }) => id === refund.attemptId);
  return {
    ...commonFacts(source),
    kind: refundKind(refund),
    reference: toWireId('ref', refund.id),
    slipNo: refund.slipNo ?? null,
    originalSlipNo: view.slipNo,
    occurredAt: refund.createdAt,
    businessDate: businessDate(refund.createdAt, terminal.cutOffMinutes),
    approvalCode: attempt?.approvalCode ?? null,
    amountMinor: refund.amountMinor,
    requestedMinor: null,
    originalMinor: view.capturedMinor,
    cvm: null,
    chip: null,
    // A cancel takes back all that was paid and says no share of its own.
    conversion: conversionOf(
      view.dcc,
      (refund.kind === 'torikeshi' ? wire.dcc?.amount : attempt?.foreignMinor) ?? null,
    ),
    decline: null,
    issuerMessage: null,
  };
}

type Common = Pick<
  ReceiptFacts,
  | 'isLive'
  | 'shop'
  | 'slipNo'
  | 'clerk'
  | 'method'
  | 'isOfAuthorization'
  | 'cardCompany'
  | 'card'
  | 'approvalSource'
  | 'currency'
  | 'plan'
>;

function commonFacts({ view, wire, terminal }: SlipSource): Common {
  const { card } = view;
  return {
    isLive: wire.livemode,
    shop: {
      name: terminal.storeName,
      phone: terminal.storePhone ?? null,
      terminal: terminal.wireTerminal,
      merchant: terminal.wireMerchant,
    },
    slipNo: view.slipNo,
    clerk: view.clerk,
    method: methodOf(view),
    isOfAuthorization: view.kind === 'auth',
    cardCompany: cardCompanyOf(view.attempts.findLast(({ network }) => network !== null)?.network?.link ?? null),
    card: card === null ? null : { brand: card.brand, bin6: card.bin6, last4: card.last4, entryMode: view.entryMode },
    approvalSource: view.approvalSource,
    currency: view.currency,
    plan: planOf(view),
  };
}

/** Kind of each status; null: nothing has happened that a slip could say. Later refunds have slips of their own. */
const KIND_OF: Readonly<Record<PaymentView['status'], ReceiptKind | null>> = {
  requires_action: null,
  processing: 'unknown',
  unknown: 'unknown',
  authorized: 'authorization',
  partially_captured: 'sale',
  captured: 'sale',
  partially_refunded: 'sale',
  refunded: 'sale',
  voided: 'voided',
  declined: 'declined',
  expired: 'expired',
  offline_accepted: 'offline',
  offline_lost: 'declined',
};

function kindOf({ status, kind, authorizedMinor }: PaymentView): ReceiptKind | null {
  const found = KIND_OF[status];
  // Given up before anybody approved it: no money goes back, so no slip says that some does.
  if (found === 'voided' && authorizedMinor === 0) return 'declined';
  return found === 'sale' && kind === 'auth' ? 'capture' : found;
}

function refundKind({ kind, status }: RefundView): ReceiptKind {
  if (status === 'approved') return kind;
  return status === 'declined' ? 'refund_declined' : 'refund_unknown';
}

function methodOf({ method, card }: PaymentView): ReceiptFacts['method'] {
  if (method === 'unionpay') return 'unionpay';
  return card?.funding === 'debit' || card?.funding === 'prepaid' ? card.funding : 'credit';
}

/** UnionPay and converted sales are paid at once and know no plans: nothing is said of one. */
function planOf({ plan, method, dcc }: PaymentView): ReceiptFacts['plan'] {
  if (plan === null || method === 'unionpay' || dcc?.status === 'accepted') return null;
  const bonusMonths = [...new Set((plan.bonuses ?? []).map(({ month }) => month))];
  return { type: plan.type, count: plan.count ?? null, bonusMonths, schedule: plan.schedule };
}

function conversionOf(dcc: PaymentView['dcc'], foreignMinor: number | null): ReceiptConversion | null {
  if (dcc?.status !== 'accepted' || dcc.currency === null || dcc.rate === null || foreignMinor === null) return null;
  const { currency, rate, markupBps, rateSource, disclaimer } = dcc;
  return { currency, foreignMinor, rate, markupBps: markupBps ?? 0, rateSource, disclaimer };
}

function chipOf({ presentment, emvResponse }: PaymentView): ReceiptChip | null {
  const tags = { ...presentment?.emv, ...answerTags(emvResponse) };
  const aid = presentment?.application?.aid ?? tags['84'] ?? tags['4F'] ?? null;
  if (aid === null && Object.keys(tags).length === 0) return null;
  const label = presentment?.application?.label ?? asciiOf(tags['50']);
  return { aid, label, tags };
}

function asciiOf(hex: string | undefined): string | null {
  const text = Buffer.from(hex ?? '', 'hex').toString('latin1');
  return /^[\x20-\x7e]{1,16}$/.test(text) ? text : null;
}

/** The response code (8A) that the issuer sent for the chip; a broken answer has none. */
function answerTags(emvResponse: string | null): Record<string, string> {
  if (emvResponse === null) return {};
  try {
    const code = findTag(decodeTlv(Buffer.from(emvResponse, 'hex')), '8A');
    return code === undefined ? {} : { '8A': code.value.toString('hex').toUpperCase() };
  } catch (error) {
    if (error instanceof TlvFormatError) return {};
    throw error;
  }
}
