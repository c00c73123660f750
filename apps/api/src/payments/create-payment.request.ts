import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CURRENCIES, fromWireId, invariant, type CurrencyCode } from '@tsunagu/kernel';
import { CVM_RESULTS, LANES, type CvmResult, type EncryptedCard, type EntryMode, type Lane } from '@tsunagu/contracts';
import type { PaymentOrder } from '@tsunagu/payments';
import { PaymentPlanRequest } from '../payment-plans/payment-plan.request.js';
import { Amount, Currency, Hex, Metadata, Nested, OneOf, Optional, Text } from '../validation/field-rules.js';

/** Also a path segment, so it starts with a letter or digit and holds no slash. */
export const CLIENT_REFERENCE = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/;
const ENTRY_MODES = ['chip', 'contactless', 'stripe', 'keyed'] as const;
const FALLBACK_REASONS = ['chip_read_once', 'chip_failed_again'] as const;
const hex = (length: string) => ({ pattern: '^[0-9A-Fa-f]+$', description: `Hex of ${length}` });

export class MoneyRequest {
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    maximum: 999_999_999_999,
    example: 1500,
    description: 'Minor units by the ISO 4217 exponent, canonical digits: JPY 1,500 is 1500, USD 12.00 is 1200',
  })
  @Amount()
  amount!: number;

  @ApiProperty({ enum: Object.keys(CURRENCIES), example: 'JPY' })
  @Currency()
  currency!: CurrencyCode;
}

export class PinBlockRequest {
  @ApiProperty({ enum: ['iso4', 'iso0'] })
  @OneOf(['iso4', 'iso0'])
  format!: 'iso4' | 'iso0';

  @ApiProperty(hex('10 to 12 bytes'))
  @Hex({ min: 10, max: 12 })
  ksn!: string;

  @ApiProperty(hex('8 or 16 bytes'))
  @Hex({ min: 8, max: 16 })
  data!: string;

  /** Upper-case hex, so that a retry in the other case is the same request. */
  toPin(): NonNullable<EncryptedCard['pinBlock']> {
    return { format: this.format, ksn: this.ksn.toUpperCase(), data: this.data.toUpperCase() };
  }
}

/** Letters of any script and what labels are punctuated with: it is printed on the slip. */
const LABEL = /^[\p{L}\p{N} .&+/-]{1,16}$/u;

/** The application of the chip that the reader ran. */
export class CardApplicationRequest {
  @ApiProperty({
    ...hex('5 to 16 bytes'),
    example: 'A000000333010102',
    description: 'Tag 4F or 84, hex of 5 to 16 bytes',
  })
  @Hex({ min: 5, max: 16 })
  aid!: string;

  @ApiPropertyOptional({ maxLength: 16, example: 'UnionPay Credit', description: 'Tag 9F12 or 50, as text' })
  @Optional()
  @Text(LABEL, 16)
  label?: string;
}

/** Nobody's card: three blocks that decrypt to nothing. */
const CIPHERTEXT = '9C'.repeat(48);

/** The card as the reader sent it: encrypted. A clear card number has no field to travel in. */
export class CardPresentRequest {
  @ApiProperty({ enum: ['dukpt_aes', 'dukpt_tdes'] })
  @OneOf(['dukpt_aes', 'dukpt_tdes'])
  format!: 'dukpt_aes' | 'dukpt_tdes';

  @ApiProperty({
    ...hex('12 bytes (AES) or 10 (TDES)'),
    example: '123456789012345600000001',
    description: 'Key serial number of the reader, hex',
  })
  @Hex({ min: 10, max: 12 })
  ksn!: string;

  @ApiPropertyOptional(hex('8 or 16 bytes, where the profile of the terminal sends one'))
  @Optional()
  @Hex({ min: 8, max: 16 })
  iv?: string;

  @ApiProperty({ ...hex('at most 2,048 bytes'), example: CIPHERTEXT })
  @Hex({ min: 8, max: 2_048 })
  ciphertext!: string;

  @ApiPropertyOptional(hex('4 to 16 bytes, where the profile of the terminal sends one'))
  @Optional()
  @Hex({ min: 4, max: 16 })
  mac?: string;

  @ApiProperty({ enum: ENTRY_MODES })
  @OneOf(ENTRY_MODES)
  entry_mode!: EntryMode;

  @ApiPropertyOptional({
    ...hex('at most 1,024 bytes'),
    description: 'BER-TLV of non-sensitive tags, in the clear, hex',
  })
  @Optional()
  @Hex({ min: 2, max: 1_024 })
  emv?: string;

  @ApiPropertyOptional({ type: PinBlockRequest })
  @Optional()
  @Nested(() => PinBlockRequest)
  pin_block?: PinBlockRequest;

  @ApiPropertyOptional({
    enum: CVM_RESULTS,
    description:
      'How the reader verified the holder. Left out: what tag 9F34 of `emv` says (and of a tap tag 9F6C, 9F34 or 9F71: a phone that knows its holder). It must not contradict the tag',
  })
  @Optional()
  @OneOf(CVM_RESULTS)
  cvm?: CvmResult;

  @ApiPropertyOptional({
    enum: FALLBACK_REASONS,
    description:
      'Why a chip card was swiped: its read before went well (1), or failed as well (2). Send it whenever a reader that takes chips sends the stripe of a chip card; some acquirers refuse without it (`capabilities`)',
  })
  @Optional()
  @OneOf(FALLBACK_REASONS)
  fallback_reason?: (typeof FALLBACK_REASONS)[number];

  @ApiPropertyOptional({
    type: CardApplicationRequest,
    description: 'On a card of two brands the chosen one decides the network; left out: tag 4F, 84 or 9F06 of `emv`',
  })
  @Optional()
  @Nested(() => CardApplicationRequest)
  application?: CardApplicationRequest;

  /** Upper-case hex, so that a retry in the other case is the same purchase. */
  toCard(): EncryptedCard {
    const upper = (text: string | undefined) => text?.toUpperCase();
    return {
      format: this.format,
      ksn: this.ksn.toUpperCase(),
      ciphertext: this.ciphertext.toUpperCase(),
      entryMode: this.entry_mode,
      iv: upper(this.iv),
      mac: upper(this.mac),
      emv: upper(this.emv),
      pinBlock: this.pin_block?.toPin(),
    };
  }

  /** What the till says of the reading; undefined when it says nothing. */
  toStated(): PaymentOrder['shown'] {
    const { cvm, fallback_reason: fallback, application } = this;
    const isSilent = cvm === undefined && fallback === undefined && application === undefined;
    if (isSilent) return undefined;
    return {
      cvm,
      fallback,
      application: application && { aid: application.aid.toUpperCase(), label: application.label },
    };
  }
}

export class CreatePaymentRequest {
  @ApiProperty({
    pattern: CLIENT_REFERENCE.source,
    example: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01',
    description: 'Your own id of the purchase (UUIDv7 is best); unique for ever',
  })
  @Text(CLIENT_REFERENCE, 64)
  client_reference!: string;

  @ApiProperty({ pattern: '^trm_[0-9A-HJKMNP-TV-Z]{26}$', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Text(/^trm_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  terminal_id!: string;

  @ApiProperty({
    enum: ['sale', 'auth'],
    description: 'sale: 売上, authorize and capture in one; auth: オーソリ, capture later',
  })
  @OneOf(['sale', 'auth'])
  kind!: 'sale' | 'auth';

  @ApiPropertyOptional({ enum: LANES, description: 'Left out: derived from card, entry mode and contract' })
  @Optional()
  @OneOf(LANES)
  method?: Lane;

  @ApiProperty({ type: MoneyRequest })
  @Nested(() => MoneyRequest)
  money!: MoneyRequest;

  @ApiProperty({
    type: CardPresentRequest,
    description:
      'What the reader encrypted; how, with lines that run: the guide, "Encrypting a card" (`/docs#card-encryption`)',
  })
  @Nested(() => CardPresentRequest)
  card_present!: CardPresentRequest;

  @ApiPropertyOptional({
    type: PaymentPlanRequest,
    description: 'Left out: one time. `POST /v1/payment-plans/quote` lists what is legal for a card',
  })
  @Optional()
  @Nested(() => PaymentPlanRequest)
  payment_plan?: PaymentPlanRequest;

  @ApiPropertyOptional({ pattern: '^[A-Za-z0-9-]{1,20}$', example: '00042' })
  @Optional()
  @Text(/^[A-Za-z0-9-]{1,20}$/, 20)
  slip_no?: string;

  @ApiPropertyOptional({ maxLength: 40, example: 'C07' })
  @Optional()
  @Text(/^[\p{L}\p{N} ._-]{1,40}$/u, 40)
  clerk?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: { type: 'string', maxLength: 500 },
    maxProperties: 50,
    example: { order: 'A-1001' },
  })
  @Optional()
  @Metadata()
  metadata?: Record<string, string>;

  /** The order without its idempotency: what a repeat has to be equal in. */
  toContent(): Omit<PaymentOrder, 'idempotency'> {
    const terminalId = fromWireId('trm', this.terminal_id);
    invariant(terminalId !== undefined, 'a validated id can be read');
    return {
      clientReference: this.client_reference,
      terminalId,
      kind: this.kind,
      method: this.method,
      amountMinor: this.money.amount,
      currency: this.money.currency,
      card: this.card_present.toCard(),
      shown: this.card_present.toStated(),
      plan: this.payment_plan?.toPlan(),
      slipNo: this.slip_no,
      clerk: this.clerk,
      metadata: this.metadata,
    };
  }
}
