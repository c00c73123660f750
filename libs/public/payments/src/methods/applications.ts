import type { CardBrand } from '@tsunagu/contracts';

/** One application that a card may carry: whose network it is, and what a cashier calls it. */
interface CardApplication {
  /** First bytes of the AID, hex: the registered provider and as much of its extension as tells brands apart. */
  readonly prefix: string;
  readonly brand: CardBrand;
  /** Kernel of a contactless reader. */
  readonly kernel: number;
  readonly label: string;
}

/**
 * Applications by AID, the longer prefix first.
 * @source payment-features.md §6.1 and §4.2
 */
const APPLICATIONS: readonly CardApplication[] = [
  { prefix: 'A000000333010101', brand: 'unionpay', kernel: 7, label: 'UnionPay Debit' },
  { prefix: 'A000000333010102', brand: 'unionpay', kernel: 7, label: 'UnionPay Credit' },
  { prefix: 'A000000333010103', brand: 'unionpay', kernel: 7, label: 'UnionPay Quasi-Credit' },
  { prefix: 'A000000333010106', brand: 'unionpay', kernel: 7, label: 'UnionPay Electronic Cash' },
  { prefix: 'A0000000041010', brand: 'mastercard', kernel: 2, label: 'Mastercard' },
  { prefix: 'A0000000043060', brand: 'mastercard', kernel: 2, label: 'Maestro' },
  { prefix: 'A0000000031010', brand: 'visa', kernel: 3, label: 'Visa' },
  { prefix: 'A0000000032010', brand: 'visa', kernel: 3, label: 'Visa Electron' },
  { prefix: 'A0000000651010', brand: 'jcb', kernel: 5, label: 'JCB' },
  { prefix: 'A0000003241010', brand: 'discover', kernel: 6, label: 'Discover' },
  { prefix: 'A0000001523010', brand: 'diners', kernel: 6, label: 'Diners Club' },
  { prefix: 'A00000002501', brand: 'amex', kernel: 4, label: 'American Express' },
];

/**
 * The application that a reader chose. On a card of two brands it decides the brand of the payment: route, rules and slip.
 * @param aid hex, as tag 4F or 84 has it; bytes after the known prefix are the issuer's own
 * @returns undefined for an application that this table does not know: the number of the card decides then
 * @example applicationOf('A0000003330101020001')?.brand // 'unionpay'
 */
export function applicationOf(aid: string): CardApplication | undefined {
  const chosen = aid.toUpperCase();
  return APPLICATIONS.find(({ prefix }) => chosen.startsWith(prefix));
}
