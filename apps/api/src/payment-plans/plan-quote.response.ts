import { ApiProperty } from '@nestjs/swagger';
import { PlanResponse } from '@tsunagu/payments';

/** What may be offered to the customer for one sale. */
export class PlanQuoteResponse {
  @ApiProperty({ enum: ['payment_plan_quote'] })
  object!: 'payment_plan_quote';
  @ApiProperty({ format: 'date', example: '2026-11-22', description: 'Business date that the quote is for' })
  date!: string;
  @ApiProperty({ example: '2026-10-01', description: 'Version of the table of plans' })
  table_version!: string;
  @ApiProperty({
    type: [PlanResponse],
    description: 'Only legal ones, as a terminal shows them; the first is one time',
  })
  plans!: PlanResponse[];
}
