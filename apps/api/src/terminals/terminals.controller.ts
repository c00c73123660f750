import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, PaymentQueries, presentPayment, TerminalRules } from '@tsunagu/payments';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { PaymentListResponse } from '../payments/payment-list.response.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { OpenPaymentsQuery } from './open-payments.query.js';
import { CapabilitiesResponse, presentCapabilities } from './capabilities.response.js';

@ApiTags('terminals')
@Controller('v1/terminals')
export class TerminalsController {
  constructor(
    private readonly queries: PaymentQueries,
    private readonly merchants: MerchantDirectory,
    private readonly rules: TerminalRules,
    private readonly cursor: PageCursor,
  ) {}

  @Get(':id/capabilities')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'readTerminalCapabilities',
    summary: '端末の機能と本人確認のルールを取得する · What a terminal may do',
    description:
      'What a till reads at its start: methods, ways of reading a card, currencies, and up to which amount which card needs which verification of its holder. The rules are dated tables; read it again each business day.',
  })
  @ApiParam({ name: 'id', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({ type: CapabilitiesResponse, statuses: [200], problems: ['resource_missing'] })
  async capabilities(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('trm')) id: string,
  ): Promise<CapabilitiesResponse> {
    return presentCapabilities(await this.rules.of(ctx, id));
  }

  @Get(':id/open-payments')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listOpenPayments',
    summary: '未確定の支払いを一覧する · Open payments of a terminal',
    description:
      'What a till asks first after a restart: every payment without a first outcome, and every one that waits for its customer. Newest first, paged like every list.',
  })
  @ApiParam({ name: 'id', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    type: PaymentListResponse,
    statuses: [200],
    problems: ['resource_missing', 'cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async open(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('trm')) id: string,
    @Talk() talk: Conversation,
    @Query() query: OpenPaymentsQuery,
  ): Promise<PaymentListResponse> {
    if ((await this.merchants.terminal(ctx, id)) === undefined) throw new RequestError('resource_missing');
    const scope = { list: 'open-payments', tenantId: ctx.tenantId, terminalId: id };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.queries.openPayments(ctx, id, { limit: query.size, ...edge });
    const page = pageOf(read, { cursor: this.cursor, scope, edge }, (view) => presentPayment(view, talk));
    return { ...page, total: null, total_capped: null };
  }
}
