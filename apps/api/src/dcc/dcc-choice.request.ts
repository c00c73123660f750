import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { fromWireId, invariant } from '@tsunagu/kernel';
import type { CurrencyChoices } from '@tsunagu/payments';
import { instantFits } from '../http/query-rules.js';
import { Fits, OneOf, Optional, Text } from '../validation/field-rules.js';

type ChoiceContent = Omit<Parameters<CurrencyChoices['choose']>[2], 'idempotency'>;

/** What the cardholder chose on the screen, and how it was shown. */
export class DccChoiceRequest {
  @ApiProperty({ pattern: '^dcc_[0-9A-HJKMNP-TV-Z]{26}$', example: 'dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Text(/^dcc_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  offer_id!: string;

  @ApiProperty({ enum: ['local', 'foreign'], description: 'local: JPY; foreign: the currency of the card' })
  @OneOf(['local', 'foreign'])
  choice!: 'local' | 'foreign';

  @ApiPropertyOptional({
    format: 'date-time',
    example: '2026-11-22T03:04:05.678Z',
    description: 'When the screen stood',
  })
  @Optional()
  @Fits((value) => (typeof value === 'string' ? instantFits(value) : 'not_string'))
  shown_at?: string;

  @ApiPropertyOptional({ maxLength: 40, example: 'till-dcc-3', description: 'Version of the screen of the till' })
  @Optional()
  @Text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 40)
  screen_template_version?: string;

  @ApiPropertyOptional({
    pattern: '^[0-9a-f]{64}$',
    example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    description: 'SHA-256 of the text that the cardholder saw, hex',
  })
  @Optional()
  @Text(/^[0-9a-f]{64}$/, 64)
  rendered_text_hash?: string;

  @ApiPropertyOptional({ maxLength: 16, example: 'en', description: 'Language of the screen, BCP 47' })
  @Optional()
  @Text(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 16)
  locale?: string;

  /** The choice without its idempotency: what a repeat has to be equal in. */
  toContent(): ChoiceContent {
    const offerId = fromWireId('dcc', this.offer_id);
    invariant(offerId !== undefined, 'a validated id can be read');
    const shown = {
      shownAt: this.shown_at === undefined ? undefined : new Date(this.shown_at),
      screenTemplateVersion: this.screen_template_version,
      renderedTextHash: this.rendered_text_hash,
      locale: this.locale,
    };
    return { offerId, choice: this.choice, shown };
  }
}
