import { Body, Controller, Get, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES, type LinkView } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { InternalGuard } from '@tsunagu/platform';
import { LedElsewhere } from './led-elsewhere.js';
import { LinkOrders, readLinkOrder, type LinkOrderAnswer } from './link-orders.js';
import { LinkOverviews } from './link-overviews.js';
import { LinkDesks } from './link-desks.js';

/** The operator's look at the links. */
@Controller()
@UseGuards(InternalGuard)
export class LinksController {
  constructor(
    private readonly desks: LinkDesks,
    private readonly overviews: LinkOverviews,
    private readonly clock: Clock,
    private readonly orders: LinkOrders,
    private readonly elsewhere: LedElsewhere,
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
        endpoint: line.endpoint.name,
        circuit: line.breaker,
        connections: line.connections.map((one) => ({ number: one.number, state: one.state, in_flight: one.inFlight })),
        in_flight: line.inFlight,
        queued: line.queued,
        saf_pending: entry?.pending ?? 0,
        saf_errors: entry?.errors ?? 0,
        oldest_seconds: ageSeconds(entry?.oldestAt ?? null, now),
        yen_at_risk: entry?.yenAtRisk ?? 0,
        outages: this.desks.issuers.outagesOf(config.name).map(({ issuer, since, answers, sharePercent }) => ({
          issuer,
          since: since.toISOString(),
          answers,
          share_percent: sharePercent,
        })),
      };
    });
    return { routing_version: this.desks.router.table.version, links };
  }

  /** The same, for a client that posts: the operator's command. */
  @Post(SWITCH_ROUTES.linkRead)
  @HttpCode(200)
  async read(): ReturnType<LinksController['links']> {
    const here = await this.links();
    const links = await Promise.all(here.links.map((one) => this.#asLed(one)));
    return { ...here, links };
  }

  @Post(SWITCH_ROUTES.linkReadHere)
  @HttpCode(200)
  readHere(): ReturnType<LinksController['links']> {
    return this.links();
  }

  /** What the replica that leads the link sees; our own view when nobody does, or it does not answer. */
  async #asLed(seen: LinkView): Promise<LinkView> {
    if (seen.leads) return seen;
    const ask = { requestId: `links-${seen.link}` };
    const there = await this.elsewhere.ask<{ links: LinkView[] }>(seen.link, SWITCH_ROUTES.linkReadHere, ask);
    return there?.links.find(({ link }) => link === seen.link) ?? seen;
  }

  /** At whichever replica leads the link. */
  @Post(SWITCH_ROUTES.linkAct)
  @HttpCode(200)
  act(@Body() body: unknown): Promise<LinkOrderAnswer> {
    const order = readLinkOrder(body);
    return this.elsewhere.run({
      here: () => this.orders.carryOut(order),
      door: SWITCH_ROUTES.linkActHere,
      body: order,
    });
  }

  @Post(SWITCH_ROUTES.linkActHere)
  @HttpCode(200)
  actHere(@Body() body: unknown): Promise<LinkOrderAnswer> {
    return this.orders.carryOut(readLinkOrder(body));
  }
}

function ageSeconds(since: Date | null, nowMs: number): number | null {
  return since === null ? null : Math.round((nowMs - since.getTime()) / 1_000);
}
