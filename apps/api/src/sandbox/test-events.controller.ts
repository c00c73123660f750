import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { TestEvents } from '@tsunagu/notify';
import { Idempotency, TestDeskRoute } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { RequestError } from '../problem/request-error.js';
import { WebhookDeliveryResponse } from '../webhook-endpoints/webhook-delivery.response.js';
import { TriggerEventRequest } from './test-event.request.js';

/** Events on demand, for whoever writes a receiver. */
@ApiTags('sandbox')
@Controller('v1/test/events')
export class TestEventsController {
  constructor(private readonly events: TestEvents) {}

  @Post('trigger')
  @HttpCode(202)
  @TestDeskRoute()
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'triggerTestEvent',
    summary: '任意のイベントを Webhook に送る · Send an event of your choice to your webhook endpoint',
    description:
      'Sandbox only. The newest snapshot of a payment under the type that you name, signed like any other, whatever types the endpoint hears. It carries `data.test: true` and the `sequence` of its snapshot, and nothing happens to the payment. Without an endpoint that is switched on: 409.',
  })
  @Answers({
    type: WebhookDeliveryResponse,
    statuses: [202],
    problems: ['resource_missing', 'state_conflict'],
    meanings: { 202: 'It is on its way: read the delivery for what came of it' },
  })
  async trigger(@Tenant() ctx: TenantContext, @Body() body: TriggerEventRequest): Promise<WebhookDeliveryResponse> {
    tenantWide(ctx, 'sandbox:write');
    const delivery = await this.events.trigger(ctx, { paymentId: body.paymentRow, type: body.type });
    if (delivery === undefined) throw new RequestError('resource_missing');
    return WebhookDeliveryResponse.from(delivery);
  }
}
