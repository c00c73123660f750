import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES, type WireOutcome } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { SwitchingService } from '@tsunagu/switching';
import { readAttemptKeys, readReverse, readSubmit } from './attempt-requests.js';

/** The switch's doors for the worker. */
@Controller()
@UseGuards(InternalGuard)
export class AttemptsController {
  constructor(private readonly switching: SwitchingService) {}

  @Post(SWITCH_ROUTES.submit)
  @HttpCode(200)
  submit(@Body() body: unknown): Promise<WireOutcome> {
    return this.switching.submit(readSubmit(body));
  }

  @Post(SWITCH_ROUTES.reverse)
  @HttpCode(200)
  reverse(@Body() body: unknown): Promise<WireOutcome> {
    return this.switching.reverse(readReverse(body));
  }

  @Post(SWITCH_ROUTES.outcomes)
  @HttpCode(200)
  outcomes(@Body() body: unknown): Promise<WireOutcome[]> {
    return this.switching.outcomes(readAttemptKeys(body));
  }
}
