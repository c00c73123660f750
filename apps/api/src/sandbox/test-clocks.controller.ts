import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { TestClocks, type TestClock } from '@tsunagu/payments';
import { Idempotency, TestDeskRoute } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { AdvanceClockRequest, OpenClockRequest } from './test-clock.request.js';
import { AdvancedClockResponse, TestClockResponse } from './test-clock.response.js';

const CLOCK_ID = { name: 'id', example: 'clk_01JDA0Q5P8F6TBN3X2V7K9M4RE' };

/** Time that passes at once for the open payments of a tenant. What it does not drive: docs/adr/0065. */
@ApiTags('sandbox')
@Controller('v1/test/clocks')
export class TestClocksController {
  constructor(private readonly clocks: TestClocks) {}

  @Post()
  @HttpCode(201)
  @TestDeskRoute()
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'openTestClock',
    summary: 'テスト時計を作る · Open the test clock',
    description:
      'Sandbox only. There is one per tenant: a second call answers the one that is there, under its own name.',
  })
  @Answers({
    type: TestClockResponse,
    statuses: [201, 200],
    problems: [],
    meanings: { 201: 'New', 200: 'It was there' },
  })
  async open(
    @Tenant() ctx: TenantContext,
    @Talk() talk: Conversation,
    @Body() body: OpenClockRequest,
  ): Promise<TestClockResponse> {
    tenantWide(ctx, 'sandbox:write');
    const { clock, isNew } = await this.clocks.open(ctx, body.name);
    talk.say({ isFinal: true, replayed: false, created: isNew });
    return TestClockResponse.from(clock);
  }

  @Get(':id')
  @TestDeskRoute()
  @ApiOperation({
    operationId: 'readTestClock',
    summary: 'テスト時計を取得する · Read the test clock',
    description: 'Sandbox only. What it shows, and how far it was advanced.',
  })
  @ApiParam(CLOCK_ID)
  @Answers({ type: TestClockResponse, statuses: [200], problems: ['resource_missing'] })
  async read(@Tenant() ctx: TenantContext, @Param('id', new WireIdPipe('clk')) id: string): Promise<TestClockResponse> {
    tenantWide(ctx, 'sandbox:write');
    return TestClockResponse.from(await this.#present(ctx, id));
  }

  @Post(':id/advance')
  @HttpCode(200)
  @TestDeskRoute()
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'advanceTestClock',
    summary: 'テスト時計を進める · Advance the test clock',
    description:
      'Sandbox only. Takes as much off `expires_at` of every payment of the tenant that is open now: required actions and authorizations. What is over then ends as it always does. It drives nothing else: cut-off, settlement, retries, webhooks and offers of a currency keep the time of the house.',
  })
  @ApiParam(CLOCK_ID)
  @Answers({
    type: AdvancedClockResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing'],
    meanings: { 200: 'The clock as it shows now' },
  })
  async advance(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('clk')) id: string,
    @Body() body: AdvanceClockRequest,
  ): Promise<AdvancedClockResponse> {
    tenantWide(ctx, 'sandbox:write');
    const { now } = await this.#present(ctx, id);
    const advanced = await this.clocks.advance(ctx, id, body.toAdvance(now));
    if (advanced === undefined) throw new RequestError('resource_missing');
    return { ...TestClockResponse.from(advanced.clock), due: advanced.due };
  }

  async #present(ctx: TenantContext, id: string): Promise<TestClock> {
    const clock = await this.clocks.find(ctx, id);
    if (clock === undefined) throw new RequestError('resource_missing');
    return clock;
  }
}
