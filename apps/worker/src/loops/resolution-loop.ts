import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { ResolutionService } from '@tsunagu/payments';
import { AppLogger } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

const PAUSE_MS = 1_000;

/** Carries out what two people agreed on about attempts in doubt. */
@Injectable()
export class ResolutionLoop extends Repeating {
  constructor(
    private readonly resolutions: ResolutionService,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(PAUSE_MS, clock, logger);
  }

  protected override async pass(): Promise<boolean> {
    await this.resolutions.carryOut();
    return false;
  }
}
