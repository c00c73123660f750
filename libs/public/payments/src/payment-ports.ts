import type { Lane, LaneJob } from '@tsunagu/contracts';
import type { Clock } from '@tsunagu/kernel';

/** Tells a lane that an attempt waits. Never throws: the sweeper finds a lost one. Bound to the platform's lane bell. */
export abstract class AttemptBell {
  abstract ring(lane: Lane, job: LaneJob, repeat?: number): Promise<void>;
}

/** Where and when things happen: the process that answers a till, and its clock. */
export class PaymentOrigin {
  constructor(
    readonly clock: Clock,
    readonly nodeName: string,
  ) {}
}
