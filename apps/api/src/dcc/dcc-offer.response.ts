import { ApiProperty } from '@nestjs/swagger';
import { TILL_LANGUAGES } from '@tsunagu/kernel';
import { PaymentResponse } from '@tsunagu/payments';

const text = { type: String, nullable: true } as const;
const instant = { type: String, format: 'date-time', nullable: true } as const;
const wireId = (prefix: string) => ({
  pattern: `^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`,
  example: `${prefix}_01JDA0Q5P8F6TBN3X2V7K9M4RE`,
});

/** One side of the choice. Both are written alike: a sign for one of them would set it apart. */
export class DccSideResponse {
  @ApiProperty({ type: 'integer', minimum: 1, example: 10_068, description: 'Minor units of the currency' })
  amount!: number;
  @ApiProperty({ example: 'USD' })
  currency!: string;
  @ApiProperty({ example: 'USD 100.68', description: 'What stands on the control; never parsed' })
  amount_display!: string;
}

/** What must be on the screen before the choice, one text a language. */
export class DccDisclosureResponse {
  @ApiProperty({ example: 'お支払いの通貨を選んでください。' })
  ja!: string;
  @ApiProperty({ example: 'Please select the currency of your payment.' })
  en!: string;
  @ApiProperty({ name: 'zh-Hans', example: '请选择付款货币。' })
  'zh-Hans'!: string;
  @ApiProperty({ name: 'zh-Hant', example: '請選擇付款貨幣。' })
  'zh-Hant'!: string;
  @ApiProperty({ example: '결제 통화를 선택해 주십시오.' })
  ko!: string;
}

/** How the two choices stand on the screen, for machines. `npm run dcc:lint` holds a screen against it. */
export class DccLayoutResponse {
  @ApiProperty({ example: 'neutral-1' })
  version!: string;
  @ApiProperty({ enum: ['cardholder'], description: 'On a screen that the cardholder sees and touches' })
  audience!: string;
  @ApiProperty({ type: [String], example: ['local', 'foreign'] })
  options!: string[];
  @ApiProperty({ enum: ['local_first_or_random'] })
  order!: string;
  @ApiProperty({ enum: ['equal'] })
  size!: string;
  @ApiProperty({ enum: ['equal'] })
  color!: string;
  @ApiProperty({ enum: ['equal'] })
  weight!: string;
  @ApiProperty({ enum: ['amount_with_currency_code'] })
  label!: string;
  @ApiProperty({ ...text, description: 'Always null: nothing is chosen beforehand' })
  preselected!: string | null;
  @ApiProperty({ ...text, description: 'Always null: nothing has the focus beforehand' })
  focused!: string | null;
  @ApiProperty({ example: false, description: 'No timer chooses; at its end an offer is gone, not taken' })
  timer_chooses!: boolean;
  @ApiProperty({ example: true })
  markup_directly_under_rate!: boolean;
  @ApiProperty({ enum: ['yes_no_accept_decline_continue_cancel'] })
  forbidden_words!: string;
}

/** An offer as it was made. */
export class DccTermsResponse {
  @ApiProperty(wireId('dcc'))
  id!: string;
  @ApiProperty({ enum: ['dcc_offer'] })
  object!: 'dcc_offer';
  @ApiProperty({ type: DccSideResponse })
  local!: DccSideResponse;
  @ApiProperty({ type: DccSideResponse })
  foreign!: DccSideResponse;
  @ApiProperty({ example: '0.0067123', description: 'One unit of local in units of foreign, mark-up included' })
  rate!: string;
  @ApiProperty({ example: 'JPY 1 = USD 0.0067123' })
  rate_display!: string;
  @ApiProperty({ type: 'integer', example: 375, description: 'Over the wholesale rate, hundredths of a percent' })
  markup_bps!: number;
  @ApiProperty({ example: 'A BANK' })
  rate_source!: string;
  @ApiProperty({ ...instant, nullable: false })
  rate_timestamp!: string;
  @ApiProperty({ ...instant, nullable: false, description: 'From then on only the local currency may be chosen' })
  expires_at!: string;
  @ApiProperty({ description: 'As the provider words it; shown and printed unchanged' })
  disclaimer!: string;
  @ApiProperty({ example: 'SIM-00000001', description: 'The provider’s own id of the quote' })
  provider_reference!: string;
  @ApiProperty({ type: DccDisclosureResponse })
  disclosure!: Record<(typeof TILL_LANGUAGES)[number], string>;
  @ApiProperty({ ...instant, nullable: false })
  created_at!: string;
}

/** The offer to show; every field of it is null when there is none, and the sale goes on in the local currency. */
export class DccOfferResponse {
  @ApiProperty({
    ...text,
    ...wireId('dcc'),
    description: 'Null: there is no offer, the payment goes on in the local currency; say nothing of it',
  })
  id!: string | null;
  @ApiProperty({ enum: ['dcc_offer'] })
  object!: 'dcc_offer';
  @ApiProperty({ type: DccSideResponse, nullable: true })
  local!: DccSideResponse | null;
  @ApiProperty({ type: DccSideResponse, nullable: true })
  foreign!: DccSideResponse | null;
  @ApiProperty({
    ...text,
    example: '0.0067123',
    description: 'One unit of local in units of foreign, mark-up included',
  })
  rate!: string | null;
  @ApiProperty({ ...text, example: 'JPY 1 = USD 0.0067123' })
  rate_display!: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 375,
    description: 'Over the wholesale rate, hundredths of a percent',
  })
  markup_bps!: number | null;
  @ApiProperty({ ...text, example: 'A BANK' })
  rate_source!: string | null;
  @ApiProperty(instant)
  rate_timestamp!: string | null;
  @ApiProperty({ ...instant, description: 'From then on only the local currency may be chosen' })
  expires_at!: string | null;
  @ApiProperty({ ...text, description: 'As the provider words it; shown and printed unchanged' })
  disclaimer!: string | null;
  @ApiProperty({ ...text, description: 'The provider’s own id of the quote' })
  provider_reference!: string | null;
  @ApiProperty({ type: DccDisclosureResponse, nullable: true })
  disclosure!: Record<(typeof TILL_LANGUAGES)[number], string> | null;
  @ApiProperty({ type: DccLayoutResponse, nullable: true })
  layout!: DccLayoutResponse | null;
  @ApiProperty(instant)
  created_at!: string | null;
  @ApiProperty({ type: PaymentResponse })
  payment!: PaymentResponse;
}

/** The choice, with what shows that it was one. */
export class DccChoiceResponse {
  @ApiProperty(wireId('dcc'))
  offer!: string;
  @ApiProperty({ enum: ['local', 'foreign'] })
  choice!: string;
  @ApiProperty({ enum: ['cardholder'] })
  actor!: 'cardholder';
  @ApiProperty(instant)
  shown_at!: string | null;
  @ApiProperty({ ...instant, nullable: false })
  chosen_at!: string;
  @ApiProperty({ ...wireId('trm'), description: 'Terminal on whose screen it was chosen' })
  chosen_on_device!: string;
  @ApiProperty(text)
  locale!: string | null;
  @ApiProperty(text)
  screen_template_version!: string | null;
  @ApiProperty(text)
  rendered_text_hash!: string | null;
}

export class DccRefundResponse {
  @ApiProperty(wireId('ref'))
  id!: string;
  @ApiProperty({ enum: ['torikeshi', 'henpin'] })
  kind!: string;
  @ApiProperty({ enum: ['processing', 'approved', 'declined', 'unknown'] })
  status!: string;
  @ApiProperty({ type: DccSideResponse })
  local!: DccSideResponse;
  @ApiProperty({ type: DccSideResponse, nullable: true })
  foreign!: DccSideResponse | null;
}

export class DccWireResponse {
  @ApiProperty({ example: 'acq' })
  link!: string;
  @ApiProperty({ example: '632712000001', description: 'Retrieval reference number (ISO 8583 field 37)' })
  rrn!: string;
  @ApiProperty({ example: '000001' })
  stan!: string;
  @ApiProperty({ example: '261122120405' })
  local_time!: string;
  @ApiProperty({ ...text, example: '012345' })
  approval_code!: string | null;
}

/** Everything that shows how a payment came to its currency: for a dispute, or an auditor. */
export class DccEvidenceResponse {
  @ApiProperty({ enum: ['dcc_evidence'] })
  object!: 'dcc_evidence';
  @ApiProperty({ type: PaymentResponse })
  payment!: PaymentResponse;
  @ApiProperty({ type: [DccTermsResponse], description: 'Word for word as they were made, oldest first' })
  offers!: DccTermsResponse[];
  @ApiProperty({ type: DccChoiceResponse, nullable: true })
  choice!: DccChoiceResponse | null;
  @ApiProperty({ ...text, description: 'SHA-256 over the choice and its offer, stored with them' })
  record_hash!: string | null;
  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Whether the stored words still have that hash; null without a choice',
  })
  intact!: boolean | null;
  @ApiProperty({ type: DccWireResponse, nullable: true, description: 'Of the message that took the money' })
  wire!: DccWireResponse | null;
  @ApiProperty({ type: [DccRefundResponse] })
  refunds!: DccRefundResponse[];
}
