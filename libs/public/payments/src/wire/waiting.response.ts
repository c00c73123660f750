import { ApiProperty } from '@nestjs/swagger';
import { CURRENCIES } from '@tsunagu/kernel';
import { CVM_RESULTS } from '@tsunagu/contracts';

const text = { type: String, nullable: true } as const;
const instant = { type: String, format: 'date-time', example: '2026-11-22T03:04:05.678Z' } as const;

/** What the till must do before the payment can go on. */
export class RequiredActionResponse {
  @ApiProperty({
    enum: ['choose_currency', 'enter_pin', 'insert_chip'],
    description:
      'choose_currency: show the offer of `dcc-offers`, send the choice; enter_pin: ask for the PIN, do not read the card again; insert_chip: insert the card. The last two go to `continue`',
  })
  type!: string;
  @ApiProperty({ ...instant, description: 'After this the payment expires, uncharged' })
  expires_at!: string;
}

/** Application of the chip that the holder or the terminal chose. */
export class CardApplicationResponse {
  @ApiProperty({ example: 'A000000333010102', description: 'Application identifier, hex' })
  aid!: string;
  @ApiProperty({ ...text, example: 'UnionPay Credit' })
  label!: string | null;
  @ApiProperty({ example: 'unionpay' })
  brand!: string;
}

/** How the holder was verified, and how the card was read. */
export class PresentmentResponse {
  @ApiProperty({ type: String, nullable: true, enum: [...CVM_RESULTS, null], description: 'Null: nobody said' })
  cvm!: string | null;
  @ApiProperty({ type: String, nullable: true, enum: ['chip_read_once', 'chip_failed_again', null] })
  fallback_reason!: string | null;
  @ApiProperty({ type: CardApplicationResponse, nullable: true })
  application!: CardApplicationResponse | null;
  @ApiProperty({ description: 'An online PIN came with the card' })
  pin_entered!: boolean;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    example: { '84': 'A0000000651010', '95': '0000008000', '9F26': '1122334455667788', '9F36': '0001', '8A': '3030' },
    description:
      'Record of the chip, tag to hex, the same for every kernel: what a slip and a dispute need. Never a card number, a track or a PIN. 8A is of the answer',
  })
  emv!: Record<string, string> | null;
}

/** The holder's choice of currency (DCC), as it was offered. */
export class ConversionResponse {
  @ApiProperty({ enum: ['undecided', 'accepted', 'refused', 'not_eligible', 'unavailable'] })
  status!: string;
  @ApiProperty({ ...text, example: 'dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  offer!: string | null;
  @ApiProperty({ type: String, nullable: true, enum: [...Object.keys(CURRENCIES), null], example: 'USD' })
  currency!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 1007, description: 'Minor units of that currency' })
  amount!: number | null;
  @ApiProperty({ ...text, example: '$10.07', description: 'For people; never parse it' })
  amount_display!: string | null;
  @ApiProperty({ ...text, example: '0.0067123', description: 'One yen in the currency of the card, mark-up included' })
  rate!: string | null;
  @ApiProperty({ type: 'integer', nullable: true, example: 350, description: 'Mark-up in basis points' })
  markup_bps!: number | null;
  @ApiProperty({ ...text, example: 'simulator' })
  rate_source!: string | null;
  @ApiProperty({ ...instant, nullable: true })
  rate_timestamp!: string | null;
  @ApiProperty({ ...text, description: 'Sentence of the provider that must be shown and printed as it is' })
  disclaimer!: string | null;
  @ApiProperty({ ...instant, nullable: true })
  chosen_at!: string | null;
  @ApiProperty({ type: 'integer', example: 0, description: 'What went back in that currency, minor units' })
  refunded_amount!: number;
}
