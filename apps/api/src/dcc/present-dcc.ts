import { LAYOUT_VERSION, NEUTRAL_LAYOUT, plainAmount, rateDisplay } from '@tsunagu/dcc';
import { toWireId, type CurrencyCode, type TillLanguage } from '@tsunagu/kernel';
import {
  presentPayment,
  type ConversionEvidence,
  type OfferAnswer,
  type PaymentView,
  type RefundView,
} from '@tsunagu/payments';
import type {
  DccChoiceResponse,
  DccEvidenceResponse,
  DccOfferResponse,
  DccRefundResponse,
  DccSideResponse,
  DccTermsResponse,
  DccWireResponse,
} from './dcc-offer.response.js';

type Reader = { readonly language: TillLanguage; readonly isLive: boolean };
type Terms = ConversionEvidence['offers'][number];

const NO_OFFER: Omit<DccOfferResponse, 'payment'> = {
  id: null, object: 'dcc_offer', local: null, foreign: null, rate: null, rate_display: null, markup_bps: null, rate_source: null,
  rate_timestamp: null, expires_at: null, disclaimer: null, provider_reference: null, disclosure: null, layout: null, created_at: null,
}; // prettier-ignore

/** An offer to show with its layout, or nothing to show. */
export function presentOffer({ payment, offer }: OfferAnswer, reader: Reader): DccOfferResponse {
  const shown = presentPayment(payment, reader);
  if (offer === null) return { ...NO_OFFER, payment: shown };
  const { options, ...layout } = NEUTRAL_LAYOUT;
  return {
    ...presentTerms(offer),
    layout: { ...layout, version: LAYOUT_VERSION, options: [...options] },
    payment: shown,
  };
}

export function presentEvidence(evidence: ConversionEvidence, reader: Reader): DccEvidenceResponse {
  const { payment, offers, choice, isIntact } = evidence;
  const shown = presentPayment(payment, reader);
  return {
    object: 'dcc_evidence',
    payment: shown,
    offers: offers.map(presentTerms),
    choice: choice === null ? null : presentChoice(choice),
    record_hash: choice?.hash ?? null,
    intact: isIntact,
    wire: wireOf(payment),
    refunds: payment.refunds.map((refund) => presentRefund(payment, refund, shown.dcc?.amount ?? null)),
  };
}

function presentTerms(offer: Terms): DccTermsResponse {
  const { rate, markupBps, rateSource, disclaimer, providerReference, disclosure, localCurrency, currency } = offer;
  return {
    id: toWireId('dcc', offer.id),
    object: 'dcc_offer',
    local: side(offer.localMinor, localCurrency),
    foreign: side(offer.foreignMinor, currency),
    rate,
    rate_display: rateDisplay(localCurrency, rate, currency),
    markup_bps: markupBps,
    rate_source: rateSource,
    rate_timestamp: offer.rateAt.toISOString(),
    expires_at: offer.expiresAt.toISOString(),
    disclaimer,
    provider_reference: providerReference,
    disclosure: { ...disclosure },
    created_at: offer.createdAt.toISOString(),
  };
}

function presentChoice(choice: NonNullable<ConversionEvidence['choice']>): DccChoiceResponse {
  return {
    offer: toWireId('dcc', choice.offerId),
    choice: choice.choice,
    actor: 'cardholder',
    shown_at: choice.shownAt?.toISOString() ?? null,
    chosen_at: choice.chosenAt.toISOString(),
    chosen_on_device: toWireId('trm', choice.terminalId),
    locale: choice.locale ?? null,
    screen_template_version: choice.screenTemplateVersion ?? null,
    rendered_text_hash: choice.renderedTextHash ?? null,
  };
}

/** The first movement that reached the issuer. */
function wireOf({ attempts }: PaymentView): DccWireResponse | null {
  const charge = attempts.find(({ kind, network }) => (kind === 'sale' || kind === 'auth') && network !== null);
  if (charge === undefined || charge.network === null) return null;
  const { link, rrn, stan, localTime } = charge.network;
  return { link, rrn, stan, local_time: localTime, approval_code: charge.approvalCode };
}

function presentRefund(payment: PaymentView, refund: RefundView, paidMinor: number | null): DccRefundResponse {
  const foreignMinor = foreignOf(payment, refund, paidMinor);
  const currency = payment.dcc?.currency ?? null;
  return {
    id: toWireId('ref', refund.id),
    kind: refund.kind,
    status: refund.status,
    local: side(refund.amountMinor, refund.currency),
    foreign: foreignMinor === null || currency === null ? null : side(foreignMinor, currency),
  };
}

/** A cancel takes back all that was paid, in both currencies, and so says no share of its own. */
function foreignOf({ attempts, dcc }: PaymentView, refund: RefundView, paidMinor: number | null): number | null {
  if (dcc?.status !== 'accepted') return null;
  if (refund.kind === 'torikeshi') return paidMinor;
  return attempts.find(({ id }) => id === refund.attemptId)?.foreignMinor ?? null;
}

function side(amountMinor: number, currency: CurrencyCode): DccSideResponse {
  return { amount: amountMinor, currency, amount_display: plainAmount(amountMinor, currency) };
}
