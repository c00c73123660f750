import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { businessDate, Clock } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { ConversionMargins } from '@tsunagu/payments';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { DccMarginQuery } from './dcc-margin.query.js';
import { DccMarginListResponse, DccMarginResponse } from './dcc-margin.response.js';

/** Sums for the head office. */
@ApiTags('reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(
    private readonly margins: ConversionMargins,
    private readonly cursor: PageCursor,
    private readonly clock: Clock,
  ) {}

  @Get('dcc-margin')
  @Permission('reports:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'readDccMargin',
    summary: '多通貨決済の収益を店舗別に見る · Read what currency conversion earned, store by store',
    description:
      'By business date or month and by currency of the card. Only sales that holders chose to pay in their own currency; refunds take their share of the mark-up back. A page is of whole stores, in the order of their ids.',
  })
  @Answers({
    type: DccMarginListResponse,
    statuses: [200],
    problems: ['cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async dccMargin(@Tenant() ctx: TenantContext, @Query() query: DccMarginQuery): Promise<DccMarginListResponse> {
    const asked = query.toQuery(businessDate(this.clock.now(), 0));
    const scope = { list: 'dcc-margin', tenantId: ctx.tenantId, storeId: ctx.storeId, ...asked };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.margins.list(ctx, { ...asked, limit: query.size, ...edge });
    return pageOf(read, { cursor: this.cursor, scope, edge, oldestFirst: true }, (row) => DccMarginResponse.from(row));
  }
}
