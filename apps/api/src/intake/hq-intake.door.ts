import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { INTAKE_ROUTES } from '@tsunagu/contracts';
import { ResolutionDesk } from '@tsunagu/payments';
import { AppConfig, AppLogger, SideDoor } from '@tsunagu/platform';
import { HqIntakeService } from './hq-intake.service.js';
import { readGiveUp, readMovementOrder, readPaymentOrder } from './hq-orders.js';
import { readResolutionAct, type ResolutionAct } from './resolution-orders.js';

/** The api's door for the switch, and for operators who resolve attempts in doubt: a port of its own, because the public one is open to everybody. Closed without `INTERNAL_PORT`. */
@Injectable()
export class HqIntakeDoor implements OnApplicationBootstrap {
  constructor(
    private readonly door: SideDoor,
    private readonly intake: HqIntakeService,
    private readonly resolutions: ResolutionDesk,
    private readonly config: AppConfig,
    private readonly logger: AppLogger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.config.optional('INTERNAL_PORT') === null) return;
    const port = await this.door.open(this.config.whole('INTERNAL_PORT', 0, { min: 0, max: 65_535 }), {
      [INTAKE_ROUTES.accept]: (body) => this.intake.accept(readPaymentOrder(body)),
      [INTAKE_ROUTES.move]: (body) => this.intake.move(readMovementOrder(body)),
      [INTAKE_ROUTES.giveUp]: (body) => this.intake.giveUp(readGiveUp(body)),
      [INTAKE_ROUTES.doubts]: async () => ({ attempts: await this.resolutions.list() }),
      [INTAKE_ROUTES.rule]: (body) => this.#act(readResolutionAct(body)),
    });
    this.logger.log('listening for the switch', { port });
  }

  async #act(act: ResolutionAct): Promise<{ done: true }> {
    await (act.action === 'order' ? this.resolutions.order(act) : this.resolutions.approve(act));
    return { done: true };
  }
}
