import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES, type RouteWhy } from '@tsunagu/contracts';
import { InternalGuard, Transactions, sql } from '@tsunagu/platform';
import { readAttemptKeys } from '../attempts/attempt-requests.js';

const WHY = sql(
  'route_why',
  `select attempt_id, state, reason, link, request -> 'route' as route from switch.journal where tenant_id = $1 and attempt_id = $2`,
);

/** Where an attempt went and why, as an operator asks. */
export interface RouteView {
  readonly attempt_id: string;
  readonly state: string;
  readonly reason: string | null;
  readonly link: string | null;
  readonly route: RouteWhy | null;
}

/** The operator's look at routing decisions. */
@Controller()
@UseGuards(InternalGuard)
export class RoutesController {
  constructor(private readonly transactions: Transactions) {}

  /** Attempts never seen are left out. */
  @Post(SWITCH_ROUTES.routes)
  @HttpCode(200)
  async routes(@Body() body: unknown): Promise<RouteView[]> {
    const views: RouteView[] = [];
    for (const { tenantId, attemptId } of readAttemptKeys(body))
      views.push(...(await this.transactions.ask<RouteView>({ tenantId }, WHY, [tenantId, attemptId])));
    return views;
  }
}
