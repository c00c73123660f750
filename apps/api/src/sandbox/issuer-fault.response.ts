import { ApiProperty } from '@nestjs/swagger';
import { ListOf } from '../lists/list.response.js';

/** A rule as the simulator's panel keeps it. */
export interface PanelRule {
  readonly link: string;
  readonly kind: string;
  readonly next?: number;
  readonly delayMs?: number;
  readonly at?: 'request' | 'reply';
}

export class IssuerFaultResponse {
  @ApiProperty({ enum: ['issuer_fault'] })
  object!: 'issuer_fault';
  @ApiProperty({ example: 'jcb' })
  connector!: string;
  @ApiProperty({ example: 'lose_reply' })
  kind!: string;
  @ApiProperty({
    type: 'integer',
    nullable: true,
    example: 1,
    description: 'How often it will strike yet; null: without end, armed at the panel of the simulator',
  })
  count!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 1000 })
  delay_ms!: number | null;
  @ApiProperty({ type: String, enum: ['request', 'reply'], nullable: true, example: 'reply' })
  at!: 'request' | 'reply' | null;

  static from({ link, kind, next, delayMs, at }: PanelRule): IssuerFaultResponse {
    const how = { count: next ?? null, delay_ms: delayMs ?? null, at: at ?? null };
    return { object: 'issuer_fault', connector: link, kind, ...how };
  }
}

export class IssuerFaultListResponse extends ListOf(IssuerFaultResponse) {}
