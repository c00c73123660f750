import type { PaymentView } from '@tsunagu/payments';
import { describe, expect, it } from 'vitest';
import { paymentOutcome } from './hq-outcome.js';

/** A payment that was declined, as far as an outcome looks at it. */
function declined(reason: string | null, actionCode: string | null): PaymentView {
  const view = { status: 'declined', reason, actionCode, approvalCode: null, emvResponse: null, authorizedMinor: 0 };
  return view as unknown as PaymentView;
}

describe('a decline, as a line hears it', () => {
  it.each([
    ['the issuer said no', null, '116', 'declined', '116'],
    ['its network does not want to see the card again', 'retry_limit', null, 'declined', '123'],
    ['the card is on a list of blocked cards', 'negative_list_209', '209', 'declined', '209'],
    ['no line could take it: the acceptor has its own word for that', 'not_sent', null, 'declined', null],
    ['it was undone', 'reversed', '000', 'undone', null],
    ['the card company proved that it did nothing', 'not_processed', null, 'undone', null],
  ])('%s', (_what, reason, actionCode, state, told) => {
    expect(paymentOutcome(declined(reason, actionCode))).toMatchObject({ state, actionCode: told, approvalCode: null });
  });
});
