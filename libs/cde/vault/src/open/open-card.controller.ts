import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type OpenCardAnswer } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { readOpenRequest } from './open-request.js';
import { OpenCardService } from './open-card.service.js';

/** Internal door: a reader's card in, token and sealed envelope out. */
@Controller()
@UseGuards(InternalGuard)
export class OpenCardController {
  constructor(private readonly service: OpenCardService) {}

  @Post(VAULT_ROUTES.open)
  @HttpCode(200)
  open(@Body() body: unknown): Promise<OpenCardAnswer> {
    return this.service.open(readOpenRequest(body));
  }
}
