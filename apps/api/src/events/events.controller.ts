import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { EventLog, type EventView } from '@tsunagu/notify';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { PageCursor } from '../lists/page-cursor.js';
import { pageOf } from '../lists/page.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { EventListResponse, EventResponse } from './event.response.js';
import { ListEventsQuery } from './list-events.query.js';

const LIMIT_DEFAULT = 20;

/** Events of the last 30 days, for consumers that lost one. */
@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(
    private readonly events: EventLog,
    private readonly cursor: PageCursor,
  ) {}

  @Get()
  @Permission('events:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listEvents',
    summary: 'イベントを一覧する · List events',
    description: 'Newest first, 30 days. Each carries the whole snapshot; ignore a lower `sequence`.',
  })
  @Answers({
    type: EventListResponse,
    statuses: [200],
    problems: ['cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async list(@Tenant() ctx: TenantContext, @Query() query: ListEventsQuery): Promise<EventListResponse> {
    const filter = query.toFilter();
    const scope = {
      list: 'events',
      tenantId: ctx.tenantId,
      storeId: ctx.storeId,
      terminalId: ctx.terminalId,
      ...filter,
    };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.events.list(ctx, filter, { limit: Number(query.limit ?? LIMIT_DEFAULT), ...edge });
    return pageOf(read, { cursor: this.cursor, scope, edge }, wireOf);
  }

  @Get(':id')
  @Permission('events:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getEvent',
    summary: 'イベントを取得する · Read an event',
    description: 'The event exactly as the webhook carried it.',
  })
  @ApiParam({ name: 'id', example: 'evt_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({ type: EventResponse, statuses: [200], problems: ['resource_missing'] })
  async read(@Tenant() ctx: TenantContext, @Param('id', new WireIdPipe('evt')) id: string): Promise<EventResponse> {
    const event = await this.events.find(ctx, id);
    if (event === undefined) throw new RequestError('resource_missing');
    return wireOf(event);
  }
}

/** The writer wrote it in wire form; nothing is added here, so that webhook and list never differ. */
function wireOf({ wire }: EventView): EventResponse {
  return wire as unknown as EventResponse;
}
