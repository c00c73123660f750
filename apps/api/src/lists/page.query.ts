import { ApiPropertyOptional } from '@nestjs/swagger';
import { wholeFits } from '../http/query-rules.js';
import { Fits, Optional, Text } from '../validation/field-rules.js';

const LIMIT_DEFAULT = 20;

/** Which page of a list without filters. */
export class PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: LIMIT_DEFAULT })
  @Optional()
  @Fits(wholeFits({ min: 1, max: 100 }))
  limit?: string;

  @ApiPropertyOptional({ description: 'next_cursor or prev_cursor of an earlier page' })
  @Optional()
  @Text(/^[A-Za-z0-9_-]{1,200}$/, 200)
  cursor?: string;

  get size(): number {
    return Number(this.limit ?? LIMIT_DEFAULT);
  }
}
