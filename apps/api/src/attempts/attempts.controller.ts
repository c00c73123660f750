import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { AttemptAnswerResponse, PaymentActions, PaymentQueries, presentAttemptAnswer } from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { NoBody } from '../http/no-body.decorator.js';
import { ClientReferencePipe } from './client-reference.pipe.js';

const REFERENCE = { name: 'client_reference', example: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01' };

/** After a crash or a lost reply: where does this purchase stand, and how to give it up safely. */
@ApiTags('attempts')
@Controller('v1/attempts')
export class AttemptsController {
  constructor(
    private readonly queries: PaymentQueries,
    private readonly actions: PaymentActions,
  ) {}

  @Get(':client_reference')
  @Permission('payments:read')
  @Policy('open')
  @ApiOperation({
    operationId: 'getAttempt',
    summary: '取引の状態を確認する · Where a purchase stands',
    description: 'Answers `never_seen` for a reference that never arrived.',
  })
  @ApiParam(REFERENCE)
  @Answers({ type: AttemptAnswerResponse, statuses: [200], problems: ['resource_missing'] })
  async read(
    @Tenant() ctx: TenantContext,
    @Param('client_reference', new ClientReferencePipe()) clientReference: string,
    @Talk() talk: Conversation,
  ): Promise<AttemptAnswerResponse> {
    return presentAttemptAnswer(await this.queries.attempt(ctx, clientReference), talk);
  }

  @Post(':client_reference/ensure-cancelled')
  @HttpCode(202)
  @Permission('payments:write')
  @Policy('repair')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'ensureCancelled',
    summary: '取引を確実に取り消す · Give up a purchase safely',
    description:
      'Ends in `abandoned`, `not_sent`, `declined` or `reversed`. A reference never seen is burned: a later create with it is refused.',
  })
  @ApiParam(REFERENCE)
  @Answers({ type: AttemptAnswerResponse, statuses: [202], problems: ['resource_missing', 'state_conflict'] })
  async ensureCancelled(
    @Tenant() ctx: TenantContext,
    @Param('client_reference', new ClientReferencePipe()) clientReference: string,
    @Talk() talk: Conversation,
    @NoBody() _body: Record<string, never>,
  ): Promise<AttemptAnswerResponse> {
    return presentAttemptAnswer(await this.actions.ensureCancelled(ctx, clientReference), talk);
  }
}
