import { Controller, Param, Put } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { PaymentResponse, PaymentSignatures, presentPayment } from '@tsunagu/payments';
import { readSignature, SIGNATURE_BYTES_MAX } from '@tsunagu/receipts';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { Picture } from '../http/picture.decorator.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';

/** The signature that a cardholder drew on the tablet. */
@ApiTags('payments')
@Controller('v1/payments/:id/signature')
export class SignatureController {
  constructor(private readonly signatures: PaymentSignatures) {}

  @Put()
  @Permission('payments:write')
  @Policy('pay')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'putSignature',
    summary: 'お客様の署名を保存する · Keep the signature of the cardholder',
    description:
      'A PNG of at most 200 KB (1,048,576 pixels, no edge longer than 4,096) as the whole body. It is opened and written anew: nothing but its pixels is kept, in gray on white. Of an approved payment that has not gone back whole, once: the same picture again answers 200, another one 409. The merchant’s and the card company’s copies of the slip show it; no reply and no event holds the picture.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @ApiConsumes('image/png')
  @ApiBody({ schema: { type: 'string', format: 'binary', maxLength: SIGNATURE_BYTES_MAX } })
  @Answers({
    type: PaymentResponse,
    statuses: [200],
    problems: ['resource_missing', 'state_conflict', 'file_rejected', 'body_too_large', 'unsupported_media_type'],
  })
  async put(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @Picture() file: Buffer,
  ): Promise<PaymentResponse> {
    const { resource, replayed } = await this.signatures.sign(ctx, id, await readSignature(file));
    talk.say({ isFinal: true, replayed, created: false });
    return presentPayment(resource, talk);
  }
}
