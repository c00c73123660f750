import { Controller, Get, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { AuditTrail } from '@tsunagu/notify';
import { Permission, Policy } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { AuditEventListResponse, AuditEventResponse } from './audit-event.response.js';
import { ListAuditEventsQuery } from './list-audit-events.query.js';

/** Who changed what a tenant has set up. What is done with cards is in the trail of each token. */
@ApiTags('audit-events')
@Controller('v1/audit-events')
export class AuditEventsController {
  constructor(
    private readonly trail: AuditTrail,
    private readonly cursor: PageCursor,
  ) {}

  @Get()
  @Permission('audit:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listAuditEvents',
    summary: '監査記録を一覧する · List audit events',
    description:
      'Changes of API keys and webhook endpoints: who, what, before and after, newest first. Nobody can change or delete an entry. Reading is an entry, too. What was done with a card: `GET /v1/tokens/{id}/trail`.',
  })
  @Answers({
    type: AuditEventListResponse,
    statuses: [200],
    problems: ['cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async list(@Tenant() ctx: TenantContext, @Query() query: ListAuditEventsQuery): Promise<AuditEventListResponse> {
    tenantWide(ctx, 'audit:read');
    const filter = query.toFilter();
    const scope = { list: 'audit-events', tenantId: ctx.tenantId, ...filter };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.trail.list(ctx, filter, { limit: query.size, ...edge });
    return pageOf(read, { cursor: this.cursor, scope, edge }, (entry) => AuditEventResponse.from(entry));
  }
}
