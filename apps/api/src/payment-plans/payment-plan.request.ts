import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { PaymentOrder } from '@tsunagu/payments';
import type { FieldCode } from '../problem/field-texts.js';
import { Fits, OneOf, Optional, OptionalUnless } from '../validation/field-rules.js';

const PLAN_TYPES = ['one_time', 'installments', 'revolving', 'bonus', 'bonus_combined'] as const;
const SPLIT: readonly unknown[] = ['installments', 'bonus_combined'];
const WITH_BONUS: readonly unknown[] = ['bonus', 'bonus_combined'];

/** 支払区分 as the customer chose it. Whether it is legal for the card is asked of the table of plans. */
export class PaymentPlanRequest {
  @ApiProperty({ enum: PLAN_TYPES })
  @OneOf(PLAN_TYPES)
  type!: (typeof PLAN_TYPES)[number];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 2,
    maximum: 99,
    description: 'Number of instalments; only, and always, with `installments` and `bonus_combined`',
  })
  @OptionalUnless(({ type }) => SPLIT.includes(type))
  @Fits(countFits)
  count?: number;

  @ApiPropertyOptional({
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: 12 },
    maxItems: 6,
    description:
      'Months of the year whose bonuses pay, with `bonus` and `bonus_combined`; left out: the first that are legal',
  })
  @Optional()
  @Fits(bonusMonthsFit)
  bonus_months?: number[];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 99_999_999,
    description: 'What each bonus pays, minor units, with `bonus_combined`; left out: as much as the table allows',
  })
  @Optional()
  @Fits(bonusAmountFits)
  bonus_amount?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 12,
    description:
      'Month of the year of the first payment, where the table lets the holder put it off; left out: the next one',
  })
  @Optional()
  @Fits(monthFits)
  first_month?: number;

  toPlan(): NonNullable<PaymentOrder['plan']> {
    return {
      type: this.type,
      count: this.count,
      bonusMonths: this.bonus_months,
      bonusAmountMinor: this.bonus_amount,
      firstMonth: this.first_month,
    };
  }
}

function countFits(count: unknown, { type }: Record<string, unknown>): FieldCode | undefined {
  if (!SPLIT.includes(type)) return 'combination';
  return isWithin(count, 2, 99) ? undefined : 'out_of_range';
}

function bonusMonthsFit(months: unknown, { type }: Record<string, unknown>): FieldCode | undefined {
  if (!WITH_BONUS.includes(type)) return 'combination';
  if (!Array.isArray(months)) return 'not_array';
  if (months.length > 6) return 'too_many';
  if (new Set(months).size < months.length) return 'repeated';
  return months.length > 0 && months.every((month) => isWithin(month, 1, 12)) ? undefined : 'out_of_range';
}

function bonusAmountFits(amount: unknown, { type }: Record<string, unknown>): FieldCode | undefined {
  if (type !== 'bonus_combined') return 'combination';
  return isWithin(amount, 1, 99_999_999) ? undefined : 'out_of_range';
}

function monthFits(month: unknown, { type }: Record<string, unknown>): FieldCode | undefined {
  if (!SPLIT.includes(type)) return 'combination';
  return isWithin(month, 1, 12) ? undefined : 'out_of_range';
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;
}
