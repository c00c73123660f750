import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { LANES, type Lane } from '@tsunagu/contracts';
import type { FieldCode } from '../problem/field-texts.js';
import { MoneyRequest } from '../payments/create-payment.request.js';
import { Fits, Nested, OneOf, Optional, OptionalUnless, Text } from '../validation/field-rules.js';

const DATE = /^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;

/** A card that is known by a part of itself: BIN or token. */
export class QuoteCardRequest {
  @ApiPropertyOptional({
    pattern: '^[0-9]{6}$',
    example: '353011',
    description: 'First six digits of the card, as the reader shows them; this or `token`, never both',
  })
  @OptionalUnless(({ token }) => token === undefined)
  @Fits(binFits)
  bin?: string;

  @ApiPropertyOptional({ pattern: '^tok_[0-9A-HJKMNP-TV-Z]{26}$', description: 'Card token of an earlier payment' })
  @Optional()
  @Text(/^tok_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  token?: string;
}

/** A sale that is about to be made: where, how much, and whose card. */
export class QuotePlansRequest {
  @ApiProperty({ pattern: '^trm_[0-9A-HJKMNP-TV-Z]{26}$', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Text(/^trm_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  terminal_id!: string;

  @ApiProperty({ type: MoneyRequest })
  @Nested(() => MoneyRequest)
  money!: MoneyRequest;

  @ApiProperty({ type: QuoteCardRequest, example: { bin: '353011' } })
  @Nested(() => QuoteCardRequest)
  card!: QuoteCardRequest;

  @ApiPropertyOptional({ enum: LANES, description: 'Left out: `unionpay` for UnionPay cards, else `credit`' })
  @Optional()
  @OneOf(LANES)
  method?: Lane;

  @ApiPropertyOptional({
    format: 'date',
    description: 'Business date of the sale; left out: the open one of the store',
  })
  @Optional()
  @Fits(dateFits)
  date?: string;
}

function binFits(bin: unknown, { token }: Record<string, unknown>): FieldCode | undefined {
  if (token !== undefined) return 'combination';
  if (typeof bin !== 'string') return 'not_string';
  return /^[0-9]{6}$/.test(bin) ? undefined : 'invalid_format';
}

function dateFits(date: unknown): FieldCode | undefined {
  if (typeof date !== 'string') return 'not_string';
  if (!DATE.test(date)) return 'not_a_date';
  return new Date(`${date}T00:00:00Z`).toISOString().startsWith(date) ? undefined : 'not_a_date';
}
