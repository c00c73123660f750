import { toWireId } from '@tsunagu/kernel';
import { foreignPaidMinor } from '../conversion/foreign-share.js';
import type { PaymentView } from '../payment-api.js';
import { presentMoney } from './present-money.js';
import type { ConversionResponse, PresentmentResponse, RequiredActionResponse } from './waiting.response.js';

export function presentAction({ action }: PaymentView): RequiredActionResponse | null {
  return action === null ? null : { type: action.type, expires_at: action.expiresAt };
}

export function presentPresentment({ presentment }: PaymentView): PresentmentResponse | null {
  if (presentment === null) return null;
  const { cvm, fallback, application, hasPin, emv } = presentment;
  return {
    cvm,
    fallback_reason: fallback,
    application: application === null ? null : { ...application },
    pin_entered: hasPin,
    emv: emv === null ? null : { ...emv },
  };
}

export function presentConversion(view: PaymentView): ConversionResponse | null {
  const { dcc, capturedMinor } = view;
  if (dcc === null) return null;
  // Before the charge what was offered, after it what was charged: less of a partial approval.
  const amountMinor = capturedMinor > 0 ? (foreignPaidMinor(view) ?? dcc.foreignMinor) : dcc.foreignMinor;
  return {
    status: dcc.status,
    offer: dcc.offerId === null ? null : toWireId('dcc', dcc.offerId),
    currency: dcc.currency,
    amount: amountMinor,
    amount_display:
      amountMinor === null || dcc.currency === null ? null : presentMoney(amountMinor, dcc.currency).amount_display,
    rate: dcc.rate,
    markup_bps: dcc.markupBps,
    rate_source: dcc.rateSource,
    rate_timestamp: dcc.rateAt,
    disclaimer: dcc.disclaimer,
    chosen_at: dcc.chosenAt,
    refunded_amount: dcc.refundedForeignMinor,
  };
}
