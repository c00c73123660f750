import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import { EVENT_API_VERSION, type EndpointSet, type ShownEndpoint } from '@tsunagu/notify';
import { ListOf } from '../lists/list.response.js';

/** Where a tenant's events go. The secret is not in it. */
export class WebhookEndpointResponse {
  @ApiProperty({ enum: ['webhook_endpoint'] })
  object!: 'webhook_endpoint';
  @ApiProperty({ example: 'whe_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ example: 'https://merchant.example/tsunagu/webhooks' })
  url!: string;
  @ApiProperty({
    description: 'false: switched off by you, by a 410 of yours, or by five days of nothing but failures',
  })
  enabled!: boolean;
  @ApiProperty({ type: [String], nullable: true, example: null, description: 'Which events are sent; null: all' })
  types!: string[] | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'Until when the former secret signs as well; null: one secret counts',
  })
  former_secret_until!: string | null;
  @ApiProperty({ example: '2026-11-01', description: 'Version of the events that are sent' })
  api_version!: string;

  static from(endpoint: ShownEndpoint): WebhookEndpointResponse {
    return {
      object: 'webhook_endpoint',
      id: toWireId('whe', endpoint.id),
      url: endpoint.url,
      enabled: endpoint.isEnabled,
      types: endpoint.types === null ? null : [...endpoint.types],
      former_secret_until: endpoint.formerSecretUntil?.toISOString() ?? null,
      api_version: EVENT_API_VERSION,
    };
  }
}

export class WebhookEndpointSetResponse extends WebhookEndpointResponse {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=',
    description: 'Shown once, when the endpoint is new or the secret was rotated; else null. Keep it like a password',
  })
  secret!: string | null;

  static of({ endpoint, secret }: EndpointSet): WebhookEndpointSetResponse {
    return { ...WebhookEndpointResponse.from(endpoint), secret };
  }
}

export class WebhookEndpointListResponse extends ListOf(WebhookEndpointResponse, 'None or one') {}
