import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { DUKPT_PROFILES, type DukptProfileName } from '@tsunagu/hsm';
import { InternalGuard } from '@tsunagu/platform';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { DeviceLoader, type LoadAnswer } from './device-loader.service.js';
import { DeviceMoves } from './device-moves.service.js';
import { DEVICE_MOVES } from './device-state.js';

const PROFILES = Object.keys(DUKPT_PROFILES) as DukptProfileName[];

/** Internal doors for readers in the field: a code for a terminal, the first key for its loader, and the kill switch. */
@Controller()
@UseGuards(InternalGuard)
export class DevicesController {
  constructor(
    private readonly loader: DeviceLoader,
    private readonly moves: DeviceMoves,
  ) {}

  @Post(VAULT_ROUTES.deviceCode)
  @HttpCode(200)
  code(@Body() body: unknown): Promise<{ code: string; expiresAt: Date }> {
    const fields = objectOf(body, 'body');
    const profileName = oneOf(fields, 'profileName', PROFILES);
    const { scheme } = DUKPT_PROFILES[profileName];
    const zone = fields['zone'] === undefined ? scheme.toLowerCase() : requestText(fields, 'zone', 60);
    return this.loader.issueCode({ ...whose(fields), profileName, zone });
  }

  @Post(VAULT_ROUTES.deviceLoad)
  @HttpCode(200)
  load(@Body() body: unknown): Promise<LoadAnswer> {
    const fields = objectOf(body, 'body');
    const code = requestText(fields, 'code', 20);
    return this.loader.load({ ...whose(fields), code, wrappingKeyId: requestText(fields, 'wrappingKeyId', 100) });
  }

  @Post(VAULT_ROUTES.deviceState)
  @HttpCode(200)
  move(@Body() body: unknown): Promise<{ state: string }> {
    const fields = objectOf(body, 'body');
    return this.moves.move({
      tenantId: uuidOf(fields, 'tenantId'),
      deviceId: uuidOf(fields, 'deviceId'),
      move: oneOf(fields, 'move', DEVICE_MOVES),
      reason: requestText(fields, 'reason', 100),
      actor: requestText(fields, 'actor', 100),
      requestId: requestText(fields, 'requestId', 200),
    });
  }
}

function whose(fields: Record<string, unknown>): { tenantId: string; terminalId: string; requestId: string } {
  const requestId = requestText(fields, 'requestId', 200);
  return { tenantId: uuidOf(fields, 'tenantId'), terminalId: uuidOf(fields, 'terminalId'), requestId };
}
