import { Readable } from 'node:stream';
import { Controller, Get, Param, Res } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PaymentQueries, PaymentResponse } from '@tsunagu/payments';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { PaymentStreams } from './payment-streams.js';
import { Follower, type StreamAsk } from './stream-ask.js';

const EXAMPLE = `retry: 2000

id: 1
event: payment
data: {"id":"pay_01JDA0Q5P8F6TBN3X2V7K9M4RE","object":"payment","status":"processing","sequence":1,…}

: still here

id: 2
event: payment
data: {"id":"pay_01JDA0Q5P8F6TBN3X2V7K9M4RE","object":"payment","status":"captured","final":true,"sequence":2,…}
`;

/** One payment, told as it changes. */
@ApiTags('payments')
@Controller('v1/payments/:id/stream')
export class PaymentStreamController {
  constructor(
    private readonly queries: PaymentQueries,
    private readonly streams: PaymentStreams,
  ) {}

  @Get()
  @Permission('payments:read')
  @Policy('open')
  @ApiOperation({
    operationId: 'streamPayment',
    summary: '支払いの変化を受け取る（SSE） · Follow a payment',
    description:
      'Server-sent events: one `payment` event per change with the whole payment, `id` is its `sequence`. A comment every 15 seconds says that the line lives; the stream ends when the payment is final. After a break send the last `id` as `Last-Event-ID`: what you have seen does not come again, and `204` says that there is nothing left to tell. The key travels in the `Authorization` header, never in the URL.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last `id` you have seen' })
  @ApiResponse({
    status: 200,
    description: 'The stream',
    content: { 'text/event-stream': { schema: { type: 'string' }, example: EXAMPLE } },
  })
  @ApiResponse({ status: 204, description: 'You have seen the final state: do not connect again' })
  @Answers({
    type: PaymentResponse,
    statuses: [],
    problems: ['resource_missing', 'parameter_invalid', 'concurrency_exceeded', 'method_not_allowed'],
  })
  async follow(
    @Param('id', new WireIdPipe('pay')) id: string,
    @Follower() ask: StreamAsk,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable | undefined> {
    const view = await this.queries.find(ask.ctx, id);
    if (view === undefined) throw new RequestError('resource_missing');
    const events = this.streams.open(ask, view);
    if (events === undefined) return void reply.status(204);
    // A proxy that collects events would deliver them all at the end.
    void reply.header('Content-Type', 'text/event-stream; charset=utf-8').header('X-Accel-Buffering', 'no');
    return Readable.from(events, { objectMode: false });
  }
}
