import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { WebhookEndpoints } from '@tsunagu/notify';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { NoBody } from '../http/no-body.decorator.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { ChangeWebhookEndpointRequest, SetWebhookEndpointRequest } from './webhook-endpoint.request.js';
import {
  WebhookEndpointListResponse,
  WebhookEndpointResponse,
  WebhookEndpointSetResponse,
} from './webhook-endpoint.response.js';

/** Where events are sent: one endpoint per tenant, set by keys of the whole tenant only. */
@ApiTags('webhooks')
@Controller('v1/webhook-endpoints')
export class WebhookEndpointsController {
  constructor(private readonly endpoints: WebhookEndpoints) {}

  @Get()
  @Permission('webhooks:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listWebhookEndpoints',
    summary: 'Webhook の送信先を一覧する · List webhook endpoints',
    description: 'None or one. The secret is never shown again.',
  })
  @Answers({ type: WebhookEndpointListResponse, statuses: [200], problems: [] })
  async list(@Tenant() ctx: TenantContext): Promise<WebhookEndpointListResponse> {
    tenantWide(ctx, 'webhooks:read');
    const endpoint = await this.endpoints.find(ctx);
    const data = endpoint === undefined ? [] : [WebhookEndpointResponse.from(endpoint)];
    return { object: 'list', data, has_more: false, next_cursor: null, prev_cursor: null };
  }

  @Post()
  @HttpCode(201)
  @Permission('webhooks:write')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'setWebhookEndpoint',
    summary: 'Webhook の送信先を設定する · Set the webhook endpoint',
    description:
      'There is one per tenant: a second call moves it to the new URL and switches it on. The answer has the `secret` when the endpoint is new, or with `rotate_secret`; when that answer was lost, rotate.',
  })
  @Answers({
    type: WebhookEndpointSetResponse,
    statuses: [201, 200],
    problems: ['url_not_allowed'],
    meanings: { 201: 'New, with its secret', 200: 'It was there and has moved; `secret` only with `rotate_secret`' },
  })
  async set(
    @Tenant() ctx: TenantContext,
    @Talk() talk: Conversation,
    @Body() body: SetWebhookEndpointRequest,
  ): Promise<WebhookEndpointSetResponse> {
    tenantWide(ctx, 'webhooks:write');
    const outcome = await this.endpoints.set(ctx, {
      url: body.url,
      rotateSecret: body.rotate_secret === true,
      types: body.types,
    });
    talk.say({ isFinal: true, replayed: false, created: outcome.isNew });
    return WebhookEndpointSetResponse.of(outcome);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Permission('webhooks:write')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Webhook の署名鍵を更新する · Replace the webhook secret',
    description:
      'Shows the new `secret`, once. For 24 hours every webhook carries two signatures, of the new and of the former secret: let your receiver know the new one within that time. A secret before the former one signs no more.',
  })
  @ApiParam({ name: 'id', example: 'whe_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    type: WebhookEndpointSetResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing'],
    meanings: { 200: 'The endpoint with its new secret' },
  })
  async rotate(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @NoBody() _body: Record<string, never>,
  ): Promise<WebhookEndpointSetResponse> {
    tenantWide(ctx, 'webhooks:write');
    const outcome = await this.endpoints.rotate(ctx, id);
    if (outcome === undefined) throw new RequestError('resource_missing');
    return WebhookEndpointSetResponse.of(outcome);
  }

  @Patch(':id')
  @Permission('webhooks:write')
  @Policy('read')
  @ApiOperation({
    operationId: 'changeWebhookEndpoint',
    summary: 'Webhook の送信先を変更する · Change the webhook endpoint',
    description: 'Move it, or switch it off and on; what is left out stays as it is.',
  })
  @ApiParam({ name: 'id', example: 'whe_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    type: WebhookEndpointResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'url_not_allowed'],
  })
  async change(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @Body() body: ChangeWebhookEndpointRequest,
  ): Promise<WebhookEndpointResponse> {
    tenantWide(ctx, 'webhooks:write');
    const endpoint = await this.endpoints.change(ctx, id, {
      url: body.url,
      isEnabled: body.enabled,
      types: body.types,
    });
    if (endpoint === undefined) throw new RequestError('resource_missing');
    return WebhookEndpointResponse.from(endpoint);
  }
}
