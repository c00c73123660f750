import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type OpenCardAnswer } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { TakeCardService } from './take-card.service.js';
import { readTakeRequest } from './take-request.js';

/** Internal door of the switch alone: a card in the clear in, token and sealed envelope out. */
@Controller()
@UseGuards(InternalGuard)
export class TakeCardController {
  constructor(private readonly service: TakeCardService) {}

  @Post(VAULT_ROUTES.takeCard)
  @HttpCode(200)
  take(@Body() body: unknown): Promise<OpenCardAnswer> {
    return this.service.take(readTakeRequest(body));
  }
}
