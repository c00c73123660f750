import type { SubmitRequest, WireOperation } from '@tsunagu/contracts';
import type { Conversion } from '../conversion/conversion.js';
import type { Attempt, Payment } from '../payment-record.js';

type Charge = Exclude<Attempt['kind'], 'void'>;

const OPERATIONS: Readonly<Record<Charge, WireOperation>> = {
  auth: 'authorize',
  sale: 'sale',
  capture: 'capture',
  refund: 'refund',
  increase: 'increase',
};

/** A sale that the card company approved by telephone is posted; everything else is asked for. */
export function operationOf(kind: Charge, { extra }: Attempt): WireOperation {
  return kind === 'sale' && extra.voiceCode !== undefined ? 'voice_sale' : OPERATIONS[kind];
}

/** What a request says beside card and amount; members that it has not are left out. */
export function wireFacts(
  payment: Payment,
  attempt: Attempt,
): Pick<SubmitRequest, 'presentment' | 'conversion' | 'repeatOf' | 'voiceApproval'> {
  const { presentment } = payment;
  const conversion = conversionOf(payment, attempt);
  const isFirst = attempt.kind === 'sale' || attempt.kind === 'auth';
  return {
    // The record of the chip goes sealed, in the envelope.
    ...(presentment === null || !isFirst ? {} : { presentment: { ...presentment, emv: null } }),
    ...(conversion === undefined ? {} : { conversion }),
    ...(attempt.extra.isRepeat === true ? { repeatOf: 'pin' } : {}),
    ...(attempt.extra.voiceCode === undefined ? {} : { voiceApproval: { code: attempt.extra.voiceCode } }),
  };
}

/** The offer that the holder took, with this attempt's share of it: a refund goes back at the rate of its sale. */
function conversionOf({ dcc }: Payment, { kind, extra }: Attempt): SubmitRequest['conversion'] {
  if (dcc?.status !== 'accepted') return undefined;
  const { currency, rate, markupBps, providerReference: quoteId, rateAt: quotedAt } = dcc;
  const amountMinor = extra.foreignMinor ?? (kind === 'sale' ? dcc.foreignMinor : null);
  if (currency === null || rate === null || amountMinor === null || quoteId === null || quotedAt === null)
    return undefined;
  return { currency, amountMinor, rate, markupBps: markupBps ?? 0, quoteId, quotedAt, ...endOf(dcc, kind) };
}

/** A sale may use the quote while it holds; what refers to the sale later has no end. */
function endOf({ offerExpiresAt }: Conversion, kind: Attempt['kind']): { readonly expiresAt?: string } {
  return kind === 'sale' && typeof offerExpiresAt === 'string' ? { expiresAt: offerExpiresAt } : {};
}
