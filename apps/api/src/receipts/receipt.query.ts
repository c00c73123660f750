import { ApiPropertyOptional } from '@nestjs/swagger';
import { TILL_LANGUAGES, type TillLanguage } from '@tsunagu/kernel';
import { RECEIPT_COPIES, RECEIPT_WIDTHS, type ReceiptCopy, type ReceiptWish } from '@tsunagu/receipts';
import { wholeFits } from '../http/query-rules.js';
import { Fits, OneOf, Optional, Text } from '../validation/field-rules.js';

const WIDTHS = RECEIPT_WIDTHS.map(String);

/** Which slip is wanted. */
export class ReceiptQuery {
  @ApiPropertyOptional({
    enum: RECEIPT_COPIES,
    default: 'customer',
    description: 'お客様控え, 加盟店控え, カード会社控え',
  })
  @Optional()
  @OneOf(RECEIPT_COPIES)
  copy?: ReceiptCopy;

  @ApiPropertyOptional({ enum: TILL_LANGUAGES, description: 'Left out: the language of `Accept-Language`' })
  @Optional()
  @OneOf(TILL_LANGUAGES)
  lang?: TillLanguage;

  @ApiPropertyOptional({ enum: WIDTHS, default: '58', description: 'Width of the paper, millimetres' })
  @Optional()
  @OneOf(WIDTHS)
  width?: string;

  @ApiPropertyOptional({ example: 'ref_01JDA0Q5P8F6TBN3X2V7K9M4RE', description: 'The slip of this refund' })
  @Optional()
  @Text(/^ref_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  refund?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: 9999,
    description:
      'Show this print once more (1 is the original) and count none; left out: a new print, 再発行 from the second on',
  })
  @Optional()
  @Fits(wholeFits({ min: 1, max: 9_999 }))
  print?: string;

  /** @param language of the client, when the query names none */
  toWish(language: TillLanguage): Omit<ReceiptWish, 'isReprint'> {
    return { copy: this.copy ?? 'customer', language: this.lang ?? language, width: this.width === '80' ? 80 : 58 };
  }
}
