export { renderDocumentPdf, type DocumentBlock } from './render/document-pdf.js';
export { renderReceipt, renderReceiptPdf, type Receipt } from './receipt.js';
export {
  RECEIPT_COPIES,
  RECEIPT_WIDTHS,
  SIGNATURE_STATES,
  type ReceiptChip,
  type ReceiptConversion,
  type ReceiptCopy,
  type ReceiptFacts,
  type ReceiptKind,
  type ReceiptLine,
  type ReceiptPlan,
  type ReceiptWidth,
  type ReceiptWish,
} from './receipt-facts.js';
export { cardCompanyOf } from './words/card-companies.js';
export { receiptsMigrations } from './migrations/receipts-migrations.js';
export { ReceiptPrints, type PrintedSlip } from './prints/receipt-prints.js';
export { readSignature, SIGNATURE_BYTES_MAX } from './signature/signature-picture.js';
export { ReceiptsModule } from './receipts.module.js';
