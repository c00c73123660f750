import { Injectable } from '@nestjs/common';
import type { Lane, LaneJob } from '@tsunagu/contracts';
import type { Counter } from 'prom-client';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { LaneQueues } from './lane-queues.js';

/** Tells a lane that an attempt is waiting. The row is the promise; the bell may be lost, doubled or late. */
@Injectable()
export class LaneBell {
  /** Counted costs: they may only shrink. */
  readonly counts = { rings: 0, lost: 0 };
  readonly #lost: Counter;

  constructor(
    private readonly queues: LaneQueues,
    private readonly logger: AppLogger,
    metrics: Metrics,
  ) {
    this.#lost = metrics.counter('tsunagu_lane_bell_lost_total', 'Jobs that could not be put into a lane', ['lane']);
  }

  /**
   * Ring once. Never throws: the sweeper finds what was lost.
   * @param repeat 0 for the first ring, then 1, 2, … : a queue ignores an id whose finished job it still keeps
   */
  async ring(lane: Lane, job: LaneJob, repeat = 0): Promise<void> {
    this.counts.rings += 1;
    try {
      await this.queues.add(lane, job, repeat === 0 ? job.attemptId : `${job.attemptId}-${repeat}`);
    } catch (error) {
      this.counts.lost += 1;
      this.#lost.inc({ lane });
      this.logger.warn('a bell was lost; the sweeper will ring again', { lane, attemptId: job.attemptId, error });
    }
  }
}
