import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { INTAKE_ROUTES } from '@tsunagu/contracts';
import { AppConfig, AppLogger, SideDoor } from '@tsunagu/platform';
import { HqIntakeService } from './hq-intake.service.js';
import { readGiveUp, readMovementOrder, readPaymentOrder } from './hq-orders.js';

/** The api's door for the switch: a port of its own, because the public one is open to everybody. Closed without `INTERNAL_PORT`. */
@Injectable()
export class HqIntakeDoor implements OnApplicationBootstrap {
  constructor(
    private readonly door: SideDoor,
    private readonly intake: HqIntakeService,
    private readonly config: AppConfig,
    private readonly logger: AppLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.optional('INTERNAL_PORT') === null) return;
    const port = await this.door.open(this.config.whole('INTERNAL_PORT', 0, { min: 0, max: 65_535 }), {
      [INTAKE_ROUTES.accept]: (body) => this.intake.accept(readPaymentOrder(body)),
      [INTAKE_ROUTES.move]: (body) => this.intake.move(readMovementOrder(body)),
      [INTAKE_ROUTES.giveUp]: (body) => this.intake.giveUp(readGiveUp(body)),
    });
    this.logger.log('listening for the switch', { port });
  }
}
