import type { Migration } from '@tsunagu/platform';
import { CreateReceiptPrints1795000004001 } from './create-receipt-prints.migration.js';

/** Tables of slips, in order of execution. */
export const receiptsMigrations: readonly Migration[] = [CreateReceiptPrints1795000004001];
