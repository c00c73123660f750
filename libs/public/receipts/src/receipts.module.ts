import { Module } from '@nestjs/common';
import { PgReceiptPrints, ReceiptPrints } from './prints/receipt-prints.js';

/** Slips of the api: rendering is plain functions, only the memory of prints is a service. */
@Module({
  providers: [{ provide: ReceiptPrints, useClass: PgReceiptPrints }],
  exports: [ReceiptPrints],
})
export class ReceiptsModule {}
