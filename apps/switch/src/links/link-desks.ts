import type { CardBrand, SubmitRequest } from '@tsunagu/contracts';
import { InvariantError, type Clock } from '@tsunagu/kernel';
import {
  Desks,
  RETRY_LIMIT,
  type Desk,
  type Routed,
  type SwitchingPorts,
  type SwitchingService,
} from '@tsunagu/switching';
import type { SwitchMetrics } from '../observability/switch-metrics.js';
import type { Router } from '../routing/router.js';
import type { LinkDesk } from './link-desk.js';

const TURN_LATE_MS = 30_000;

/** All links of this process, and which brand goes where. */
export class LinkDesks extends Desks {
  readonly #desks: ReadonlyMap<string, LinkDesk>;

  constructor(
    desks: readonly LinkDesk[],
    readonly router: Router,
    /** Who is away behind a link, from the mix of answers. */
    readonly issuers: Pick<SwitchMetrics, 'outagesOf'>,
  ) {
    super();
    this.#desks = new Map(desks.map((desk) => [desk.config.name, desk]));
  }

  get all(): readonly LinkDesk[] {
    return [...this.#desks.values()];
  }

  override forBrand(brand: CardBrand): Desk | undefined {
    return this.forLink(this.router.table.rules.find((rule) => rule.brands?.includes(brand))?.links[0] ?? '');
  }

  override async route(request: SubmitRequest, originalLink?: string): Promise<Routed> {
    const why = this.router.decide(request, originalLink, (link) => this.#isUp(link));
    const rule = await this.router.forbidden(request);
    if (rule !== undefined) return { desk: undefined, why: { ...why, rule }, refusal: RETRY_LIMIT };
    return { desk: this.forLink(why.link ?? ''), why };
  }

  /** Takes new work: here, or in the process that leads it, which then decides for itself. */
  #isUp(link: string): boolean {
    const desk = this.#desks.get(link);
    if (desk === undefined) return false;
    return desk.isElsewhere || (desk.lease.fence !== null && desk.line.takesWork);
  }

  override forLink(link: string): Desk | undefined {
    return this.#desks.get(link);
  }

  /** The same, with all that this process can do to it. */
  desk(link: string): LinkDesk | undefined {
    return this.#desks.get(link);
  }

  start(service: SwitchingService, ports: SwitchingPorts): void {
    for (const desk of this.all) desk.start(service, ports);
  }

  /** Begin nothing new, wait for what is owed, sign off; the leases are still kept. */
  async leave(drainMs: number): Promise<void> {
    await Promise.allSettled(this.all.map((desk) => desk.leave(drainMs)));
  }

  /** Let other processes lead. */
  async release(): Promise<void> {
    await Promise.allSettled(this.all.map((desk) => desk.release()));
  }

  /** Every link's loop turns. A link that is down is not our failure: it is shown, and does not make us unready. */
  async checkLoops(clock: Clock): Promise<void> {
    const late = this.all.filter((desk) => clock.monotonicMs() - desk.lastTurnMs > TURN_LATE_MS);
    if (late.length > 0) throw new InvariantError('the loop of a link stands still', { links: late.length });
  }
}
