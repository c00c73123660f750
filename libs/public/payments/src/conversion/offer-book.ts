import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { sql, Transactions } from '@tsunagu/platform';
import type { CurrencyChoice, CurrencyOffer } from './currency-offer.js';
import { choiceFromRow, offerFromRow } from './offer-rows.js';

const BOOK = sql(
  'payment_offer_book',
  `SELECT (SELECT jsonb_agg(to_jsonb(o) ORDER BY o.id) FROM gateway.dcc_offer o WHERE tenant_id = $1 AND payment_id = $2) AS offers,
          (SELECT to_jsonb(c) FROM gateway.dcc_choice c WHERE tenant_id = $1 AND payment_id = $2) AS choice`,
);

type Row = Readonly<Record<string, unknown>>;

/** Offers and choices as they were stored; neither ever changes, so they are read without a lock. */
export abstract class OfferBook {
  /** Offers oldest first. */
  abstract read(
    ctx: TenantContext,
    paymentId: string,
  ): Promise<{ offers: readonly CurrencyOffer[]; choice: CurrencyChoice | null }>;
}

@Injectable()
export class PgOfferBook extends OfferBook {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  override async read(
    ctx: TenantContext,
    paymentId: string,
  ): Promise<{ offers: readonly CurrencyOffer[]; choice: CurrencyChoice | null }> {
    const values = [ctx.tenantId, paymentId];
    const [row] = await this.transactions.ask<{ offers: readonly Row[] | null; choice: Row | null }>(ctx, BOOK, values);
    const choice = row?.choice ?? null;
    return { offers: (row?.offers ?? []).map(offerFromRow), choice: choice === null ? null : choiceFromRow(choice) };
  }
}
