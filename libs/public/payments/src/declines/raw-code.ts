import type { NetworkAnswer } from '@tsunagu/contracts';
import type { PaymentView } from '../payment-api.js';
import type { RawCode } from './decline-rule.js';

/** The code of a payment's first outcome as the network sent it; null: nobody outside this house spoke. */
export function rawCodeOf(view: Pick<PaymentView, 'attempts' | 'actionCode'>): RawCode | null {
  return rawCodeOfAnswer(answerOf(view), view.actionCode);
}

/** The code of one answer: as the network sent it where that is known, else the action code. */
export function rawCodeOfAnswer(answer: NetworkAnswer | undefined, actionCode: string | null): RawCode | null {
  if (answer !== undefined) return { source: answer.source, code: answer.code, actionCode };
  return actionCode === null ? null : { source: 'iso8583_1993', code: actionCode };
}

/** The issuer's own words to the cashier; null: it sent none. */
export function issuerMessageOf(view: Pick<PaymentView, 'attempts'>): string | null {
  return answerOf(view)?.message ?? null;
}

function answerOf({ attempts }: Pick<PaymentView, 'attempts'>): NetworkAnswer | undefined {
  return attempts.findLast(({ kind }) => kind === 'auth' || kind === 'sale')?.network?.answer;
}
