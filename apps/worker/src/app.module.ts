import { Module, type OnModuleInit } from '@nestjs/common';
import { NotifyDeliveryModule, NotifyWriterModule, notifyMigrations } from '@tsunagu/notify';
import { PaymentsWorkerModule, paymentsMigrations } from '@tsunagu/payments';
import { Centre, HealthChecks, PlatformModule, migrationNames, migrationsMatch } from '@tsunagu/platform';
import { LaneConsumers } from './lane-consumers.js';
import { Housekeeping } from './loops/housekeeping.js';
import { ExpiryLoop } from './loops/expiry-loop.js';
import { LeaseLoop } from './loops/lease-loop.js';
import { ResolutionLoop } from './loops/resolution-loop.js';
import { SweepLoop } from './loops/sweep-loop.js';
import { WatchLoop } from './loops/watch-loop.js';

/** The worker process: consumers of all lanes, the loops that read PostgreSQL, and the sender of webhooks. */
@Module({
  imports: [
    PlatformModule.forRoot({ app: 'worker', database: 24, lanes: true, workers: true, switch: true }),
    NotifyWriterModule,
    NotifyDeliveryModule,
    PaymentsWorkerModule,
  ],
  providers: [LaneConsumers, LeaseLoop, SweepLoop, WatchLoop, ExpiryLoop, ResolutionLoop, Housekeeping],
})
export class WorkerAppModule implements OnModuleInit {
  constructor(
    private readonly health: HealthChecks,
    private readonly centre: Centre,
  ) {}

  onModuleInit(): void {
    const names = migrationNames([...paymentsMigrations, ...notifyMigrations]);
    this.health.register('migrations', migrationsMatch(this.centre, names));
  }
}
