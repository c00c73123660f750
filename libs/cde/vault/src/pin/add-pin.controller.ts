import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type SealedEnvelope } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { readAddPinRequest } from './add-pin-request.js';
import { AddPinService } from './add-pin.service.js';

/** Internal door: a held card and a PIN in, the card with its PIN out. */
@Controller()
@UseGuards(InternalGuard)
export class AddPinController {
  constructor(private readonly service: AddPinService) {}

  @Post(VAULT_ROUTES.addPin)
  @HttpCode(200)
  add(@Body() body: unknown): Promise<{ envelope: SealedEnvelope }> {
    return this.service.add(readAddPinRequest(body));
  }
}
