import { ApiProperty } from '@nestjs/swagger';
import { CURRENCIES } from '@tsunagu/kernel';
import { LANES } from '@tsunagu/contracts';
import { CashierStateResponse, DeclineResponse, RawCodeResponse } from './words.response.js';
import { ConversionResponse, PresentmentResponse, RequiredActionResponse } from './waiting.response.js';

/** Statuses of a payment on the wire; clients accept unknown ones. */
export const PAYMENT_STATUSES = [
  'requires_action', 'processing', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded',
  'voided', 'declined', 'expired', 'unknown', 'offline_accepted', 'offline_lost',
] as const; // prettier-ignore

/** What a till may ask of a payment, each a route of its own; clients accept unknown ones. */
const PAYMENT_ACTIONS = [
  'capture', 'increase', 'release', 'cancel', 'refund', 'continue', 'choose_currency', 'voice_approval', 'ensure_cancelled',
] as const; // prettier-ignore

/** Statuses of an attempt on the wire. */
export const ATTEMPT_STATUSES = [
  'created', 'sending', 'not_sent', 'approved', 'declined', 'sent_unknown', 'in_doubt', 'reversed', 'stored_offline',
  'declined_after_goods', 'expired', 'written_off', 'abandoned',
] as const; // prettier-ignore

const CHARGED = ['yes', 'no', 'unknown'] as const;
const wireId = (prefix: string) => ({
  pattern: `^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`,
  example: `${prefix}_01JDA0Q5P8F6TBN3X2V7K9M4RE`,
});
const text = { type: String, nullable: true } as const;
const instant = { type: String, format: 'date-time', example: '2026-11-22T03:04:05.678Z' } as const;

export class MoneyResponse {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: 999_999_999_999,
    example: 1500,
    description: 'Minor units by the ISO 4217 exponent: JPY 1,500 is 1500, USD 12.00 is 1200',
  })
  amount!: number;
  @ApiProperty({ enum: Object.keys(CURRENCIES), example: 'JPY' })
  currency!: string;
  @ApiProperty({ example: '¥1,500', description: 'For people; never parse it' })
  amount_display!: string;
}

export class CardResponse {
  @ApiProperty({ enum: ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'] })
  brand!: string;
  @ApiProperty({ example: '353011' })
  bin6!: string;
  @ApiProperty({ example: '0000' })
  last4!: string;
  @ApiProperty({ type: 'integer', nullable: true, minimum: 1, maximum: 12 })
  exp_month!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 2030 })
  exp_year!: number | null;
  @ApiProperty({ ...text, description: 'Name of the issuer, when known' })
  issuer_name!: string | null;
  @ApiProperty({ enum: ['credit', 'debit', 'prepaid', 'unknown'] })
  funding!: string;
  @ApiProperty({ ...text, description: 'ISO 3166-1 alpha-2 country of the issuer' })
  country!: string | null;
  @ApiProperty({ ...text, description: 'Wallet, when the card was presented by one' })
  wallet!: string | null;
}

export class PlanPaymentResponse {
  @ApiProperty({ example: '2026-12', description: 'Month in which the issuer bills it' })
  month!: string;
  @ApiProperty({ format: 'date', example: '2026-12-10', description: 'Day of payment before holidays are counted' })
  date!: string;
  @ApiProperty({ type: MoneyResponse })
  money!: MoneyResponse;
  @ApiProperty({ example: false, description: 'Paid with a bonus' })
  bonus!: boolean;
}

/** 支払区分: how the holder pays the issuer. */
export class PlanResponse {
  @ApiProperty({ enum: ['one_time', 'installments', 'revolving', 'bonus', 'bonus_combined'] })
  type!: string;
  @ApiProperty({ type: 'integer', nullable: true, example: null })
  count!: number | null;
  @ApiProperty({ ...text, example: '10', description: 'Names the plan within its table' })
  id!: string | null;
  @ApiProperty({ ...text, example: '10', description: 'Two digits of the wire: 10, 21 to 24, 31 to 34, 61, 80' })
  code!: string | null;
  @ApiProperty({
    example: 'one_time',
    description: 'As a refusal names it in `legal_plans`: type, `:count`, `@bonus.months`',
  })
  name!: string;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Month of the first payment, when the holder chose it' })
  first_month!: number | null;
  @ApiProperty({ type: [Number], example: [], description: 'Months of the year whose bonuses pay' })
  bonus_months!: number[];
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Of a combined plan: what each bonus pays, minor units; null: the bonuses share the whole',
  })
  bonus_amount!: number | null;
  @ApiProperty({
    type: [PlanPaymentResponse],
    description:
      'Sums exactly to the amount; fees of the issuer are not in it. Empty for revolving, and when the billing days of the issuer are not known',
  })
  schedule!: PlanPaymentResponse[];
  @ApiProperty({
    type: 'string',
    enum: ['none', 'issuer_terms', null],
    nullable: true,
    description: 'Whether the holder pays the issuer a fee; how much is in the terms of the issuer',
  })
  cardholder_fee!: string | null;
  @ApiProperty({
    type: 'string',
    enum: ['allowed', 'requires_review', null],
    nullable: true,
    description: 'Whether a part may be refunded without asking the issuer first',
  })
  partial_refund!: string | null;
  @ApiProperty({ ...text, example: 'one_time', description: 'Row of the table that allows it' })
  rule!: string | null;
  @ApiProperty({ ...text, example: '2026-10-01', description: 'Version of the table of plans' })
  table_version!: string | null;
}

export class NetworkReferenceResponse {
  @ApiProperty({ example: 'jcb', description: 'Link that carried the message' })
  link!: string;
  @ApiProperty({ example: '632712000001', description: 'Retrieval reference number (ISO 8583 field 37)' })
  rrn!: string;
  @ApiProperty({ example: '000001', description: 'System trace audit number (field 11)' })
  stan!: string;
  @ApiProperty({ example: '261122120405', description: 'Local time of the transaction, YYMMDDhhmmss JST (field 12)' })
  local_time!: string;
}

export class AttemptResponse {
  @ApiProperty(wireId('att'))
  id!: string;
  @ApiProperty({ enum: ['attempt'] })
  object!: 'attempt';
  @ApiProperty({ enum: ['auth', 'sale', 'increase', 'capture', 'void', 'refund'] })
  kind!: string;
  @ApiProperty({ enum: ATTEMPT_STATUSES })
  status!: string;
  @ApiProperty({ type: MoneyResponse })
  money!: MoneyResponse;
  @ApiProperty({ ...text, example: '000' })
  action_code!: string | null;
  @ApiProperty({
    type: RawCodeResponse,
    nullable: true,
    description: 'The answer as the network sent it, a code of Japanese card terminals for instance; null: no answer',
  })
  raw_code!: RawCodeResponse | null;
  @ApiProperty({ ...text, example: '012345' })
  approval_code!: string | null;
  @ApiProperty({ ...text, description: 'Why it is not simply approved or declined' })
  reason!: string | null;
  @ApiProperty({ type: NetworkReferenceResponse, nullable: true })
  network_reference!: NetworkReferenceResponse | null;
  @ApiProperty(instant)
  created_at!: string;
}

export class RefundKindResponse {
  @ApiProperty({ example: '返品' })
  ja!: string;
  @ApiProperty({ example: 'Refund' })
  en!: string;
}

export class RefundResponse {
  @ApiProperty(wireId('ref'))
  id!: string;
  @ApiProperty({ enum: ['refund'] })
  object!: 'refund';
  @ApiProperty({ example: false })
  livemode!: boolean;
  @ApiProperty(wireId('pay'))
  payment!: string;
  @ApiProperty({ enum: ['torikeshi', 'henpin'], description: '取消 (cancel of the whole sale) or 返品 (return)' })
  kind!: string;
  @ApiProperty({ type: RefundKindResponse, description: 'The word for it on the slip' })
  kind_display!: RefundKindResponse;
  @ApiProperty({ enum: ['processing', 'approved', 'declined', 'unknown'] })
  status!: string;
  @ApiProperty({ description: 'No further change is expected' })
  final!: boolean;
  @ApiProperty({ type: MoneyResponse })
  money!: MoneyResponse;
  @ApiProperty({ ...text, example: '00043', description: 'Number of the slip of this refund, as the till gave it' })
  slip_no!: string | null;
  @ApiProperty(wireId('att'))
  attempt!: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Ask again after this many milliseconds; null when final',
  })
  poll_after_ms!: number | null;
  @ApiProperty(instant)
  created_at!: string;
}

/** That the holder has signed. The picture itself is in no reply and no event. */
export class SignatureResponse {
  @ApiProperty(instant)
  received_at!: string;
  @ApiProperty({
    example: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
    description:
      'SHA-256 of its pixels: width and height (four bytes each, big-endian), then one gray byte a pixel from the top left',
  })
  sha256!: string;
}

/** The payment of `api-conventions.md` §5. Every field is always present. */
export class PaymentResponse {
  @ApiProperty(wireId('pay'))
  id!: string;
  @ApiProperty({ enum: ['payment'] })
  object!: 'payment';
  @ApiProperty({ example: false })
  livemode!: boolean;
  @ApiProperty({ enum: PAYMENT_STATUSES })
  status!: string;
  @ApiProperty({ ...text, description: 'Why the status is what it is, e.g. reversed, not_processed, not_sent' })
  reason!: string | null;
  @ApiProperty({ description: 'The first outcome is known: nothing to wait for' })
  final!: boolean;
  @ApiProperty({ enum: CHARGED, description: 'Whether the customer pays. `no` is said only when it is proved' })
  customer_charged!: string;
  @ApiProperty({ enum: ['sale', 'auth'] })
  kind!: string;
  @ApiProperty({ enum: LANES, description: 'Method as the gateway chose or accepted it' })
  method!: string;
  @ApiProperty({ example: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01' })
  client_reference!: string;
  @ApiProperty(wireId('str'))
  store_id!: string;
  @ApiProperty(wireId('trm'))
  terminal_id!: string;
  @ApiProperty({ type: MoneyResponse })
  money!: MoneyResponse;
  @ApiProperty({ type: MoneyResponse })
  authorized!: MoneyResponse;
  @ApiProperty({ type: MoneyResponse })
  captured!: MoneyResponse;
  @ApiProperty({ type: MoneyResponse })
  refunded!: MoneyResponse;
  @ApiProperty({ type: MoneyResponse, description: 'Reserved by refunds without an answer' })
  refund_pending!: MoneyResponse;
  @ApiProperty({ type: PlanResponse })
  payment_plan!: PlanResponse;
  @ApiProperty({ type: CardResponse, nullable: true })
  card!: CardResponse | null;
  @ApiProperty({ ...text, ...wireId('tok') })
  token!: string | null;
  @ApiProperty({ enum: ['chip', 'contactless', 'stripe', 'keyed'] })
  entry_mode!: string;
  @ApiProperty({ type: PresentmentResponse, nullable: true })
  presentment!: PresentmentResponse | null;
  @ApiProperty({
    type: RequiredActionResponse,
    nullable: true,
    description: 'What the till must do now; null unless the status is `requires_action`',
  })
  required_action!: RequiredActionResponse | null;
  @ApiProperty({ type: ConversionResponse, nullable: true, description: 'Null: no choice of currency was asked for' })
  dcc!: ConversionResponse | null;
  @ApiProperty({ enum: ['issuer', 'voice'], description: 'voice: approved by telephone, posted afterwards' })
  approval_source!: string;
  @ApiProperty({ type: SignatureResponse, nullable: true, description: 'Null: the cardholder has not signed' })
  signature!: SignatureResponse | null;
  @ApiProperty({
    ...instant,
    nullable: true,
    description: 'When the required action, or the authorization, ends by itself',
  })
  expires_at!: string | null;
  @ApiProperty({ ...text, example: '012345' })
  approval_code!: string | null;
  @ApiProperty({ ...text, description: 'BER-TLV of the issuer for the chip, hex' })
  emv_response!: string | null;
  @ApiProperty({ ...text, example: '00042' })
  slip_no!: string | null;
  @ApiProperty({ ...text, example: 'C07' })
  clerk!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { order: 'A-1001' } })
  metadata!: Record<string, string>;
  @ApiProperty({ description: 'A cancel was asked for while the outcome was open; the outcome decides' })
  cancel_requested!: boolean;
  @ApiProperty({ type: [AttemptResponse] })
  attempts!: AttemptResponse[];
  @ApiProperty({ type: [RefundResponse] })
  refunds!: RefundResponse[];
  @ApiProperty({ type: [String], description: 'Attempts without an answer that keep a part of the amount reserved' })
  pending_unknown!: string[];
  @ApiProperty({ type: 'integer', minimum: 1, description: 'Grows by one with every change; gap-free' })
  sequence!: number;
  @ApiProperty({ format: 'date', example: '2026-11-22', description: 'Business date, Asia/Tokyo' })
  business_date!: string;
  @ApiProperty({ type: CashierStateResponse })
  cashier_state!: CashierStateResponse;
  @ApiProperty({ type: [String], enum: PAYMENT_ACTIONS })
  allowed_actions!: string[];
  @ApiProperty({ type: DeclineResponse, nullable: true })
  decline!: DeclineResponse | null;
  @ApiProperty({ ...instant, nullable: true, description: 'When the gateway looks again by itself' })
  next_check_at!: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Ask again after this many milliseconds; null when final',
  })
  poll_after_ms!: number | null;
  @ApiProperty({
    ...instant,
    nullable: true,
    description: 'Until when an answer of the issuer is expected; null when no longer processing',
  })
  deadline!: string | null;
  @ApiProperty(instant)
  created_at!: string;
  @ApiProperty(instant)
  updated_at!: string;
}

/** Answer of `GET /v1/attempts/{client_reference}` and of `ensure-cancelled`. */
export class AttemptAnswerResponse {
  @ApiProperty({ enum: ['attempt_answer'] })
  object!: 'attempt_answer';
  @ApiProperty()
  client_reference!: string;
  @ApiProperty({ enum: [...ATTEMPT_STATUSES, 'never_seen', 'burned'] })
  status!: string;
  @ApiProperty()
  final!: boolean;
  @ApiProperty({
    enum: CHARGED,
    description:
      '`no` only when that is proved. `unknown` for a reference never seen: the order may still be on its way. `ensure-cancelled` burns the reference, and then it is `no`',
  })
  customer_charged!: string;
  @ApiProperty({ type: CashierStateResponse })
  cashier_state!: CashierStateResponse;
  @ApiProperty({ type: [String] })
  allowed_actions!: string[];
  @ApiProperty({ ...instant, nullable: true })
  next_check_at!: string | null;
  @ApiProperty({ type: 'integer', nullable: true })
  poll_after_ms!: number | null;
  @ApiProperty({ type: PaymentResponse, nullable: true })
  payment!: PaymentResponse | null;
}
