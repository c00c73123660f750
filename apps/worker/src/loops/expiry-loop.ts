import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { EXPIRY_PASS_MAX, ExpiryService } from '@tsunagu/payments';
import { AppLogger } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

const PAUSE_MS = 1_000;

/** Ends payments whose time is over. */
@Injectable()
export class ExpiryLoop extends Repeating {
  constructor(
    private readonly expiry: ExpiryService,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(PAUSE_MS, clock, logger);
  }

  protected override async pass(): Promise<boolean> {
    return (await this.expiry.expire()) === EXPIRY_PASS_MAX;
  }
}
