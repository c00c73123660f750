import { ApiProperty } from '@nestjs/swagger';
import { TILL_LANGUAGES } from '@tsunagu/kernel';
import { RECEIPT_COPIES, RECEIPT_WIDTHS, SIGNATURE_STATES } from '@tsunagu/receipts';

const text = { type: String, nullable: true } as const;

/** One line of a slip, from top to bottom. */
export class ReceiptLineResponse {
  @ApiProperty({
    enum: ['text', 'pair', 'rule', 'mark', 'signature', 'space'],
    description:
      'text: a sentence; pair: label left, text right; rule: a line across; mark: big and framed; signature: label and a line to sign on, or `text` that it was signed; space: an empty line. Clients print unknown ones as text',
  })
  type!: string;
  @ApiProperty({ ...text, example: '合計' })
  label!: string | null;
  @ApiProperty({ ...text, example: '¥1,500' })
  text!: string | null;
  @ApiProperty({ enum: ['left', 'center'] })
  align!: string;
  @ApiProperty({ enum: ['normal', 'large'] })
  size!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    enum: [...SIGNATURE_STATES, null],
    description:
      'Of a signature: to be signed on the paper, or signed on a tablet (`text` says when, the PDF shows it); else null',
  })
  state!: string | null;
}

/** A slip (売上票) of a payment or a refund. */
export class ReceiptResponse {
  @ApiProperty({ enum: ['receipt'] })
  object!: 'receipt';
  @ApiProperty({ example: false })
  livemode!: boolean;
  @ApiProperty({ example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  payment!: string;
  @ApiProperty({ ...text, example: null })
  refund!: string | null;
  @ApiProperty({
    enum: ['sale', 'authorization', 'capture', 'torikeshi', 'henpin', 'voided', 'declined', 'expired', 'unknown', 'offline', 'refund_declined', 'refund_unknown'],
    description: 'What the slip says; `unknown` and `refund_unknown` are 処理未了',
  }) // prettier-ignore
  kind!: string;
  @ApiProperty({ enum: RECEIPT_COPIES })
  copy!: string;
  @ApiProperty({ enum: TILL_LANGUAGES, example: 'ja' })
  lang!: string;
  @ApiProperty({ enum: RECEIPT_WIDTHS, example: 58 })
  width!: number;
  @ApiProperty({
    type: 'integer',
    minimum: 1,
    description: 'How often this copy of this slip was printed, this one included',
  })
  print!: number;
  @ApiProperty({ description: 'It says 再発行' })
  reprint!: boolean;
  @ApiProperty({ type: [ReceiptLineResponse] })
  lines!: ReceiptLineResponse[];
  @ApiProperty({
    description: 'The same for a printer of fixed pitch: 32 columns at 58 mm, 48 at 80 mm; wide characters take two',
  })
  text!: string;
  @ApiProperty({
    example: '/v1/payments/pay_01JDA0Q5P8F6TBN3X2V7K9M4RE/receipt.pdf?copy=customer&lang=ja&width=58&print=1',
    description: 'The same print as a PDF with its fonts inside; the key travels in the header',
  })
  pdf_url!: string;
}
