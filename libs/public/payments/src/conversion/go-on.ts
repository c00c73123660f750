import { invariant } from '@tsunagu/kernel';
import type { ChangeDraft } from '../change-draft.js';
import type { Conversion } from './conversion.js';
import { localMethod } from './start-conversion.js';

/** The currency is settled: the held card goes into the first attempt, on the lane of that currency. */
export function goOn(draft: ChangeDraft, dcc: Conversion, requestId: string): void {
  const { payment } = draft;
  const { held: envelope, kind, amountMinor } = payment;
  invariant(envelope !== null, 'a payment that waits holds its card');
  payment.dcc = dcc;
  payment.method = dcc.status === 'accepted' ? 'dcc' : localMethod(payment);
  const { foreignMinor } = dcc;
  const extra = dcc.status === 'accepted' && foreignMinor !== null ? { extra: { foreignMinor } } : {};
  draft.resume({ kind, amountMinor, requestId, envelope, ...extra });
}
