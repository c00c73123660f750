import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { sql, Transactions } from '@tsunagu/platform';
import type { Accepted } from '../payment-api.js';
import { PaymentGate } from '../payment-gate.js';
import { viewOf } from '../queries/payment-view.js';
import { keepSignature } from './keep-signature.js';
import { PaymentSignatures, type SignedPicture } from './signature-api.js';

const PICTURE = sql(
  'payment_signature_picture',
  'SELECT png FROM gateway.payment_signature WHERE tenant_id = $1 AND payment_id = $2',
);

@Injectable()
export class PgPaymentSignatures extends PaymentSignatures {
  constructor(
    private readonly gate: PaymentGate,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async sign(ctx: TenantContext, paymentId: string, picture: SignedPicture): Promise<Accepted> {
    await this.gate.open(ctx, paymentId);
    let replayed = true;
    const record = await this.gate.change(ctx, paymentId, (locked) => {
      const change = keepSignature(locked, picture, this.clock.now());
      replayed = change === undefined;
      return change;
    });
    return { resource: viewOf(record), replayed };
  }

  override async picture(ctx: TenantContext, paymentId: string): Promise<Uint8Array | undefined> {
    await this.gate.open(ctx, paymentId);
    const [row] = await this.transactions.ask<{ png: Uint8Array }>(ctx, PICTURE, [ctx.tenantId, paymentId]);
    return row?.png;
  }
}
