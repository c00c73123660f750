import { Module } from '@nestjs/common';
import { AppConfig, AppLogger, HouseCertificate, Metrics, SideDoor } from '@tsunagu/platform';
import { HqIntakeDoor } from './hq-intake.door.js';
import { HqIntakeService } from './hq-intake.service.js';

/** Intake of payments that came in by the line of a merchant's payment server. */
@Module({
  providers: [
    HqIntakeService,
    HqIntakeDoor,
    {
      provide: SideDoor,
      useFactory: (
        config: AppConfig,
        logger: AppLogger,
        metrics: Metrics,
        certificate: HouseCertificate | null,
      ): SideDoor => new SideDoor(config, logger, metrics, certificate),
      inject: [AppConfig, AppLogger, Metrics, HouseCertificate],
    },
  ],
})
export class HqIntakeModule {}
