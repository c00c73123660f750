import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { MoneyRequest } from '../payments/create-payment.request.js';
import { Nested, OneOf, Optional, Text } from '../validation/field-rules.js';

const ENTRY_MODES = ['contactless', 'chip', 'stripe'] as const;
const NAME = /^[a-z0-9_]{1,40}$/;
const NAME_FIELD = { pattern: NAME.source, example: 'jcb', description: 'Name of a test card: `GET /v1/test/cards`' };
/** Of a published test card, which nobody's account has. */
const PIN = /^[0-9]{4,12}$/;

export class PresentCardRequest {
  @ApiProperty(NAME_FIELD)
  @Text(NAME, 40)
  card!: string;

  @ApiProperty({ type: MoneyRequest, description: 'What the reader shows: the chip data carries it' })
  @Nested(() => MoneyRequest)
  money!: MoneyRequest;

  @ApiPropertyOptional({ enum: ENTRY_MODES, description: 'Left out: as the name of the card says' })
  @Optional()
  @OneOf(ENTRY_MODES)
  entry_mode?: (typeof ENTRY_MODES)[number];

  @ApiPropertyOptional({
    pattern: PIN.source,
    example: '1234',
    description:
      'Digits that the holder of the test card types: then `card_present` has its `pin_block`. Left out: as the name of the card says. Test cards have 1234, UnionPay 123456',
  })
  @Optional()
  @Text(PIN, 12)
  pin?: string;
}

export class EnterPinRequest {
  @ApiProperty(NAME_FIELD)
  @Text(NAME, 40)
  card!: string;

  @ApiPropertyOptional({ pattern: PIN.source, example: '1234', description: 'Left out: the PIN of the card' })
  @Optional()
  @Text(PIN, 12)
  pin?: string;
}
