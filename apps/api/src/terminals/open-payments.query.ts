import { ApiPropertyOptional } from '@nestjs/swagger';
import { wholeFits } from '../http/query-rules.js';
import { PageQuery } from '../lists/page.query.js';
import { Fits, Optional } from '../validation/field-rules.js';

const LIMIT_DEFAULT = 100;

/** Which page of the open payments of a terminal; the first holds all that a till can have left open in a day. */
export class OpenPaymentsQuery extends PageQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: LIMIT_DEFAULT })
  @Optional()
  @Fits(wholeFits({ min: 1, max: 100 }))
  override limit?: string;

  override get size(): number {
    return Number(this.limit ?? LIMIT_DEFAULT);
  }
}
