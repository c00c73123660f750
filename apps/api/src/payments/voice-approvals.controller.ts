import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentResponse, presentPayment, VoiceApprovals } from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { Intent, IntentOf } from '../idempotency/intent.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { PaymentWaits } from './payment-waits.js';
import { VoiceApprovalRequest } from './voice-approval.request.js';

/** 電話承認: what was declined with "call us" and approved by telephone. */
@ApiTags('payments')
@Controller('v1/payments/:id/voice-approval')
export class VoiceApprovalsController {
  constructor(
    private readonly voices: VoiceApprovals,
    private readonly waits: PaymentWaits,
  ) {}

  @Post()
  @Permission('payments:voice')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'postVoiceApproval',
    summary: '電話承認を計上する · Post what was approved by telephone',
    description:
      'Of a sale that was declined with `refer_to_issuer`, on the same business date and once. Makes a new payment over the same amount with the token of the declined one: the card is not read again. No other decline can be turned round this way.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE', description: 'The declined payment' })
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: [
      'resource_missing',
      'state_conflict',
      'client_reference_exists',
      'client_reference_burned',
      'terminal_blocked',
      'method_not_supported',
    ],
  })
  async post(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: VoiceApprovalRequest,
  ): Promise<PaymentResponse> {
    const content = body.toContent();
    const { resource, replayed } = await this.voices.post(ctx, id, { ...content, idempotency: intent.of(content) });
    const view = await this.waits.untilFinal(ctx, resource, talk);
    talk.say({ isFinal: view.final, replayed });
    return presentPayment(view, talk);
  }
}
