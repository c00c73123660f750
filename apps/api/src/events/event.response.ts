import { ApiProperty } from '@nestjs/swagger';
import { ListOf } from '../lists/list.response.js';

/** An event exactly as the webhook carried it. */
export class EventResponse {
  @ApiProperty({ example: 'evt_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ example: 'payment.captured' })
  type!: string;
  @ApiProperty({ format: 'date-time' })
  timestamp!: string;
  @ApiProperty({ example: '2026-11-01' })
  api_version!: string;
  @ApiProperty()
  livemode!: boolean;
  @ApiProperty()
  tenant_id!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'str_01JDA0Q5P8F6TBN3X2V7K9M4RE',
    description: 'null: it belongs to the whole tenant',
  })
  store_id!: string | null;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 2,
    description: 'Per payment, gap-free, first is 1; null: it belongs to no payment',
  })
  sequence!: number | null;
  @ApiProperty()
  request_id!: string;
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'object: the whole snapshot; previous: what changed',
  })
  data!: Record<string, unknown>;
}

export class EventListResponse extends ListOf(EventResponse) {}
