import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { invariant } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import {
  PaymentActions,
  PaymentResponse,
  presentPayment,
  presentRefund,
  RefundResponse,
  type AttemptKind,
  type PaymentView,
} from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { NoBody } from '../http/no-body.decorator.js';
import { Intent, IntentOf } from '../idempotency/intent.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { CurrencyCheck } from './currency-check.js';
import { CaptureRequest, IncreaseRequest, RefundRequest } from './movement.request.js';
import { PaymentWaits } from './payment-waits.js';

const PAYMENT_ID = { name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
const OPEN_ATTEMPTS: readonly string[] = ['created', 'sending', 'sent_unknown', 'in_doubt'];

/** Movements on an accepted payment: increase, capture, release, cancel, refund. */
@ApiTags('payments')
@Controller('v1/payments/:id')
export class MovementsController {
  constructor(
    private readonly actions: PaymentActions,
    private readonly waits: PaymentWaits,
    private readonly currencies: CurrencyCheck,
  ) {}

  @Post('captures')
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'capturePayment',
    summary: '売上を確定する · Capture an authorized payment',
    description: 'Without money: all that is left, final.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: ['resource_missing', 'state_conflict', 'amount_exceeds_authorized', 'already_captured', 'amount_invalid'],
  })
  async capture(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: CaptureRequest,
  ): Promise<PaymentResponse> {
    await this.currencies.check(ctx, id, body.money?.currency);
    const order = { idempotency: intent.of(body), amountMinor: body.money?.amount, final: body.final };
    const { resource, replayed } = await this.actions.capture(ctx, id, order);
    const view = await this.waits.untilDone(ctx, resource, talk, hasNoOpen('capture'));
    talk.say({ isFinal: hasNoOpen('capture')(view), replayed });
    return presentPayment(view, talk);
  }

  @Post('increases')
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'increasePayment',
    summary: '承認額を増やす（増額オーソリ） · Ask for more on an authorization',
    description:
      'An incremental authorization: `authorized` grows by the amount when the issuer approves. When it does not, the authorization stands as it was, and the newest attempt says why.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: ['resource_missing', 'state_conflict', 'amount_invalid'],
  })
  async increase(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: IncreaseRequest,
  ): Promise<PaymentResponse> {
    await this.currencies.check(ctx, id, body.money.currency);
    const order = { idempotency: intent.of(body), amountMinor: body.money.amount };
    const { resource, replayed } = await this.actions.increase(ctx, id, order);
    const view = await this.waits.untilDone(ctx, resource, talk, hasNoOpen('increase'));
    talk.say({ isFinal: hasNoOpen('increase')(view), replayed });
    return presentPayment(view, talk);
  }

  @Post('release')
  @Permission('payments:write')
  @Policy('repair')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'releasePayment',
    summary: '残りの承認を放棄する · Give up what is left of an authorization',
    description: 'Of a partly captured authorization: no further capture follows, and what was captured stays.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [200],
    problems: ['resource_missing', 'state_conflict'],
  })
  async release(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @NoBody() body: Record<string, never>,
  ): Promise<PaymentResponse> {
    const { resource, replayed } = await this.actions.release(ctx, id, { idempotency: intent.of(body) });
    talk.say({ isFinal: true, replayed, created: false });
    return presentPayment(resource, talk);
  }

  @Post('cancel')
  @Permission('payments:write')
  @Policy('repair')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'cancelPayment',
    summary: '支払いを取り消す · Cancel a payment before capture',
    description:
      'Any time before capture. 200 when voided; 202 with `cancel_requested` while the outcome is open: the outcome decides, and `customer_charged` tells.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [200, 202],
    problems: ['resource_missing', 'state_conflict'],
  })
  async cancel(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @NoBody() body: Record<string, never>,
  ): Promise<PaymentResponse> {
    const { resource, replayed } = await this.actions.cancel(ctx, id, { idempotency: intent.of(body) });
    const view = await this.waits.untilDone(ctx, resource, talk, isCancelDone);
    talk.say({ isFinal: isCancelDone(view), replayed, created: false });
    return presentPayment(view, talk);
  }

  @Post('refunds')
  @Permission('refunds:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'refundPayment',
    summary: '返金する（取消・返品） · Refund a captured payment',
    description: 'Without money: all that is left. The gateway chooses 取消 or 返品 unless `kind` says which.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: RefundResponse,
    statuses: [201, 202, 200],
    problems: [
      'resource_missing',
      'state_conflict',
      'amount_exceeds_refundable',
      'plan_needs_whole_refund',
      'amount_invalid',
    ],
  })
  async refund(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: RefundRequest,
  ): Promise<RefundResponse> {
    await this.currencies.check(ctx, id, body.money?.currency);
    const { money, kind, slip_no: slipNo } = body;
    const order = { idempotency: intent.of(body), amountMinor: money?.amount, kind, slipNo };
    const { resource, replayed } = await this.actions.refund(ctx, id, order);
    const refundId = resource.refund.id;
    const current = ({ refunds }: PaymentView) => refunds.find((each) => each.id === refundId) ?? resource.refund;
    const view = await this.waits.untilDone(ctx, resource.payment, talk, (each) => isAnswered(current(each).status));
    const refund = current(view);
    invariant(refund.paymentId === id, 'a refund belongs to the payment of its path');
    talk.say({ isFinal: isAnswered(refund.status), replayed });
    return presentRefund(refund, talk);
  }
}

function hasNoOpen(wanted: AttemptKind): (view: PaymentView) => boolean {
  return ({ attempts }) => !attempts.some(({ kind, status }) => kind === wanted && OPEN_ATTEMPTS.includes(status));
}

function isCancelDone(view: PaymentView): boolean {
  const hasOpenAttempt = view.attempts.some(({ status }) => OPEN_ATTEMPTS.includes(status));
  return view.final && !hasOpenAttempt && view.pendingUnknown.length === 0 && !isCancelPending(view);
}

/** An authorized payment with a cancel asked for is being reversed: `final` alone would say 200 too early. */
function isCancelPending({ cancelRequested, status }: PaymentView): boolean {
  return cancelRequested && !['voided', 'declined', 'expired'].includes(status);
}

function isAnswered(status: string): boolean {
  return status === 'approved' || status === 'declined';
}
