import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type CardDisplay, type SealedEnvelope } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { SealAccountService } from './seal-account.service.js';

/** Internal door: a token in, a fresh sealed account out. */
@Controller()
@UseGuards(InternalGuard)
export class SealAccountController {
  constructor(private readonly service: SealAccountService) {}

  @Post(VAULT_ROUTES.sealAccount)
  @HttpCode(200)
  seal(@Body() body: unknown): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    const fields = objectOf(body, 'body');
    return this.service.seal({
      tenantId: uuidOf(fields, 'tenantId'),
      tokenId: uuidOf(fields, 'tokenId'),
      purpose: oneOf(fields, 'purpose', ['authorize', 'refund', 'capture', 'void']),
      requestId: requestText(fields, 'requestId', 200),
      intent: fields['intent'] === undefined ? undefined : requestText(fields, 'intent', 255),
    });
  }
}
