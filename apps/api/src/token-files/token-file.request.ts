import { ApiProperty } from '@nestjs/swagger';
import { CLIENT_REFERENCE } from '../payments/create-payment.request.js';
import { Base64, NestedList, Text, Whole } from '../validation/field-rules.js';

/** What the vault takes at a time; with the longest references it stays below 64 KB. */
const LINES_MAX = 200;
const LINE_MAX = 10_000_000;
const LINE_EXAMPLE = {
  line: 1,
  reference: 'customer-0001',
  card: 'q83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq83vq83vqw==',
};

/** A new file of cards. */
export class BeginTokenFileRequest {
  @ApiProperty({
    pattern: CLIENT_REFERENCE.source,
    example: 'migration-2026-11',
    description: 'Your own name of the file: the same name again finds the same file',
  })
  @Text(CLIENT_REFERENCE, 64)
  client_reference!: string;

  @ApiProperty({
    maxLength: 100,
    example: 'exchange-partner1-0193a1c2-1',
    description: 'Exchange key of its cards, as the key custodians named it to you',
  })
  @Text(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}$/, 100)
  key_id!: string;
}

export class TokenImportLineRequest {
  @ApiProperty({ type: 'integer', minimum: 1, maximum: LINE_MAX, example: LINE_EXAMPLE.line })
  @Whole({ min: 1, max: LINE_MAX })
  line!: number;

  @ApiProperty({
    pattern: '^[A-Za-z0-9_.:/-]{1,100}$',
    example: LINE_EXAMPLE.reference,
    description: 'Your name of the card; the sealed card opens under it only',
  })
  @Text(/^[A-Za-z0-9_.:/-]{1,100}$/, 100)
  reference!: string;

  @ApiProperty({
    maxLength: 88,
    example: LINE_EXAMPLE.card,
    description:
      'Base64 of nonce (12 bytes) ‖ AES-256-GCM ciphertext ‖ tag (16). Key: the exchange key; plain text: card number [`=` YYMM], ASCII; additional data: `tsunagu-card/1|` and the reference',
  })
  @Base64({ min: 40, max: 64 })
  card!: string;
}

export class TokenImportLinesRequest {
  @ApiProperty({
    type: [TokenImportLineRequest],
    minItems: 1,
    maxItems: LINES_MAX,
    example: [LINE_EXAMPLE],
    description: 'In any order; a line that is there already stays as it is, so a batch may be sent again',
  })
  @NestedList(() => TokenImportLineRequest, LINES_MAX)
  lines!: TokenImportLineRequest[];
}
