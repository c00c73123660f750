import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PageQuery } from '../lists/page.query.js';
import { OneOf, Optional, Text, Whole } from '../validation/field-rules.js';

/** A new expiry, as the issuer or the customer told it. */
export class UpdateTokenRequest {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: 12, example: 8 })
  @Whole({ min: 1, max: 12 })
  exp_month!: number;

  @ApiProperty({ type: 'integer', minimum: 2000, maximum: 2099, example: 2031 })
  @Whole({ min: 2000, max: 2099 })
  exp_year!: number;
}

export class ListTokensQuery extends PageQuery {
  @ApiPropertyOptional({ enum: ['active', 'revoked'] })
  @Optional()
  @OneOf(['active', 'revoked'])
  status?: 'active' | 'revoked';

  @ApiPropertyOptional({ example: '0000', description: 'Last four digits of the card' })
  @Optional()
  @Text(/^[0-9]{4}$/, 4)
  last4?: string;
}
