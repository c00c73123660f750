import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import {
  PaymentIntake,
  PaymentQueries,
  PaymentResponse,
  presentPayment,
  type PaymentFilter,
  type PaymentView,
} from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { Intent, IntentOf } from '../idempotency/intent.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { CreatePaymentRequest } from './create-payment.request.js';
import { ListPaymentsQuery, WaitQuery } from './list-payments.query.js';
import { selectFields } from './payment-fields.js';
import { PaymentListResponse } from './payment-list.response.js';
import { PaymentWaits } from './payment-waits.js';

const LIMIT_DEFAULT = 20;
const TOTAL_CAP = 10_000;

@ApiTags('payments')
@Controller('v1/payments')
export class PaymentsController {
  constructor(
    private readonly intake: PaymentIntake,
    private readonly queries: PaymentQueries,
    private readonly waits: PaymentWaits,
    private readonly cursor: PageCursor,
  ) {}

  @Post()
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'createPayment',
    summary: '支払いを作成する · Create a payment',
    description:
      'One key per purchase: create it, save it on the device, then send; use the same key for every retry of that purchase. With `Prefer: wait=25` the reply waits for the outcome. A decline is not an error: it is 201 with `status: declined`.',
  })
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: [
      'client_reference_exists',
      'client_reference_burned',
      'card_data_invalid',
      'verification_required',
      'ksn_replay',
      'ksn_stale',
      'method_not_supported',
      'plan_not_allowed',
      'terminal_blocked',
      'resource_missing',
      'amount_invalid',
      'metadata_contains_pan',
      'card_service_unavailable',
    ],
  })
  async create(
    @Tenant() ctx: TenantContext,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: CreatePaymentRequest,
  ): Promise<PaymentResponse> {
    const content = body.toContent();
    const { resource, replayed } = await this.intake.accept(ctx, { ...content, idempotency: intent.of(content) });
    const view = await this.waits.untilFinal(ctx, resource, talk);
    talk.say({ isFinal: view.final, replayed });
    return presentPayment(view, talk);
  }

  @Get()
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listPayments',
    summary: '支払いを検索する · List payments',
    description:
      'Newest first unless `sort` says otherwise, stable under inserts. Filters are flat names and combine with and. Cursors outlive restarts and hold for the same filters, sort and key.',
  })
  @Answers({
    type: PaymentListResponse,
    statuses: [200],
    problems: ['cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async list(
    @Tenant() ctx: TenantContext,
    @Talk() talk: Conversation,
    @Query() query: ListPaymentsQuery,
  ): Promise<PaymentListResponse> {
    const filter = query.toFilter();
    const oldestFirst = query.sort === 'created_at';
    const scope = {
      list: 'payments',
      tenantId: ctx.tenantId,
      storeId: ctx.storeId,
      terminalId: ctx.terminalId,
      oldestFirst,
      ...plain(filter),
    };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const limit = Number(query.limit ?? LIMIT_DEFAULT);
    const read = await this.queries.list(ctx, filter, { limit, oldestFirst, ...edge });
    const page = pageOf(read, { cursor: this.cursor, scope, edge, oldestFirst }, (view) =>
      selectFields(presentPayment(view, talk), query.fields),
    );
    const total = query.include === 'total' ? await this.total(ctx, filter) : { total: null, total_capped: null };
    return { ...page, ...total };
  }

  @Get(':id')
  @Permission('payments:read')
  @Policy('open')
  @ApiOperation({
    operationId: 'getPayment',
    summary: '支払いを取得する · Read a payment',
    description:
      'With `wait`, a long poll: until `sequence` is greater than `after_sequence`, or until the payment is final.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    type: PaymentResponse,
    statuses: [200],
    problems: ['resource_missing', 'parameter_invalid', 'unknown_parameter'],
  })
  async read(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @Query() query: WaitQuery,
  ): Promise<PaymentResponse> {
    const view = query.wait === undefined ? await this.queries.find(ctx, id) : await this.poll(ctx, id, talk, query);
    if (view === undefined) throw new RequestError('resource_missing');
    return presentPayment(view, talk);
  }

  private poll(ctx: TenantContext, id: string, talk: Conversation, query: WaitQuery): Promise<PaymentView | undefined> {
    const timeoutMs = Number(query.wait) * 1_000;
    const after = query.after_sequence;
    const until = after === undefined ? { final: true } : { afterSequence: Number(after) };
    return this.queries.waitFor(ctx, id, { ...until, timeoutMs, signal: talk.gone });
  }

  private async total(ctx: TenantContext, filter: PaymentFilter): Promise<{ total: number; total_capped: boolean }> {
    const total = await this.queries.count(ctx, filter, TOTAL_CAP);
    return { total: Math.min(total, TOTAL_CAP), total_capped: total >= TOTAL_CAP };
  }
}

/** Dates as text, so that a cursor's scope reads the same on every node. */
function plain(filter: PaymentFilter): Record<string, unknown> {
  return JSON.parse(JSON.stringify(filter)) as Record<string, unknown>;
}
