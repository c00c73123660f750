import { ApiProperty } from '@nestjs/swagger';
import { DECLINE_ACT_NAMES, DECLINE_CLASS_NAMES, DECLINE_SOURCES } from '../declines/decline-rule.js';

const text = { type: String, nullable: true } as const;

/** One sentence in every language of the till. */
export class WordingResponse {
  @ApiProperty({ example: 'このカードはご利用いただけません。' })
  ja!: string;
  @ApiProperty({ example: 'This card cannot be used.' })
  en!: string;
  @ApiProperty({ example: '此卡无法使用。' })
  'zh-Hans'!: string;
  @ApiProperty({ example: '此卡無法使用。' })
  'zh-Hant'!: string;
  @ApiProperty({ example: '이 카드는 사용할 수 없습니다.' })
  ko!: string;
}

export class CashierStateResponse {
  @ApiProperty({ example: 'approved', description: 'Stable code of the sentence' })
  code!: string;
  @ApiProperty({ example: '承認されました。お支払いは完了です。' })
  message_ja!: string;
  @ApiProperty({ example: 'Approved. The payment is complete.' })
  message_en!: string;
  @ApiProperty({ type: WordingResponse, description: 'The same sentence in every language of the till' })
  messages!: WordingResponse;
  @ApiProperty({
    example: false,
    description: 'The same card may be presented again for this purchase, with a new payment',
  })
  may_retry_card!: boolean;
}

export class RawCodeResponse {
  @ApiProperty({ enum: DECLINE_SOURCES, example: 'iso8583_1993', description: 'List that the code belongs to' })
  source!: string;
  @ApiProperty({ example: '116', description: 'As it came; several raw codes may share one `decline.code`' })
  code!: string;
}

export class DeclineResponse {
  @ApiProperty({ example: 'insufficient_funds', description: 'Every code: docs/decline-codes.md' })
  code!: string;
  @ApiProperty({ enum: ['soft', 'hard', 'pickup_hidden', 'technical', 'blocked_by_rule'] })
  category!: string;
  @ApiProperty({
    enum: Object.values(DECLINE_CLASS_NAMES),
    example: 'funds',
    description:
      'Whose matter it is: funds or limit, card, verification (PIN or security code), data sent, system away or closed, refused without a reason or by a code not known, terminal. Branch on this, not on codes',
  })
  class!: string;
  @ApiProperty({
    enum: Object.values(DECLINE_ACT_NAMES),
    example: 'use_other_card',
    description:
      'What helps: retry later, use another card or method, enter or show it again, call the card company; or it is our fault',
  })
  act!: string;
  @ApiProperty({ ...text, example: '116', description: 'Action code of the network (ISO 8583 field 39)' })
  network_code!: string | null;
  @ApiProperty({ type: RawCodeResponse, nullable: true, description: 'Null: nobody outside this house refused it' })
  raw!: RawCodeResponse | null;
  @ApiProperty({ ...text, description: 'Text of the issuer, when it sent one' })
  issuer_message!: string | null;
  @ApiProperty()
  retry_same_card!: boolean;
  @ApiProperty({ description: 'Sentence for the clerk, in the language of `Accept-Language` (five languages)' })
  cashier_message!: string;
  @ApiProperty({ description: 'Sentence for the customer; neutral whatever the reason' })
  customer_message!: string;
  @ApiProperty({
    type: WordingResponse,
    description: 'The same in every language: a customer seldom reads that of the clerk',
  })
  customer_messages!: WordingResponse;
  @ApiProperty({ enum: ['use_other_method', 'ask_cardholder', 'retry_later', 'contact_support'] })
  next_action!: string;
}
