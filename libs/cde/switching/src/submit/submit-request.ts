import type { RouteWhy, SubmitRequest } from '@tsunagu/contracts';
import { rrn } from '@tsunagu/iso8583';
import type { MessageIdentity, OriginalMessage, WireOrder } from '@tsunagu/links';
import type { Desk } from '../desk.js';
import type { JournalEntry, JournalRecord, SafDraft, WireIdentity } from '../journal/journal.js';
import { terminalOf } from '../store-and-forward/terminal-order.js';

/** The part of a request that is kept: no envelope, nothing of the card. */
export function orderOf(request: SubmitRequest): WireOrder {
  const { operation, method, amountMinor, currency, brand, entryMode, acceptor, plan, slipNo, requestId } = request;
  const { cardToken, conversion, repeatOf, voiceApproval } = request;
  const asked = {
    operation,
    method,
    amountMinor,
    currency,
    brand,
    entryMode,
    acceptor,
    plan,
    slipNo,
    requestId,
    cardToken,
  };
  return { ...asked, conversion, repeatOf, voiceApproval, presentment: shownOf(request) };
}

/** Without the record of the chip: field 55 is built from the envelope, and the journal keeps nothing of it. */
function shownOf({ presentment }: SubmitRequest): WireOrder['presentment'] {
  if (presentment === undefined) return undefined;
  const { cvm, fallback, application, hasPin } = presentment;
  return { cvm, fallback, application, hasPin };
}

/** Sent as advices: repeated until answered, never refused for business reasons before they leave. */
export const ADVICES: readonly SubmitRequest['operation'][] = ['capture', 'voice_sale'];

const MTI: Readonly<Record<SubmitRequest['operation'], string>> = {
  authorize: '1100',
  sale: '1200',
  refund: '1200',
  capture: '1220',
  increase: '1100',
  voice_sale: '1220',
};

export function wireIdentity(request: SubmitRequest, desk: Desk, stan: string): WireIdentity {
  const { name, node } = desk.line.config;
  const number = rrn({ localTime: request.localTime, node: Number(node), stan });
  return { link: name, mti: MTI[request.operation], stan, rrn: number, localTime: request.localTime };
}

export function messageIdentity(wire: WireIdentity, desk: Desk, sentAt: Date): MessageIdentity {
  const { acquirerId, forwardingId } = desk.line.config;
  return { stan: wire.stan, rrn: wire.rrn, localTime: wire.localTime, acquirerId, forwardingId, sentAt };
}

/** The journal row of an attempt that is about to be sent, or is proved unsent. */
export function entryOf(
  request: SubmitRequest,
  {
    why,
    ...facts
  }: Pick<JournalEntry, 'state' | 'reason' | 'wire' | 'fence' | 'sealedAccount' | 'openedAt'> & {
    readonly why?: RouteWhy;
  },
): JournalEntry {
  const { tenantId, attemptId, originalAttemptId = null } = request;
  const order = why === undefined ? orderOf(request) : { ...orderOf(request), route: why };
  return { tenantId, attemptId, order, originalAttemptId, ...facts };
}

/** How an earlier attempt is spoken of. @returns undefined when it never had a message */
export function originalOf(record: JournalRecord | undefined | null): OriginalMessage | undefined {
  const { wire = null, order = null, approvalCode = null, approvedMinor = null } = record ?? {};
  if (wire === null || order === null) return undefined;
  const { mti, stan, localTime } = wire;
  return { mti, stan, localTime, approvalCode, amountMinor: approvedMinor ?? order.amountMinor };
}

/** The reversal of an attempt whose message may have arrived. */
export function reversalDraft(
  record: Pick<JournalRecord, 'tenantId' | 'wire' | 'order'>,
  reasonCode: string,
): SafDraft | undefined {
  if (record.wire === null || record.order === null) return undefined;
  const terminal = terminalOf(record.tenantId, record.order.acceptor);
  return { kind: 'reversal', link: record.wire.link, terminal, reasonCode, stan: null };
}
