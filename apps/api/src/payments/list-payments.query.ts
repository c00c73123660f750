import { ApiPropertyOptional } from '@nestjs/swagger';
import { AMOUNT_MINOR_MAX, fromWireId } from '@tsunagu/kernel';
import type { CardBrand } from '@tsunagu/contracts';
import type { PaymentFilter, PaymentStatus } from '@tsunagu/payments';
import { dateFits, instantFits, wholeFits, wordsFit } from '../http/query-rules.js';
import { Fits, OneOf, Optional, Text } from '../validation/field-rules.js';
import { CLIENT_REFERENCE } from './create-payment.request.js';
import { PAYMENT_FIELDS } from './payment-fields.js';

const STATUSES: readonly string[] = [
  'requires_action', 'processing', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded',
  'voided', 'declined', 'expired', 'unknown', 'offline_accepted', 'offline_lost',
]; // prettier-ignore
const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'];
const SORTS = ['-created_at', 'created_at'] as const;
const EXPANSIONS: readonly string[] = ['refunds', 'attempts'];
const wireId = (prefix: string) => new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`);

export class ListPaymentsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 20 })
  @Optional()
  @Fits(wholeFits({ min: 1, max: 100 }))
  limit?: string;

  @ApiPropertyOptional({ description: 'next_cursor or prev_cursor of an earlier page, with the same filters' })
  @Optional()
  @Text(/^[A-Za-z0-9_-]{1,200}$/, 200)
  cursor?: string;

  @ApiPropertyOptional({ enum: ['total'], description: 'total: count the matches, up to 10,000' })
  @Optional()
  @OneOf(['total'])
  include?: string;

  @ApiPropertyOptional({ example: 'captured,declined', description: 'One status or several, separated by commas' })
  @Optional()
  @Fits(wordsFit((word) => STATUSES.includes(word)))
  status?: string;

  @ApiPropertyOptional()
  @Optional()
  @Text(CLIENT_REFERENCE, 64)
  client_reference?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @Optional()
  @Fits(instantFits)
  created_gte?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @Optional()
  @Fits(instantFits)
  created_lt?: string;

  @ApiPropertyOptional({ format: 'date' })
  @Optional()
  @Fits(dateFits)
  business_date?: string;

  @ApiPropertyOptional()
  @Optional()
  @Text(wireId('str'), 30)
  store_id?: string;

  @ApiPropertyOptional()
  @Optional()
  @Text(wireId('trm'), 30)
  terminal_id?: string;

  @ApiPropertyOptional({ enum: BRANDS })
  @Optional()
  @OneOf(BRANDS)
  brand?: CardBrand;

  @ApiPropertyOptional({ pattern: '^[0-9]{4}$' })
  @Optional()
  @Text(/^[0-9]{4}$/, 4)
  last4?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: AMOUNT_MINOR_MAX })
  @Optional()
  @Fits(wholeFits({ min: 1, max: AMOUNT_MINOR_MAX }))
  amount?: string;

  @ApiPropertyOptional()
  @Optional()
  @Text(/^[A-Za-z0-9-]{1,20}$/, 20)
  slip_no?: string;

  @ApiPropertyOptional({ pattern: '^[A-Z0-9]{1,6}$' })
  @Optional()
  @Text(/^[A-Za-z0-9]{1,6}$/, 6)
  approval_code?: string;

  @ApiPropertyOptional()
  @Optional()
  @Text(/^[\p{L}\p{N} ._-]{1,40}$/u, 40)
  clerk?: string;

  @ApiPropertyOptional({
    maxLength: 64,
    example: '00042',
    description: 'Text within client reference, slip number, approval code, clerk or last four',
  })
  @Optional()
  @Text(/^[\p{L}\p{N} ._:/-]{1,64}$/u, 64)
  q?: string;

  @ApiPropertyOptional({ enum: SORTS, default: '-created_at', description: '-created_at: newest first' })
  @Optional()
  @OneOf(SORTS)
  sort?: string;

  @ApiPropertyOptional({
    example: 'refunds,attempts',
    description: 'Accepted for symmetry: `refunds` and `attempts` are always in the payment',
  })
  @Optional()
  @Fits(wordsFit((word) => EXPANSIONS.includes(word)))
  expand?: string;

  @ApiPropertyOptional({
    example: 'status,money,captured',
    description: 'Only these fields of each payment, with `id` and `object`',
  })
  @Optional()
  @Fits(wordsFit((word) => PAYMENT_FIELDS.includes(word)))
  fields?: string;

  toFilter(): PaymentFilter {
    const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
    const rowId = (prefix: string, id: string | undefined) => (id === undefined ? undefined : fromWireId(prefix, id));
    return {
      status: this.status?.split(',') as PaymentStatus[] | undefined,
      clientReference: this.client_reference,
      createdGte: instant(this.created_gte),
      createdLt: instant(this.created_lt),
      businessDate: this.business_date,
      storeId: rowId('str', this.store_id),
      terminalId: rowId('trm', this.terminal_id),
      brand: this.brand,
      last4: this.last4,
      amountMinor: this.amount === undefined ? undefined : Number(this.amount),
      slipNo: this.slip_no,
      approvalCode: this.approval_code,
      clerk: this.clerk,
      text: this.q,
    };
  }
}

/** How a read of one payment waits for a change. */
export class WaitQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 55, description: 'Seconds to wait for a change' })
  @Optional()
  @Fits(wholeFits({ min: 0, max: 55 }))
  wait?: string;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    description: 'Wait until sequence is greater; left out: until final',
  })
  @Optional()
  @Fits(wholeFits({ min: 0, max: 999_999_999 }))
  after_sequence?: string;
}
