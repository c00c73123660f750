import { Controller, Get, Param } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, PaymentQueries, presentPayment, TerminalRules } from '@tsunagu/payments';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { PaymentListResponse } from '../payments/payment-list.response.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { CapabilitiesResponse, presentCapabilities } from './capabilities.response.js';

@ApiTags('terminals')
@Controller('v1/terminals')
export class TerminalsController {
  constructor(
    private readonly queries: PaymentQueries,
    private readonly merchants: MerchantDirectory,
    private readonly rules: TerminalRules,
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
    description: 'What a till asks first after a restart: everything that is not final yet.',
  })
  @ApiParam({ name: 'id', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({ type: PaymentListResponse, statuses: [200], problems: ['resource_missing'] })
  async open(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('trm')) id: string,
    @Talk() talk: Conversation,
  ): Promise<PaymentListResponse> {
    if ((await this.merchants.terminal(ctx, id)) === undefined) throw new RequestError('resource_missing');
    const data = (await this.queries.openPayments(ctx, id)).map((view) => presentPayment(view, talk));
    return {
      object: 'list',
      data,
      has_more: false,
      next_cursor: null,
      prev_cursor: null,
      total: null,
      total_capped: null,
    };
  }
}
