import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Flag, Nested, OneOf, Optional, Text } from '../validation/field-rules.js';
import { MoneyRequest } from './create-payment.request.js';

export class CaptureRequest {
  @ApiPropertyOptional({ type: MoneyRequest, description: 'Left out: all that is left, final' })
  @Optional()
  @Nested(() => MoneyRequest)
  money?: MoneyRequest;

  @ApiPropertyOptional({
    description:
      'No further capture follows; the rest is released. Where the brand allows one capture only (UnionPay), it is always the last one, and `false` is refused',
  })
  @Optional()
  @Flag()
  final?: boolean;
}

export class IncreaseRequest {
  @ApiProperty({ type: MoneyRequest, description: 'What is asked for in addition, not the new total' })
  @Nested(() => MoneyRequest)
  money!: MoneyRequest;
}

export class RefundRequest {
  @ApiPropertyOptional({ type: MoneyRequest, description: 'Left out: all that is left' })
  @Optional()
  @Nested(() => MoneyRequest)
  money?: MoneyRequest;

  @ApiPropertyOptional({ enum: ['torikeshi', 'henpin'], description: '取消 or 返品; left out: the gateway chooses' })
  @Optional()
  @OneOf(['torikeshi', 'henpin'])
  kind?: 'torikeshi' | 'henpin';

  @ApiPropertyOptional({
    example: '00043',
    pattern: '^[A-Za-z0-9-]{1,20}$',
    description: 'Number of the slip of this refund; the slip of the sale is named beside it',
  })
  @Optional()
  @Text(/^[A-Za-z0-9-]{1,20}$/, 20)
  slip_no?: string;
}
