import { Injectable } from '@nestjs/common';
import { businessDate } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, PlanQuotes, type PlanQuote, type PlanQuoteOrder } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import { PaymentOrigin } from '../payment-ports.js';
import { legalPlans } from './plan-engine.js';
import { NO_PLAN_CONTRACT } from './plan-rules.js';

/** Which plans a clerk may offer; asks nobody but the directory, and promises nothing: the payment is judged again. */
@Injectable()
export class PlanQuotesService extends PlanQuotes {
  constructor(
    private readonly directory: MerchantDirectory,
    private readonly origin: PaymentOrigin,
  ) {
    super();
  }

  override async quote(ctx: TenantContext, order: PlanQuoteOrder): Promise<PlanQuote> {
    const terminal = await this.directory.terminal(ctx, order.terminalId);
    if (terminal === undefined) throw new PaymentError('resource_missing');
    const { card, amountMinor, currency } = order;
    const date = order.date ?? businessDate(this.origin.clock.now(), terminal.cutOffMinutes);
    const method = order.method ?? (card.brand === 'unionpay' ? 'unionpay' : 'credit');
    const contract = terminal.planContract ?? NO_PLAN_CONTRACT;
    return { date, plans: legalPlans({ card, method, contract, amountMinor, currency, date }) };
  }
}
