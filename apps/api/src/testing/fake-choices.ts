import type { TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import type { Accepted, ConversionEvidence, OfferAnswer } from '@tsunagu/payments';
import { AT, FakeRefusal, type FakePayments } from './fake-payments.js';

/** The holder's choice of currency in memory: every payment has one offer, and every choice is taken. */
export class FakeChoices {
  constructor(private readonly payments: FakePayments) {}

  async offer(ctx: TenantContext, paymentId: string): Promise<OfferAnswer> {
    const { payment, offers } = await this.evidence(ctx, paymentId);
    return { payment, offer: offers[0] ?? null };
  }

  async choose(ctx: TenantContext, paymentId: string): Promise<Accepted> {
    return { resource: (await this.evidence(ctx, paymentId)).payment, replayed: false };
  }

  /** As the margins of a tenant without any. */
  list(): Promise<{ data: never[]; hasMore: boolean }> {
    return Promise.resolve({ data: [], hasMore: false });
  }

  async evidence(ctx: TenantContext, paymentId: string): Promise<ConversionEvidence> {
    const payment = await this.payments.find(ctx, paymentId);
    if (payment === undefined) throw new FakeRefusal('resource_missing', 'not_found');
    const disclosure = { ja: '通貨', en: 'Currency', 'zh-Hans': '货币', 'zh-Hant': '貨幣', ko: '통화' };
    const offer = {
      id: newId(AT), paymentId, storeId: payment.storeId, localMinor: 1500, localCurrency: 'JPY', foreignMinor: 1007, currency: 'USD',
      rate: '0.0067123', markupBps: 375, rateSource: 'A BANK', rateAt: AT, expiresAt: AT, providerReference: 'rec-1',
      disclaimer: 'As it is.', disclosure, createdAt: AT,
    } as const; // prettier-ignore
    return { payment, offers: [offer], choice: null, isIntact: null };
  }
}
