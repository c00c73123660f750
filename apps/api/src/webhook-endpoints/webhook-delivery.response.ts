import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import type { DeliveryView } from '@tsunagu/notify';
import { escapeHtml } from '../docs/html.js';
import { ListOf } from '../lists/list.response.js';

const instant = { type: String, format: 'date-time', nullable: true, example: '2026-11-22T03:04:05.678Z' } as const;

/** One event on its way to the endpoint. */
export class WebhookDeliveryResponse {
  @ApiProperty({ example: 'whd_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ enum: ['webhook_delivery'] })
  object!: 'webhook_delivery';
  @ApiProperty({ example: 'evt_01JDA0Q5P8F6TBN3X2V7K9M4RE', description: 'The event; also the `webhook-id`' })
  event!: string;
  @ApiProperty({ example: 'payment.captured' })
  type!: string;
  @ApiProperty({ enum: ['pending', 'delivered', 'failed'], description: 'failed: given up after the last attempt' })
  status!: string;
  @ApiProperty({ type: 'integer', minimum: 0, example: 1 })
  attempts!: number;
  @ApiProperty({ ...instant, example: null, description: 'When it is sent next; null when it is over' })
  next_attempt_at!: string | null;
  @ApiProperty(instant)
  last_attempt_at!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 204, description: 'HTTP status of the last answer' })
  last_status!: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Why there was no answer: `blocked_address`, `timeout` or `connection_failed`',
  })
  last_error!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, example: 41 })
  last_latency_ms!: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'ok',
    description: 'Start of the last answer (1 KB), HTML-escaped, long numbers hidden',
  })
  last_reply!: string | null;

  static from(delivery: DeliveryView): WebhookDeliveryResponse {
    return {
      id: toWireId('whd', delivery.id),
      object: 'webhook_delivery',
      event: toWireId('evt', delivery.id),
      type: delivery.type,
      status: delivery.state,
      attempts: delivery.attempts,
      next_attempt_at: delivery.nextAt?.toISOString() ?? null,
      last_attempt_at: delivery.lastAt?.toISOString() ?? null,
      last_status: delivery.lastStatus,
      last_error: delivery.lastError,
      last_latency_ms: delivery.lastLatencyMs,
      last_reply: delivery.lastReply === null ? null : escapeHtml(delivery.lastReply),
    };
  }
}

export class WebhookDeliveryListResponse extends ListOf(WebhookDeliveryResponse) {}

export class WebhookReplayResponse {
  @ApiProperty({ enum: ['webhook_replay'] })
  object!: 'webhook_replay';
  @ApiProperty({ type: 'integer', minimum: 0, example: 12, description: 'Events that are sent again' })
  queued!: number;
  @ApiProperty({ example: false, description: 'There were more than 10,000: ask again from where these end' })
  capped!: boolean;
}
