import type { OriginalMessage, WireOrder } from '@tsunagu/links';

type Operation = WireOrder['operation'];

/** What a message of this operation calls itself (UP01), and what a cancel of it does. */
interface OperationWords {
  readonly own?: string;
  readonly cancel?: string;
}

/** One table for UnionPay's seven operations; a refund is told by its processing code. @source reference/iso8583-1993.md §12, payment-features.md §4.1 */
const WORDS: Readonly<Partial<Record<Operation, OperationWords>>> = {
  sale: { own: '01', cancel: '31' },
  authorize: { own: '01', cancel: '32' },
  capture: { own: '02', cancel: '33' },
};

/** UP01 and UP02 of a request or advice. `original`: what it refers to. */
export function operationTags(operation: Operation, original: OriginalMessage | null): [string, string][] {
  return tags(WORDS[operation]?.own, original);
}

/** UP01 and UP02 of a cancel. `original`: the message that is taken back. */
export function cancelTags(operation: Operation, original: OriginalMessage): [string, string][] {
  return tags(WORDS[operation]?.cancel, original);
}

/** UP02: date MMDD of the original and its approval, where it had one. */
function tags(word: string | undefined, original: OriginalMessage | null): [string, string][] {
  const entries: [string, string][] = word === undefined ? [] : [['UP01', word]];
  const approval = original?.approvalCode ?? null;
  if (original !== null && approval !== null)
    entries.push(['UP02', original.localTime.slice(2, 6) + approval.padEnd(6).slice(0, 6)]);
  return entries;
}
