import { ApiPropertyOptional } from '@nestjs/swagger';
import { fromWireId } from '@tsunagu/kernel';
import type { MarginQuery } from '@tsunagu/payments';
import { dateFits } from '../http/query-rules.js';
import { PageQuery } from '../lists/page.query.js';
import { Fits, OneOf, Optional, Text } from '../validation/field-rules.js';

const DAY_MS = 24 * 3_600_000;
const DAYS_MAX = 366;

export class DccMarginQuery extends PageQuery {
  @ApiPropertyOptional({
    format: 'date',
    example: '2026-11-01',
    description: 'First business date; left out: the first of the month of `to`',
  })
  @Optional()
  @Fits(dateFits)
  from?: string;

  @ApiPropertyOptional({
    format: 'date',
    example: '2026-11-30',
    description: 'Last business date, at most a year after `from`; left out: today',
  })
  @Optional()
  @Fits((value, { from }) => dateFits(value) ?? (isRange(from ?? value, value) ? undefined : 'out_of_range'))
  to?: string;

  @ApiPropertyOptional({ enum: ['day', 'month'], default: 'day' })
  @Optional()
  @OneOf(['day', 'month'])
  by?: 'day' | 'month';

  @ApiPropertyOptional({ example: 'str_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Optional()
  @Text(/^str_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  store_id?: string;

  /** @param today business date, `YYYY-MM-DD` */
  toQuery(today: string): Pick<MarginQuery, 'from' | 'to' | 'by' | 'storeId'> {
    const storeId = this.store_id === undefined ? undefined : fromWireId('str', this.store_id);
    const to = this.to ?? today;
    return { from: this.from ?? `${to.slice(0, 8)}01`, to, by: this.by ?? 'day', storeId };
  }
}

function isRange(from: unknown, to: unknown): boolean {
  const days = (Date.parse(String(to)) - Date.parse(String(from))) / DAY_MS;
  return days >= 0 && days <= DAYS_MAX;
}
