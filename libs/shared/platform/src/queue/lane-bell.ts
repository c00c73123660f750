import { Injectable } from '@nestjs/common';
import type { Lane, LaneJob } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';
import type { Counter } from 'prom-client';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Gathering } from './gathering.js';
import { LaneQueues } from './lane-queues.js';

/** A job carries as many attempts as a worker has in flight per lane; four jobs at once, then forty a second. */
const LIMITS = { itemsMax: 50, burst: 4, paceMs: 25 };

interface LaneRing {
  readonly job: LaneJob;
  readonly repeat: number;
}

/** Tells a lane that an attempt is waiting. The row is the promise; the bell may be lost, doubled or late. */
@Injectable()
export class LaneBell {
  /** Counted costs: they may only shrink. Jobs are what the queue pays for; rings are what it was asked for. */
  readonly counts = { rings: 0, jobs: 0, lost: 0 };
  readonly #lost: Counter;
  readonly #lanes = new Map<Lane, Gathering<LaneRing>>();

  constructor(
    private readonly queues: LaneQueues,
    private readonly logger: AppLogger,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#lost = metrics.counter('tsunagu_lane_bell_lost_total', 'Attempts that could not be put into a lane', [
      'lane',
    ]);
  }

  /**
   * Ring once; in a rush several rings share a job. Never throws: the sweeper finds what was lost.
   * @param repeat 0 for the first ring, then 1, 2, … : a queue ignores an id whose finished job it still keeps
   */
  async ring(lane: Lane, job: LaneJob, repeat = 0): Promise<void> {
    this.counts.rings += 1;
    let rings = this.#lanes.get(lane);
    if (rings === undefined) {
      rings = new Gathering(this.clock, LIMITS, (gathered) => this.#carry(lane, gathered));
      this.#lanes.set(lane, rings);
    }
    await rings.add({ job, repeat });
  }

  async #carry(lane: Lane, rings: readonly LaneRing[]): Promise<void> {
    const [first] = rings;
    if (first === undefined) return;
    const { attemptId } = first.job;
    this.counts.jobs += 1;
    try {
      const jobId = first.repeat === 0 ? attemptId : `${attemptId}-${first.repeat}`;
      await this.queues.add(
        lane,
        rings.map(({ job }) => job),
        jobId,
      );
    } catch (error) {
      this.counts.lost += rings.length;
      this.#lost.inc({ lane }, rings.length);
      this.logger.warn('a bell was lost; the sweeper will ring again', { lane, attemptId, rings: rings.length, error });
    }
  }
}
