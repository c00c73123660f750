import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { WatchService } from '@tsunagu/payments';
import { AppLogger } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

const PAUSE_MS = 500;

/** Asks the switch about attempts whose outcome is unknown. */
@Injectable()
export class WatchLoop extends Repeating {
  constructor(
    private readonly watcher: WatchService,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(PAUSE_MS, clock, logger);
  }

  protected override async pass(): Promise<boolean> {
    await this.watcher.watch();
    return false;
  }
}
