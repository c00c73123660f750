import { ApiPropertyOptional } from '@nestjs/swagger';
import type { PaymentContinuations } from '@tsunagu/payments';
import { fieldsError } from '../problem/request-error.js';
import { Nested, Optional, OptionalUnless } from '../validation/field-rules.js';
import { CardPresentRequest, PinBlockRequest } from './create-payment.request.js';

type ContinueContent = Omit<Parameters<PaymentContinuations['continue']>[2], 'idempotency'>;

/** What the till did of what was required: exactly one of the two. */
export class ContinueRequest {
  @ApiPropertyOptional({
    type: PinBlockRequest,
    example: { format: 'iso4', ksn: '123456789012345600000002', data: '9C'.repeat(16) },
    description:
      'With `required_action` enter_pin: the PIN under a new transaction key of the reader. The card is not read again',
  })
  @OptionalUnless(({ card_present: card }) => card === undefined)
  @Nested(() => PinBlockRequest)
  pin_block?: PinBlockRequest;

  @ApiPropertyOptional({
    type: CardPresentRequest,
    description: 'With `required_action` insert_chip: the same card, inserted (`entry_mode` chip)',
  })
  @Optional()
  @Nested(() => CardPresentRequest)
  card_present?: CardPresentRequest;

  /** @throws RequestError both were sent */
  toContent(): ContinueContent {
    if (this.card_present === undefined) return { pinBlock: this.pin_block?.toPin() };
    if (this.pin_block !== undefined) throw fieldsError([{ pointer: '/pin_block', code: 'combination' }]);
    return { card: this.card_present.toCard(), shown: this.card_present.toStated() };
  }
}
