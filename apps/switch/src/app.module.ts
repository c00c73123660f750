import { Module, type OnModuleInit } from '@nestjs/common';
import { acceptorMigrations } from '@tsunagu/acceptor';
import { Clock } from '@tsunagu/kernel';
import { PlatformModule, SwitchPeers, migrationNames, migrationsMatch } from '@tsunagu/platform';
import { NegativeList, RulingDesk, SafDesk, SwitchingService, switchMigrations } from '@tsunagu/switching';
import { Storage, Surroundings, assembleSwitch, type Assembly } from './assembly.js';
import { AttemptsController } from './attempts/attempts.controller.js';
import { RulingsController } from './attempts/rulings.controller.js';
import { SharedSwitching } from './attempts/shared-switching.js';
import { HQ_LINES } from './hq/hq-lines.js';
import { LedElsewhere } from './links/led-elsewhere.js';
import { LinkDesks } from './links/link-desks.js';
import { LinkOrders } from './links/link-orders.js';
import { LinkOverviews } from './links/link-overviews.js';
import { LinkRunner } from './links/link-runner.js';
import { LinksController } from './links/links.controller.js';
import { ReconciliationController } from './reconciliation/reconciliation.controller.js';
import { ReconciliationOverviews } from './reconciliation/reconciliation-overviews.js';
import { Reconcilers } from './reconciliation/reconcilers.js';
import { RoutesController } from './routing/routes.controller.js';
import { SafController } from './reconciliation/saf.controller.js';

const ASSEMBLY = Symbol('the bound parts of the switch');

/** The switch process: platform, journal, links, and the doors of the worker and the operator. */
@Module({
  imports: [PlatformModule.forRoot({ app: 'switch', database: 16, intake: true, peers: true })],
  controllers: [
    AttemptsController,
    RulingsController,
    RoutesController,
    LinksController,
    ReconciliationController,
    SafController,
  ],
  providers: [
    Surroundings,
    Storage,
    LinkOverviews,
    ReconciliationOverviews,
    HQ_LINES,
    { provide: NegativeList, useFactory: ({ negativeList }: Assembly) => negativeList, inject: [ASSEMBLY] },
    { provide: RulingDesk, useFactory: ({ centre }: Storage) => new RulingDesk(centre), inject: [Storage] },
    { provide: SafDesk, useFactory: ({ centre }: Storage) => new SafDesk(centre), inject: [Storage] },
    {
      provide: Reconcilers,
      useFactory: (assembly: Assembly, house: Surroundings, overviews: ReconciliationOverviews) =>
        new Reconcilers(assembly, house, overviews),
      inject: [ASSEMBLY, Surroundings, ReconciliationOverviews],
    },
    { provide: ASSEMBLY, useFactory: assembleSwitch, inject: [Surroundings, Storage] },
    { provide: LinkDesks, useFactory: ({ desks }: Assembly) => desks, inject: [ASSEMBLY] },
    { provide: SwitchingService, useFactory: ({ service }: Assembly) => service, inject: [ASSEMBLY] },
    {
      provide: LedElsewhere,
      useFactory: ({ desks }: Assembly, peers: SwitchPeers, clock: Clock) => new LedElsewhere(desks, peers, clock),
      inject: [ASSEMBLY, SwitchPeers, Clock],
    },
    {
      provide: LinkOrders,
      useFactory: ({ desks }: Assembly, clock: Clock, { centre }: Storage) => new LinkOrders(desks, clock, centre),
      inject: [ASSEMBLY, Clock, Storage],
    },
    {
      provide: SharedSwitching,
      useFactory: ({ service, desks }: Assembly, elsewhere: LedElsewhere) =>
        new SharedSwitching(service, desks, elsewhere),
      inject: [ASSEMBLY, LedElsewhere],
    },
    {
      provide: LinkRunner,
      useFactory: (assembly: Assembly, house: Surroundings, overviews: LinkOverviews) =>
        new LinkRunner(assembly, house, overviews),
      inject: [ASSEMBLY, Surroundings, LinkOverviews],
    },
  ],
})
export class SwitchAppModule implements OnModuleInit {
  constructor(
    private readonly house: Surroundings,
    private readonly storage: Storage,
  ) {}

  onModuleInit(): void {
    this.house.health.register(
      'migrations',
      migrationsMatch(this.storage.centre, migrationNames([...switchMigrations, ...acceptorMigrations])),
    );
  }
}
