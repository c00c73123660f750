import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { DeliveryLog } from '@tsunagu/notify';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { NoBody } from '../http/no-body.decorator.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { ListDeliveriesQuery, ReplayRequest } from './webhook-delivery.request.js';
import {
  WebhookDeliveryListResponse,
  WebhookDeliveryResponse,
  WebhookReplayResponse,
} from './webhook-delivery.response.js';

const ENDPOINT_ID = { name: 'id', example: 'whe_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
const DELIVERY_ID = { name: 'delivery_id', example: 'whd_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
const QUEUED = { 202: 'It is on its way: read the delivery for what came of it' };

/** What became of each webhook, and how to get it again. */
@ApiTags('webhooks')
@Controller('v1/webhook-endpoints/:id')
export class WebhookDeliveriesController {
  constructor(
    private readonly log: DeliveryLog,
    private readonly cursor: PageCursor,
  ) {}

  @Get('deliveries')
  @Permission('webhooks:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listWebhookDeliveries',
    summary: 'Webhook の配信履歴を一覧する · List webhook deliveries',
    description: 'Newest first, 30 days: state, status, latency and the start of the last answer.',
  })
  @ApiParam(ENDPOINT_ID)
  @Answers({
    type: WebhookDeliveryListResponse,
    statuses: [200],
    problems: ['resource_missing', 'cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async list(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @Query() query: ListDeliveriesQuery,
  ): Promise<WebhookDeliveryListResponse> {
    tenantWide(ctx, 'webhooks:read');
    const scope = { list: 'webhook-deliveries', tenantId: ctx.tenantId, endpointId: id, state: query.status };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.log.list(ctx, id, { limit: query.size, state: query.status, ...edge });
    return pageOf(present(read), { cursor: this.cursor, scope, edge }, (each) => WebhookDeliveryResponse.from(each));
  }

  @Get('deliveries/:delivery_id')
  @Permission('webhooks:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getWebhookDelivery',
    summary: 'Webhook の配信を取得する · Read a webhook delivery',
    description: 'Where it stands and what the receiver answered last.',
  })
  @ApiParam(ENDPOINT_ID)
  @ApiParam(DELIVERY_ID)
  @Answers({ type: WebhookDeliveryResponse, statuses: [200], problems: ['resource_missing'] })
  async read(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @Param('delivery_id', new WireIdPipe('whd')) deliveryId: string,
  ): Promise<WebhookDeliveryResponse> {
    tenantWide(ctx, 'webhooks:read');
    return WebhookDeliveryResponse.from(present(await this.log.find(ctx, id, deliveryId)));
  }

  @Post('deliveries/:delivery_id/resend')
  @HttpCode(202)
  @Permission('webhooks:write')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'resendWebhookDelivery',
    summary: 'Webhook を再送する · Send a webhook again',
    description: 'Now, under the same `webhook-id`, with the whole schedule of attempts before it.',
  })
  @ApiParam(ENDPOINT_ID)
  @ApiParam(DELIVERY_ID)
  @Answers({
    type: WebhookDeliveryResponse,
    statuses: [202],
    problems: ['resource_missing', 'state_conflict'],
    meanings: QUEUED,
  })
  async resend(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @Param('delivery_id', new WireIdPipe('whd')) deliveryId: string,
    @NoBody() _body: Record<string, never>,
  ): Promise<WebhookDeliveryResponse> {
    tenantWide(ctx, 'webhooks:write');
    return WebhookDeliveryResponse.from(present(await this.log.resend(ctx, id, deliveryId)));
  }

  @Post('replay')
  @HttpCode(202)
  @Permission('webhooks:write')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'replayWebhooks',
    summary: '期間を指定して Webhook を再送する · Send the webhooks of a time again',
    description:
      'Those that were given up, or with `only_failed: false` all of the time, also what happened while the endpoint was off. Each keeps its `webhook-id`; at most 10,000 a call, oldest first.',
  })
  @ApiParam(ENDPOINT_ID)
  @Answers({
    type: WebhookReplayResponse,
    statuses: [202],
    problems: ['resource_missing', 'state_conflict'],
    meanings: { 202: 'How many are on their way' },
  })
  async replay(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @Body() body: ReplayRequest,
  ): Promise<WebhookReplayResponse> {
    tenantWide(ctx, 'webhooks:write');
    const { queued, isCapped } = present(await this.log.replay(ctx, id, body.toReplay()));
    return { object: 'webhook_replay', queued, capped: isCapped };
  }

  @Post('test')
  @HttpCode(202)
  @Permission('webhooks:write')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'testWebhookEndpoint',
    summary: 'テスト用の Webhook を送る · Send a test webhook',
    description:
      'A signed event `webhook_endpoint.test` that tells of nothing; the answer names the delivery to look at.',
  })
  @ApiParam(ENDPOINT_ID)
  @Answers({
    type: WebhookDeliveryResponse,
    statuses: [202],
    problems: ['resource_missing', 'state_conflict'],
    meanings: QUEUED,
  })
  async test(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('whe')) id: string,
    @NoBody() _body: Record<string, never>,
  ): Promise<WebhookDeliveryResponse> {
    tenantWide(ctx, 'webhooks:write');
    return WebhookDeliveryResponse.from(present(await this.log.test(ctx, id)));
  }
}

/** @throws RequestError `resource_missing` */
function present<T>(found: T | undefined): T {
  if (found === undefined) throw new RequestError('resource_missing');
  return found;
}
