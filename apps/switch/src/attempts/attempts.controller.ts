import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES, type WireOutcome } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { SwitchingService } from '@tsunagu/switching';
import { SharedSwitching } from './shared-switching.js';
import { readAttemptKeys, readReverse, readSubmit } from './attempt-requests.js';

/** The switch's doors for the worker, and for its replicas. */
@Controller()
@UseGuards(InternalGuard)
export class AttemptsController {
  constructor(
    private readonly shared: SharedSwitching,
    private readonly here: SwitchingService,
  ) {}

  @Post(SWITCH_ROUTES.submit)
  @HttpCode(200)
  submit(@Body() body: unknown): Promise<WireOutcome> {
    return this.shared.submit(readSubmit(body));
  }

  @Post(SWITCH_ROUTES.reverse)
  @HttpCode(200)
  reverse(@Body() body: unknown): Promise<WireOutcome> {
    return this.shared.reverse(readReverse(body));
  }

  @Post(SWITCH_ROUTES.outcomes)
  @HttpCode(200)
  outcomes(@Body() body: unknown): Promise<WireOutcome[]> {
    return this.here.outcomes(readAttemptKeys(body));
  }

  @Post(SWITCH_ROUTES.submitHere)
  @HttpCode(200)
  submitHere(@Body() body: unknown): Promise<WireOutcome> {
    return this.here.submit(readSubmit(body));
  }

  @Post(SWITCH_ROUTES.reverseHere)
  @HttpCode(200)
  reverseHere(@Body() body: unknown): Promise<WireOutcome> {
    return this.shared.reverseHere(readReverse(body));
  }
}
