import { ApiPropertyOptional } from '@nestjs/swagger';
import { fromWireId } from '@tsunagu/kernel';
import type { EventFilter } from '@tsunagu/notify';
import { wholeFits, wordsFit } from '../http/query-rules.js';
import { Fits, Optional, Text } from '../validation/field-rules.js';

export class ListEventsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Optional()
  @Fits(wholeFits({ min: 1, max: 100 }))
  limit?: string;

  @ApiPropertyOptional({ description: 'next_cursor or prev_cursor of an earlier page, with the same filters' })
  @Optional()
  @Text(/^[A-Za-z0-9_-]{1,200}$/, 200)
  cursor?: string;

  @ApiPropertyOptional({ example: 'payment.captured,payment.declined', description: 'One type or several' })
  @Optional()
  @Fits(wordsFit((word) => /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(word)))
  types?: string;

  @ApiPropertyOptional({ example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Optional()
  @Text(/^pay_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  payment?: string;

  toFilter(): EventFilter {
    return {
      types: this.types?.split(','),
      paymentId: this.payment === undefined ? undefined : fromWireId('pay', this.payment),
    };
  }
}
