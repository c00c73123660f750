import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { AppLogger, Centre, sql } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

const PAUSE_MS = 3_600_000;
const FORGET_AFTER_MS = 31 * 24 * 3_600_000;
const PASS_MAX = 5_000;
const KEEP = sql('worker_keep_payments_in_order', 'SELECT gateway.keep_payments_in_order($1, $2) AS forgotten');

/** Forgets intents past their 30 days, once an hour. Harmless when two workers do it. */
@Injectable()
export class Housekeeping extends Repeating {
  constructor(
    private readonly centre: Centre,
    private readonly time: Clock,
    logger: AppLogger,
  ) {
    super(PAUSE_MS, time, logger);
  }

  protected override async pass(): Promise<boolean> {
    const before = new Date(this.time.now().getTime() - FORGET_AFTER_MS);
    const [row] = await this.centre.query<{ forgotten: number }>(KEEP, [before, PASS_MAX]);
    return row?.forgotten === PASS_MAX;
  }
}
