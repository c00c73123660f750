import { Module, type OnModuleInit } from '@nestjs/common';
import { PlatformModule, migrationNames, migrationsMatch } from '@tsunagu/platform';
import { SwitchingService, switchMigrations } from '@tsunagu/switching';
import { Storage, Surroundings, assembleSwitch, type Assembly } from './assembly.js';
import { AttemptsController } from './attempts/attempts.controller.js';
import { LinkDesks } from './links/link-desks.js';
import { LinkOverviews } from './links/link-overviews.js';
import { LinkRunner } from './links/link-runner.js';
import { LinksController } from './links/links.controller.js';

const ASSEMBLY = Symbol('the bound parts of the switch');

/** The switch process: platform, journal, links, and the doors of the worker and the operator. */
@Module({
  imports: [PlatformModule.forRoot({ app: 'switch', database: 16 })],
  controllers: [AttemptsController, LinksController],
  providers: [
    Surroundings,
    Storage,
    LinkOverviews,
    { provide: ASSEMBLY, useFactory: assembleSwitch, inject: [Surroundings, Storage] },
    { provide: LinkDesks, useFactory: ({ desks }: Assembly) => desks, inject: [ASSEMBLY] },
    { provide: SwitchingService, useFactory: ({ service }: Assembly) => service, inject: [ASSEMBLY] },
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
    this.house.health.register('migrations', migrationsMatch(this.storage.centre, migrationNames(switchMigrations)));
  }
}
