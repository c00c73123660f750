import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { toWireId } from '@tsunagu/kernel';
import { MerchantDirectory } from '@tsunagu/payments';
import { Idempotency, TestDeskRoute } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { SimulatorDoor } from './simulator-door.js';
import { EnterPinRequest, PresentCardRequest } from './test-card.request.js';
import { EnteredPinResponse, PresentedCardResponse } from './test-card.response.js';

const TERMINAL_ID = { name: 'id', example: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RE' };

/** Virtual terminals of the sandbox: the reader that a developer at a keyboard does not have. */
@ApiTags('sandbox')
@Controller('v1/test/terminals')
export class TestTerminalsController {
  constructor(
    private readonly merchants: MerchantDirectory,
    private readonly door: SimulatorDoor,
  ) {}

  @Post(':id/present_card')
  @HttpCode(200)
  @TestDeskRoute()
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'presentTestCard',
    summary: '仮想端末にテストカードをかざす · Show a test card to a virtual terminal',
    description:
      'Sandbox only. Answers a part of the body of `POST /v1/payments`, encrypted by the reader of this terminal under its next transaction key: add `client_reference` and `kind` and send it. Nothing is charged here, and each answer serves one purchase. A program that encrypts by itself should use another terminal: two readers of one key meet each other’s serial numbers (`ksn_replay`).',
  })
  @ApiParam(TERMINAL_ID)
  @Answers({
    type: PresentedCardResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'amount_invalid', 'simulator_unavailable'],
    meanings: { 200: 'Ready to be sent' },
  })
  async present(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('trm')) id: string,
    @Body() body: PresentCardRequest,
  ): Promise<PresentedCardResponse> {
    const terminalId = await this.#own(ctx, id);
    const { card, entry_mode: entry, pin, money } = body;
    const asked = { card, entry, pin, amount: money.amount, currency: money.currency };
    const path = `/terminals/present?id=${terminalId}`;
    const { card_present: made } = await this.door.ask<Pick<PresentedCardResponse, 'card_present'>>(
      'POST',
      path,
      asked,
    );
    return { terminal_id: terminalId, money: { amount: money.amount, currency: money.currency }, card_present: made };
  }

  @Post(':id/enter_pin')
  @HttpCode(200)
  @TestDeskRoute()
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'enterTestPin',
    summary: '仮想端末で暗証番号を入力する · Type a PIN at a virtual terminal',
    description:
      'Sandbox only. The body of `POST /v1/payments/{id}/continue` for a payment that waits for a PIN (`required_action` enter_pin): the card is not read again.',
  })
  @ApiParam(TERMINAL_ID)
  @Answers({
    type: EnteredPinResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'simulator_unavailable'],
    meanings: { 200: 'Ready to be sent' },
  })
  async pin(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('trm')) id: string,
    @Body() body: EnterPinRequest,
  ): Promise<EnteredPinResponse> {
    const terminalId = await this.#own(ctx, id);
    return this.door.ask('POST', `/terminals/pin?id=${terminalId}`, { card: body.card, pin: body.pin });
  }

  /** @throws RequestError `resource_missing` another tenant's, or outside the key's node */
  async #own(ctx: TenantContext, id: string): Promise<string> {
    if ((await this.merchants.terminal(ctx, id)) === undefined) throw new RequestError('resource_missing');
    return toWireId('trm', id);
  }
}
