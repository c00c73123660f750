import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type EnrolDeviceAnswer } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { EnrolDeviceService } from './enrol-device.service.js';

/** Internal door of the operator: a terminal in, its simulated reader's key out. Sandbox only. */
@Controller()
@UseGuards(InternalGuard)
export class EnrolDeviceController {
  constructor(private readonly service: EnrolDeviceService) {}

  @Post(VAULT_ROUTES.enrolDevice)
  @HttpCode(200)
  enrol(@Body() body: unknown): Promise<EnrolDeviceAnswer> {
    const fields = objectOf(body, 'body');
    return this.service.enrol({
      tenantId: uuidOf(fields, 'tenantId'),
      terminalId: uuidOf(fields, 'terminalId'),
      scheme: oneOf(fields, 'scheme', ['AES-DUKPT', 'TDES-DUKPT']),
      requestId: requestText(fields, 'requestId', 200),
    });
  }
}
