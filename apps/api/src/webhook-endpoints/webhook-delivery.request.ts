import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import type { Replay } from '@tsunagu/notify';
import { instantFits } from '../http/query-rules.js';
import { PageQuery } from '../lists/page.query.js';
import type { FieldCode } from '../problem/field-texts.js';
import { Fits, Flag, ListOf, OneOf, Optional } from '../validation/field-rules.js';

const STATUSES = ['pending', 'delivered', 'failed'] as const;
const TYPES_MAX = 50;

/** `payment.captured`, `gift_card.loaded` … */
export const isEventType = (text: string): boolean => /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(text);
export const TYPES_FIELD: ApiPropertyOptions = {
  type: [String],
  maxItems: TYPES_MAX,
  example: ['payment.captured', 'payment.declined'],
};
export const EventTypes = (): PropertyDecorator => ListOf(isEventType, TYPES_MAX);

export class ListDeliveriesQuery extends PageQuery {
  @ApiPropertyOptional({ enum: STATUSES })
  @Optional()
  @OneOf(STATUSES)
  status?: string;
}

export class ReplayRequest {
  @ApiProperty({ format: 'date-time', example: '2026-11-22T00:00:00.000Z', description: 'At most 30 days ago' })
  @Fits(instantFits)
  since!: string;

  @ApiProperty({ format: 'date-time', example: '2026-11-23T00:00:00.000Z', description: 'Not included' })
  @Fits(isLater)
  until!: string;

  @ApiPropertyOptional({ ...TYPES_FIELD, description: 'Left out: all' })
  @Optional()
  @EventTypes()
  types?: string[];

  @ApiPropertyOptional({
    default: true,
    example: true,
    description: 'false: also what was delivered, and what was never owed',
  })
  @Optional()
  @Flag()
  only_failed?: boolean;

  toReplay(): Replay {
    return {
      since: new Date(this.since),
      until: new Date(this.until),
      types: this.types,
      onlyFailed: this.only_failed ?? true,
    };
  }
}

function isLater(until: unknown, { since }: Record<string, unknown>): FieldCode | undefined {
  const wrong = instantFits(until);
  if (wrong !== undefined || instantFits(since) !== undefined) return wrong;
  return Date.parse(String(until)) > Date.parse(String(since)) ? undefined : 'combination';
}
