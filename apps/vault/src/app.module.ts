import { Module, type OnModuleInit } from '@nestjs/common';
import { CardVaultModule, vaultMigrations } from '@tsunagu/card-vault';
import { Centre, HealthChecks, PlatformModule, migrationNames, migrationsMatch } from '@tsunagu/platform';

/** The vault process: platform, database of its zone, and the card vault. */
@Module({ imports: [PlatformModule.forRoot({ app: 'vault', database: 12 }), CardVaultModule] })
export class VaultAppModule implements OnModuleInit {
  constructor(
    private readonly health: HealthChecks,
    private readonly centre: Centre,
  ) {}

  onModuleInit(): void {
    this.health.register('migrations', migrationsMatch(this.centre, migrationNames(vaultMigrations)));
  }
}
