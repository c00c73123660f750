import { composeReceipt } from './compose/compose-receipt.js';
import type { ReceiptFacts, ReceiptLine, ReceiptWish } from './receipt-facts.js';
import { receiptPdf } from './render/receipt-pdf.js';
import { receiptText } from './render/receipt-text.js';

/** One slip for one reader: lines for a till that draws by itself, text for a printer of fixed pitch. */
export interface Receipt {
  readonly lines: readonly ReceiptLine[];
  readonly text: string;
}

/** @example renderReceipt(facts, { copy: 'customer', language: 'ja', width: 58, isReprint: false }).text */
export function renderReceipt(facts: ReceiptFacts, wish: ReceiptWish): Receipt {
  const lines = composeReceipt(facts, wish);
  return { lines, text: receiptText(lines, wish.width) };
}

/** The same slip as a PDF of one page with its fonts inside. @param signature PNG, drawn where the slip was signed @returns bytes of the file */
export function renderReceiptPdf(facts: ReceiptFacts, wish: ReceiptWish, signature?: Uint8Array): Promise<Buffer> {
  const lines = composeReceipt(facts, wish);
  return receiptPdf({
    lines,
    width: wish.width,
    language: wish.language,
    title: facts.reference,
    madeAt: facts.occurredAt,
    signature,
  });
}
