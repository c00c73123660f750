import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES } from '@tsunagu/contracts';
import { AppError, Clock } from '@tsunagu/kernel';
import { InternalGuard } from '@tsunagu/platform';
import {
  NegativeList,
  type DifferenceCase,
  type DifferenceItem,
  type NegativeStream,
  type PeerTransaction,
  type Run,
} from '@tsunagu/switching';
import { HqRunner, type HqLineExchange } from '../hq/hq-runner.js';
import { ReconciliationOverviews, type LinkBalance, type WatchLine } from './reconciliation-overviews.js';
import { readOrder, readQuestion, type ReconciliationOrder } from './reconciliation-requests.js';
import { Reconcilers } from './reconcilers.js';

/** There is no such link or case. */
export class NothingToReconcileError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor(what: 'link' | 'case') {
    super('there is nothing of that name to reconcile', { what });
  }
}

/** A correction that is in no journal cannot close a case. */
export class UnknownCorrectionError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(attemptIds: readonly string[]) {
    super('these corrections are in no journal', { attemptId: attemptIds[0] ?? null, count: attemptIds.length });
  }
}

/** What an operator sees: links with their dates, counters and exchanges, or one case with its items. No card is in any of it. */
type ReconciliationView =
  | {
      readonly links: readonly LinkBalance[];
      readonly cases: readonly DifferenceCase[];
      readonly watches: readonly WatchLine[];
      readonly negativeList: readonly NegativeStream[];
      /** Totals that merchants' payment servers compared with ours. */
      readonly hq: readonly HqLineExchange[];
    }
  | { readonly case: DifferenceCase; readonly items: readonly DifferenceItem[] };

/** The operator's doors to counter exchange and difference cases. */
@Controller()
@UseGuards(InternalGuard)
export class ReconciliationController {
  constructor(
    private readonly reconcilers: Reconcilers,
    private readonly overviews: ReconciliationOverviews,
    private readonly negativeList: NegativeList,
    private readonly lines: HqRunner,
    private readonly clock: Clock,
  ) {}

  @Post(SWITCH_ROUTES.reconciliationRead)
  @HttpCode(200)
  async read(@Body() body: unknown): Promise<ReconciliationView> {
    const { link, caseId } = readQuestion(body);
    const { cases } = this.reconcilers.parts;
    if (caseId !== undefined) {
      const found = await this.#case(caseId);
      return { case: found, items: await cases.items(caseId) };
    }
    const negativeList = await this.negativeList.streams();
    const watches = await this.overviews.watches(link);
    const links = await this.overviews.balances(link);
    const hq = await this.lines.exchanges(link);
    return { links, cases: await cases.list({ link }), watches, negativeList, hq };
  }

  @Post(SWITCH_ROUTES.reconciliationAct)
  @HttpCode(200)
  async act(@Body() body: unknown): Promise<object> {
    const order = readOrder(body);
    switch (order.action) {
      case 'final':
      case 'checkpoint':
        return this.#exchange(order);
      case 'cutover':
        return { accepted: await this.#reconciler(order.link).cutOver(order.businessDate) };
      case 'close':
        return this.#close(order);
      case 'details':
        return this.#details(order.caseId, order.transactions);
    }
  }

  async #exchange(order: Extract<ReconciliationOrder, { action: 'final' | 'checkpoint' }>): Promise<object> {
    const { action, link, businessDate, currency } = order;
    const run: Run | undefined = await this.#reconciler(link).exchange({ businessDate, currency }, action);
    await this.#reconciler(link).pass(); // a difference is looked into at once
    return { opened: run !== undefined, links: await this.overviews.balances(link) };
  }

  async #close(order: Extract<ReconciliationOrder, { action: 'close' }>): Promise<object> {
    const { caseId, by, reason, corrections } = order;
    await this.#case(caseId);
    const resolution = corrections.length > 0 ? 'corrected' : 'explained';
    const at = this.clock.now();
    const unknown = await this.reconcilers.parts.cases.close(caseId, { by, resolution, reason, corrections, at });
    if (unknown.length > 0) throw new UnknownCorrectionError(unknown);
    return { case: await this.#case(caseId) };
  }

  async #details(caseId: string, transactions: readonly PeerTransaction[]): Promise<object> {
    const found = await this.#case(caseId);
    const { investigator, cases } = this.reconcilers.parts;
    await investigator.compareWith(
      found,
      (async function* () {
        yield transactions;
      })(),
    );
    return { case: await this.#case(caseId), items: await cases.items(caseId) };
  }

  #reconciler(link: string) {
    const reconciler = this.reconcilers.of(link);
    if (reconciler === undefined) throw new NothingToReconcileError('link');
    return reconciler;
  }

  async #case(id: string): Promise<DifferenceCase> {
    const found = await this.reconcilers.parts.cases.find(id);
    if (found === undefined) throw new NothingToReconcileError('case');
    return found;
  }
}
