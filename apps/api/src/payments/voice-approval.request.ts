import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { VoiceOrder } from '@tsunagu/payments';
import { Optional, Text } from '../validation/field-rules.js';
import { CLIENT_REFERENCE } from './create-payment.request.js';

/** What the card company said on the telephone about a sale that it had declined with "call us". */
export class VoiceApprovalRequest {
  @ApiProperty({
    pattern: CLIENT_REFERENCE.source,
    example: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02',
    description: 'Of the new payment; the declined one keeps its own',
  })
  @Text(CLIENT_REFERENCE, 64)
  client_reference!: string;

  @ApiProperty({ pattern: '^[A-Za-z0-9]{1,6}$', example: 'V12345', description: 'Approval number (承認番号)' })
  @Text(/^[A-Za-z0-9]{1,6}$/, 6)
  code!: string;

  @ApiPropertyOptional({
    pattern: '^[A-Za-z0-9-]{1,20}$',
    example: '00043',
    description: 'Left out: that of the declined sale',
  })
  @Optional()
  @Text(/^[A-Za-z0-9-]{1,20}$/, 20)
  slip_no?: string;

  @ApiPropertyOptional({
    maxLength: 40,
    example: 'C07',
    description: 'Who telephoned; left out: as in the declined sale',
  })
  @Optional()
  @Text(/^[\p{L}\p{N} ._-]{1,40}$/u, 40)
  clerk?: string;

  toContent(): Omit<VoiceOrder, 'idempotency'> {
    return {
      clientReference: this.client_reference,
      code: this.code.toUpperCase(),
      slipNo: this.slip_no,
      clerk: this.clerk,
    };
  }
}
