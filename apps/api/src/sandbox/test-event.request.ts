import { ApiProperty } from '@nestjs/swagger';
import { fromWireId, invariant } from '@tsunagu/kernel';
import { OneOf, Text } from '../validation/field-rules.js';

/** Events of a payment. @source api-conventions.md §9 */
const PAYMENT_EVENTS = [
  'created', 'action_required', 'authorized', 'authorization_increased', 'partially_captured', 'captured', 'released', 'declined',
  'unknown', 'resolved', 'voided', 'expired', 'refunded', 'partially_refunded', 'offline_accepted', 'offline_declined',
  'signature_received',
].map((name) => `payment.${name}`); // prettier-ignore

export class TriggerEventRequest {
  @ApiProperty({ enum: PAYMENT_EVENTS, example: 'payment.captured' })
  @OneOf(PAYMENT_EVENTS)
  type!: string;

  @ApiProperty({
    pattern: '^pay_[0-9A-HJKMNP-TV-Z]{26}$',
    example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE',
    description: 'Whose newest snapshot it carries',
  })
  @Text(/^pay_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  payment_id!: string;

  get paymentRow(): string {
    const row = fromWireId('pay', this.payment_id);
    invariant(row !== undefined, 'a validated id can be read');
    return row;
  }
}
