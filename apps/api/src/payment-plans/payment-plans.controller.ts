import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { TokenPort, type TenantContext } from '@tsunagu/contracts';
import { fromWireId, invariant } from '@tsunagu/kernel';
import { PlanQuotes, presentPlan, type PlanQuoteOrder } from '@tsunagu/payments';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { PlanQuoteResponse } from './plan-quote.response.js';
import { QuoteCardRequest, QuotePlansRequest } from './quote-plans.request.js';

@ApiTags('payment-plans')
@Controller('v1/payment-plans')
export class PaymentPlansController {
  constructor(
    private readonly quotes: PlanQuotes,
    private readonly tokens: TokenPort,
  ) {}

  @Post('quote')
  @HttpCode(200)
  @Permission('payments:read')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'quotePaymentPlans',
    summary: '支払区分を照会する · List the legal payment plans of a sale',
    description:
      'By issuer, brand, contract of the merchant, amount and date: what the customer may choose, with days and amounts that sum exactly. It stores nothing and promises nothing: `POST /v1/payments` is held against the same table again.',
  })
  @Answers({
    type: PlanQuoteResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'amount_invalid', 'card_service_unavailable'],
    meanings: { 200: 'The legal plans; one time is always among them' },
  })
  async quote(@Tenant() ctx: TenantContext, @Body() body: QuotePlansRequest): Promise<PlanQuoteResponse> {
    const { amount, currency } = body.money;
    const { date, plans } = await this.quotes.quote(ctx, {
      terminalId: rowId('trm', body.terminal_id),
      card: await this.card(ctx, body.card),
      method: body.method,
      amountMinor: amount,
      currency,
      date: body.date,
    });
    return {
      object: 'payment_plan_quote',
      date,
      table_version: plans[0]?.tableVersion ?? 'none',
      plans: plans.map((plan) => presentPlan(plan, currency)),
    };
  }

  private async card(ctx: TenantContext, { bin, token }: QuoteCardRequest): Promise<PlanQuoteOrder['card']> {
    if (token === undefined) return { bin6: bin ?? '' };
    const { tenantId, requestId } = ctx;
    const { card } = await this.tokens.readToken({ tenantId, requestId, tokenId: rowId('tok', token) });
    return card;
  }
}

function rowId(prefix: 'trm' | 'tok', id: string): string {
  const row = fromWireId(prefix, id);
  invariant(row !== undefined, 'a validated id can be read');
  return row;
}
