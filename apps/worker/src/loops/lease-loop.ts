import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { ClaimLease, LEASE } from '@tsunagu/payments';
import { AppLogger } from '@tsunagu/platform';
import { Repeating } from './repeating.js';

/** Tells the database that this worker lives; says goodbye when it stops, so that nobody waits for it. */
@Injectable()
export class LeaseLoop extends Repeating implements OnModuleInit {
  constructor(
    private readonly lease: ClaimLease,
    clock: Clock,
    logger: AppLogger,
  ) {
    super(LEASE.renewMs, clock, logger);
  }

  /** Before any lane is heard: a bell without a lease is dropped. A database that is away is asked again by the loop. */
  async onModuleInit(): Promise<void> {
    await this.tryPass();
  }

  protected override async pass(): Promise<boolean> {
    await this.lease.keep();
    return false;
  }

  override async beforeApplicationShutdown(): Promise<void> {
    await super.beforeApplicationShutdown();
    await this.tryPass(async () => {
      await this.lease.end();
      return false;
    });
  }
}
