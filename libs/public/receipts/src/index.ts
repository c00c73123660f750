export { renderReceipt, renderReceiptPdf, type Receipt } from './receipt.js';
export {
  RECEIPT_COPIES,
  RECEIPT_WIDTHS,
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
