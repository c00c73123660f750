import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { SweeperService } from '@tsunagu/payments';
import { AppLogger } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

const PAUSE_MS = 500;

/** Rings again for attempts that nobody took. */
@Injectable()
export class SweepLoop extends Repeating {
  constructor(
    private readonly sweeper: SweeperService,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(PAUSE_MS, clock, logger);
  }

  protected override async pass(): Promise<boolean> {
    await this.sweeper.sweep();
    return false;
  }
}
