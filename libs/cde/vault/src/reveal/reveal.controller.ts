import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { REVEAL_REASONS, VAULT_ROUTES, type RevealAnswer, type RevealRequest } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { matchOf, objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { SealAccountService } from '../seal/seal-account.service.js';

/** Questions about a card; the other reasons bring a payment to its end, which a revoked token does not prevent. */
const BEGINNINGS: readonly RevealRequest['reason'][] = ['negative_list', 'validity_check'];

/**
 * Internal door of the switch: an account again, one at a time, for a reason that is written down before the answer. What leaves is
 * sealed to the switch's keys: the digits cross no wire.
 */
@Controller()
@UseGuards(InternalGuard)
export class RevealController {
  constructor(private readonly seals: SealAccountService) {}

  @Post(VAULT_ROUTES.tokenReveal)
  @HttpCode(200)
  async reveal(@Body() body: unknown): Promise<RevealAnswer> {
    const fields = objectOf(body, 'body');
    const whose = { tenantId: uuidOf(fields, 'tenantId'), tokenId: uuidOf(fields, 'tokenId') };
    const why = oneOf(fields, 'reason', REVEAL_REASONS);
    const facts = { reference: matchOf(fields, 'reference', /^[A-Za-z0-9_.:/-]{1,100}$/) };
    const requestId = requestText(fields, 'requestId', 200);
    const standing = BEGINNINGS.includes(why) ? 'begins' : 'follows';
    const asked = { ...whose, requestId, operation: 'reveal', why, facts, standing, intent: null } as const;
    const { envelope } = await this.seals.sealFor(asked);
    return { envelope };
  }
}
