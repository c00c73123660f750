import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { OneOf, Optional, Whole } from '../validation/field-rules.js';

export const CONNECTORS = ['jcb', 'acq', 'cup'] as const;
/** The words of the simulator's fault panel; its spec holds the two lists against each other. */
const FAULT_KINDS = [
  'delay', 'drop', 'lose_request', 'lose_reply', 'late', 'duplicate', 'out_of_order', 'wrong_stan', 'wrong_amount',
  'half_open', 'reset', 'cut', 'trickle', 'garbage', 'tls_failure', 'down', 'issuer_script',
] as const; // prettier-ignore
const SIDES = ['request', 'reply'] as const;
const COUNT_MAX = 1_000;
const DELAY_MAX_MS = 60_000;

/** Every fault is counted: a sandbox that was left alone mends itself. */
export class ArmFaultRequest {
  @ApiProperty({
    enum: CONNECTORS,
    description:
      'jcb: JCB, Amex, Diners; acq: Visa and Mastercard; cup: UnionPay. Every merchant of this sandbox uses it',
  })
  @OneOf(CONNECTORS)
  connector!: (typeof CONNECTORS)[number];

  @ApiProperty({
    enum: FAULT_KINDS,
    example: 'lose_reply',
    description:
      'lose_request: nothing is booked; lose_reply: booked, and the answer is lost; late: after our time-out',
  })
  @OneOf(FAULT_KINDS)
  kind!: (typeof FAULT_KINDS)[number];

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: COUNT_MAX,
    default: 1,
    description: 'How many messages of money it strikes (down, tls_failure: connections); then it rests',
  })
  @Optional()
  @Whole({ min: 1, max: COUNT_MAX })
  count?: number;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: DELAY_MAX_MS,
    description: 'How long delay, late and out_of_order hold an answer, milliseconds',
  })
  @Optional()
  @Whole({ min: 0, max: DELAY_MAX_MS })
  delay_ms?: number;

  @ApiPropertyOptional({ enum: SIDES, description: 'Which way drop, reset and tls_failure strike; left out: either' })
  @Optional()
  @OneOf(SIDES)
  at?: (typeof SIDES)[number];
}
