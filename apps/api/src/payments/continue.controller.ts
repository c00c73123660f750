import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentContinuations, PaymentResponse, presentPayment } from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { Intent, IntentOf } from '../idempotency/intent.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { ContinueRequest } from './continue.request.js';
import { PaymentWaits } from './payment-waits.js';

/** The till did what a payment waited for. */
@ApiTags('payments')
@Controller('v1/payments/:id/continue')
export class ContinueController {
  constructor(
    private readonly continuations: PaymentContinuations,
    private readonly waits: PaymentWaits,
  ) {}

  @Post()
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'continuePayment',
    summary: '暗証番号またはICで支払いを続ける · Go on with a PIN or the chip',
    description:
      'Does what `required_action` asks: `enter_pin` wants `pin_block` (single tap: the card is not read again), `insert_chip` wants `card_present` of the same card. The same payment goes on, with a new attempt. A refused body (422) sends nothing and the action stays open until `expires_at`; a wrong PIN asks again while tries are left.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: [
      'resource_missing',
      'state_conflict',
      'card_data_invalid',
      'verification_required',
      'ksn_replay',
      'ksn_stale',
      'card_service_unavailable',
    ],
  })
  async continue(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: ContinueRequest,
  ): Promise<PaymentResponse> {
    const content = body.toContent();
    const order = { ...content, idempotency: intent.of(content) };
    const { resource, replayed } = await this.continuations.continue(ctx, id, order);
    const view = await this.waits.untilFinal(ctx, resource, talk);
    talk.say({ isFinal: view.final, replayed });
    return presentPayment(view, talk);
  }
}
