import { Body, Controller, Get, HttpCode, Param, Post, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Clock, toWireId } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { CurrencyChoices, PaymentResponse, presentPayment } from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { NoBody } from '../http/no-body.decorator.js';
import { Intent, IntentOf } from '../idempotency/intent.js';
import { PaymentWaits } from '../payments/payment-waits.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { DccChoiceRequest } from './dcc-choice.request.js';
import { DccEvidenceResponse, DccOfferResponse } from './dcc-offer.response.js';
import { evidencePdf } from './evidence-document.js';
import { presentEvidence, presentOffer } from './present-dcc.js';

const PDF = 'application/pdf';
const PAYMENT_ID = { name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' };

/** The cardholder's choice of currency (DCC, 多通貨決済). */
@ApiTags('dcc')
@Controller('v1/payments/:id')
export class DccController {
  constructor(
    private readonly choices: CurrencyChoices,
    private readonly waits: PaymentWaits,
    private readonly clock: Clock,
  ) {}

  @Post('dcc-offers')
  @HttpCode(200)
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'offerCurrency',
    summary: '通貨の提示を取得する · Get the offer to show to the cardholder',
    description:
      'Of a payment that was made with `method: "dcc"` and whose `required_action` is `choose_currency`. The offer that stands, or a new one when it is about to end. `id: null`: no rate can be had, the payment goes on in the local currency, and nothing is shown.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    type: DccOfferResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'state_conflict'],
    meanings: { 200: 'The offer to show, or none' },
  })
  async offer(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @NoBody() _body: Record<string, never>,
  ): Promise<DccOfferResponse> {
    return presentOffer(await this.choices.offer(ctx, id), talk);
  }

  @Post('dcc-choice')
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('required')
  @ApiOperation({
    operationId: 'chooseCurrency',
    summary: 'お客様が選んだ通貨を送る · Send the currency that the cardholder chose',
    description:
      'The payment goes on in that currency. There is no default, and no timer chooses: after `expires_at` of the offer only `local` is taken, and silence ends in `expired`, uncharged. Only the newest offer of the payment can be chosen.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({
    movesMoney: true,
    type: PaymentResponse,
    statuses: [201, 202, 200],
    problems: ['resource_missing', 'state_conflict', 'dcc_choice_invalid', 'offer_expired'],
  })
  async choose(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @IntentOf() intent: Intent,
    @Talk() talk: Conversation,
    @Body() body: DccChoiceRequest,
  ): Promise<PaymentResponse> {
    const content = body.toContent();
    const order = { ...content, idempotency: intent.of(body) };
    const { resource, replayed } = await this.choices.choose(ctx, id, order);
    const view = await this.waits.untilFinal(ctx, resource, talk);
    talk.say({ isFinal: view.final, replayed });
    return presentPayment(view, talk);
  }

  @Get('dcc-evidence')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'readDccEvidence',
    summary: '通貨選択の証跡を取得する · Read the evidence of the choice of currency',
    description:
      'Offers word for word, the choice with time, device and language, its hash, the reference of the message that took the money, and refunds. The same as a document: `dcc-evidence.pdf`.',
  })
  @ApiParam(PAYMENT_ID)
  @Answers({ type: DccEvidenceResponse, statuses: [200], problems: ['resource_missing'] })
  async evidence(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
  ): Promise<DccEvidenceResponse> {
    return presentEvidence(await this.choices.evidence(ctx, id), talk);
  }

  @Get('dcc-evidence.pdf')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'readDccEvidencePdf',
    summary: '通貨選択の証跡をPDFで取得する · Read the evidence of the choice of currency as a PDF',
    description: 'The same as `dcc-evidence`, on A4; every font is embedded.',
  })
  @ApiParam(PAYMENT_ID)
  @ApiResponse({
    status: 200,
    description: 'The file',
    content: { [PDF]: { schema: { type: 'string', format: 'binary' }, example: '%PDF-1.3' } },
  })
  @Answers({ type: DccEvidenceResponse, statuses: [], problems: ['resource_missing'] })
  async pdf(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const evidence = presentEvidence(await this.choices.evidence(ctx, id), talk);
    void reply.type(PDF).header('Content-Disposition', `inline; filename="${toWireId('pay', id)}-dcc.pdf"`);
    return evidencePdf(evidence, this.clock.now());
  }
}
