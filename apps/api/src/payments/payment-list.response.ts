import { ApiProperty } from '@nestjs/swagger';
import { PaymentResponse } from '@tsunagu/payments';

export class PaymentListResponse {
  @ApiProperty({ enum: ['list'] })
  object!: 'list';
  @ApiProperty({ type: [PaymentResponse] })
  data!: PaymentResponse[];
  @ApiProperty({ description: 'More rows exist in the direction of the request' })
  has_more!: boolean;
  @ApiProperty({ type: String, nullable: true })
  next_cursor!: string | null;
  @ApiProperty({ type: String, nullable: true })
  prev_cursor!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Only with include=total' })
  total!: number | null;
  @ApiProperty({ type: Boolean, nullable: true, description: 'The count stopped at 10,000' })
  total_capped!: boolean | null;
}
