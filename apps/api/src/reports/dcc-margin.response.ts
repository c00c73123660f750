import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import type { StoreMargin } from '@tsunagu/payments';
import { ListOf } from '../lists/list.response.js';

export class DccMarginRowResponse {
  @ApiProperty({ example: '2026-11-22', description: 'Business date, or month' })
  period!: string;
  @ApiProperty({ example: 'USD', description: 'Currency of the cards' })
  currency!: string;
  @ApiProperty({ type: 'integer', example: 12 })
  payments!: number;
  @ApiProperty({ type: 'integer', example: 180_000, description: 'Sales that were converted, yen' })
  converted_amount!: number;
  @ApiProperty({ type: 'integer', example: 120_821, description: 'What holders paid, minor units of `currency`' })
  foreign_amount!: number;
  @ApiProperty({ type: 'integer', example: 15_000, description: 'Of that, refunded, yen' })
  refunded_amount!: number;
  @ApiProperty({
    type: 'integer',
    example: 6_188,
    description: 'Mark-up on what was not refunded, yen; rounded half up per payment',
  })
  markup_amount!: number;
}

/** What the mark-up of currency conversion earned in one store. */
export class DccMarginResponse {
  @ApiProperty({ enum: ['dcc_margin'] })
  object!: 'dcc_margin';
  @ApiProperty({ pattern: '^str_[0-9A-HJKMNP-TV-Z]{26}$', example: 'str_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  store_id!: string;
  @ApiProperty({ type: 'integer', example: 6_188, description: 'Sum of the rows, yen' })
  markup_amount!: number;
  @ApiProperty({ type: [DccMarginRowResponse] })
  rows!: DccMarginRowResponse[];

  static from({ id, rows }: StoreMargin): DccMarginResponse {
    return {
      object: 'dcc_margin',
      store_id: toWireId('str', id),
      markup_amount: rows.reduce((sum, { markupMinor }) => sum + markupMinor, 0),
      rows: rows.map((row) => ({
        period: row.period,
        currency: row.currency,
        payments: row.payments,
        converted_amount: row.convertedMinor,
        foreign_amount: row.foreignMinor,
        refunded_amount: row.refundedMinor,
        markup_amount: row.markupMinor,
      })),
    };
  }
}

export class DccMarginListResponse extends ListOf(DccMarginResponse) {}
