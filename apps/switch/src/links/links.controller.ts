import { Controller, Get, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { InternalGuard } from '@tsunagu/platform';
import { LinkOverviews } from './link-overviews.js';
import { LinkDesks } from './link-desks.js';

/** What an operator sees of one link. */
export interface LinkView {
  readonly link: string;
  readonly state: string;
  readonly leads: boolean;
  readonly in_flight: number;
  readonly queued: number;
  readonly saf_pending: number;
  readonly saf_errors: number;
  readonly oldest_seconds: number | null;
  readonly yen_at_risk: number;
}

/** The operator's look at the links. */
@Controller()
@UseGuards(InternalGuard)
export class LinksController {
  constructor(
    private readonly desks: LinkDesks,
    private readonly overviews: LinkOverviews,
    private readonly clock: Clock,
  ) {}

  @Get(SWITCH_ROUTES.links)
  async links(): Promise<{ routing_version: string; links: LinkView[] }> {
    const saf = await this.overviews.read();
    const now = this.clock.now().getTime();
    const links = this.desks.all.map(({ config, line, lease }): LinkView => {
      const entry = saf.get(config.name);
      return {
        link: config.name,
        state: line.state,
        leads: lease.fence !== null,
        in_flight: line.inFlight,
        queued: line.queued,
        saf_pending: entry?.pending ?? 0,
        saf_errors: entry?.errors ?? 0,
        oldest_seconds: ageSeconds(entry?.oldestAt ?? null, now),
        yen_at_risk: entry?.yenAtRisk ?? 0,
      };
    });
    return { routing_version: this.desks.routing.version, links };
  }
}

function ageSeconds(since: Date | null, nowMs: number): number | null {
  return since === null ? null : Math.round((nowMs - since.getTime()) / 1_000);
}
