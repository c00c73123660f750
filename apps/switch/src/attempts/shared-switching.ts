import { SWITCH_ROUTES, type ReverseRequest, type SubmitRequest, type WireOutcome } from '@tsunagu/contracts';
import { LinkElsewhereError, type SwitchingService } from '@tsunagu/switching';
import type { LedElsewhere } from '../links/led-elsewhere.js';
import type { LinkDesks } from '../links/link-desks.js';

/**
 * The doors of all replicas of the switch, behind any of them: what belongs to a link is done by the process that leads it. Nothing is
 * refused because a link changes hands: the caller waits for the few seconds that takes.
 */
export class SharedSwitching {
  constructor(
    private readonly service: SwitchingService,
    private readonly desks: LinkDesks,
    private readonly elsewhere: LedElsewhere,
  ) {}

  submit(request: SubmitRequest): Promise<WireOutcome> {
    const here = () => this.service.submit(request);
    return this.elsewhere.run({ here, door: SWITCH_ROUTES.submitHere, body: request });
  }

  reverse(request: ReverseRequest): Promise<WireOutcome> {
    const here = () => this.reverseHere(request);
    return this.elsewhere.run({ here, door: SWITCH_ROUTES.reverseHere, body: request });
  }

  /**
   * The leader alone knows whether the message is on its way out in this instant, and keeps the terminal's order.
   * @throws LinkElsewhereError another process leads the link of this attempt
   */
  async reverseHere(request: ReverseRequest): Promise<WireOutcome> {
    if (this.desks.all.every(({ isLed }) => isLed)) return this.service.reverse(request);
    const [known] = await this.service.outcomes([request]);
    const link = known?.network?.link;
    const desk = link === undefined ? undefined : this.desks.desk(link);
    if (desk?.isElsewhere === true) throw new LinkElsewhereError(desk.config.name);
    return this.service.reverse(request);
  }
}
