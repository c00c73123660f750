import { ApiProperty } from '@nestjs/swagger';
import { PaymentResponse } from '@tsunagu/payments';
import { ListOf } from '../lists/list.response.js';

export class PaymentListResponse extends ListOf(PaymentResponse) {
  @ApiProperty({ type: 'integer', nullable: true, description: 'Only with include=total' })
  total!: number | null;
  @ApiProperty({ type: Boolean, nullable: true, description: 'The count stopped at 10,000' })
  total_capped!: boolean | null;
}
