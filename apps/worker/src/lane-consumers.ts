import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LANES } from '@tsunagu/contracts';
import { invariant } from '@tsunagu/kernel';
import { DispatchService } from '@tsunagu/payments';
import { LaneWorkers } from '@tsunagu/platform';

/** Attempts of one lane that may wait for their issuer at once: a sick network fills its own lane and no other. */
const CONCURRENCY = 50;

/** One consumer per lane: a job is a bell, the row decides whether there is anything to do. */
@Injectable()
export class LaneConsumers implements OnApplicationBootstrap {
  constructor(
    private readonly workers: LaneWorkers,
    private readonly dispatch: DispatchService,
  ) {}

  onApplicationBootstrap(): void {
    for (const lane of LANES) {
      this.workers.register(lane, CONCURRENCY, ({ tenantId, attemptId }, jobId) =>
        this.dispatch.run({ tenantId, requestId: `job-${jobId}` }, attemptId),
      );
    }
    invariant(this.workers.covers(LANES), 'every lane has a consumer');
  }
}
