import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentQueries } from '@tsunagu/payments';
import { fieldsError, RequestError } from '../problem/request-error.js';

/** A movement is in the currency of its payment; a till that names another one meant another payment. */
@Injectable()
export class CurrencyCheck {
  constructor(private readonly queries: PaymentQueries) {}

  /** @throws RequestError `resource_missing`, `parameter_invalid` */
  async check(ctx: TenantContext, paymentId: string, currency: string | undefined): Promise<void> {
    if (currency === undefined) return;
    const payment = await this.queries.find(ctx, paymentId);
    if (payment === undefined) throw new RequestError('resource_missing');
    if (payment.currency !== currency) throw fieldsError([{ pointer: '/money/currency', code: 'combination' }]);
  }
}
