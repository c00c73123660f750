import { Injectable } from '@nestjs/common';
import { ConversionQuotes, type ConversionAsk, type TenantContext } from '@tsunagu/contracts';
import { Clock, invariant } from '@tsunagu/kernel';
import type { Accepted } from '../payment-api.js';
import { PaymentGate } from '../payment-gate.js';
import type { PaymentRecord } from '../payment-record.js';
import { viewOf } from '../queries/payment-view.js';
import { chooseCurrency } from './choose-currency.js';
import { CurrencyChoices, type ConversionEvidence, type OfferAnswer } from './conversion-api.js';
import { choiceHash } from './currency-offer.js';
import { OfferBook } from './offer-book.js';
import { mustBeUndecided, offerCurrency, standingOffer } from './offer-currency.js';

/** Offer and choice: each a pure decision under the payment's lock, with the provider asked before it. */
@Injectable()
export class CurrencyChoicesService extends CurrencyChoices {
  constructor(
    private readonly gate: PaymentGate,
    private readonly quotes: ConversionQuotes,
    private readonly book: OfferBook,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async offer(ctx: TenantContext, paymentId: string): Promise<OfferAnswer> {
    const seen = await this.gate.open(ctx, paymentId);
    mustBeUndecided(seen);
    if (standingOffer(seen, this.clock.now()) !== undefined) return this.#shown(ctx, seen);
    const answer = await this.quotes.quote(askOf(seen));
    const asked = { requestId: ctx.requestId, now: this.clock.now() };
    return this.#shown(ctx, await this.gate.change(ctx, paymentId, (locked) => offerCurrency(locked, answer, asked)));
  }

  override async choose(
    ctx: TenantContext,
    paymentId: string,
    order: Parameters<CurrencyChoices['choose']>[2],
  ): Promise<Accepted> {
    const { idempotency, offerId, choice, shown } = order;
    const { record, replayed } = await this.gate.act(ctx, paymentId, {
      idempotency,
      prepare: async () => {
        const { offers } = await this.book.read(ctx, paymentId);
        const offer = offers.find(({ id }) => id === offerId);
        const said = { choice, shown, requestId: ctx.requestId };
        return (locked) => chooseCurrency(locked, offer, said, this.clock.now());
      },
    });
    return { resource: viewOf(record), replayed };
  }

  override async evidence(ctx: TenantContext, paymentId: string): Promise<ConversionEvidence> {
    const payment = viewOf(await this.gate.open(ctx, paymentId));
    const { offers, choice } = await this.book.read(ctx, paymentId);
    const offer = offers.find(({ id }) => id === choice?.offerId);
    const isIntact = choice === null ? null : offer !== undefined && choiceHash(offer, choice) === choice.hash;
    return { payment, offers, choice, isIntact };
  }

  /** The offer that the payment now waits with; none when it goes on in the local currency. */
  async #shown(ctx: TenantContext, record: PaymentRecord): Promise<OfferAnswer> {
    const { id, dcc } = record.payment;
    const payment = viewOf(record);
    if (dcc?.status !== 'undecided') return { payment, offer: null };
    const { offers } = await this.book.read(ctx, id);
    const offer = offers.find((one) => one.id === dcc.offerId);
    invariant(offer !== undefined, 'a payment names an offer that is stored');
    return { payment, offer };
  }
}

function askOf({ payment }: PaymentRecord): ConversionAsk {
  const { id: reference, storeId, card, amountMinor, currency, dcc } = payment;
  invariant(dcc?.currency !== null && dcc?.currency !== undefined, 'a payment that asks for a rate knows the currency');
  return { storeId, reference, brand: card.brand, bin6: card.bin6, cardCurrency: dcc.currency, amountMinor, currency };
}
