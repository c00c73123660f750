import type { CurrencyCode } from '@tsunagu/kernel';
import type { CardDisplay, EntryMode, Lane, NetworkReference, Presentment, SealedEnvelope } from '@tsunagu/contracts';
import type { Conversion } from './conversion/conversion.js';
import type { ChosenPlan } from './plans/plan-rules.js';
import type { AttemptKind, AttemptStatus, PaymentStatus, RefundView } from './payment-api.js';
import type { RequiredAction } from './presentment/required-action.js';
import type { SignatureMark } from './signature/signature-api.js';

/** A payment as the books know it. Counters are guarded by constraints of the same row. */
export interface Payment {
  readonly id: string;
  readonly tenantId: string;
  readonly storeId: string;
  readonly terminalId: string;
  readonly clientReference: string;
  readonly kind: 'sale' | 'auth';
  /** Changes once at most: when the holder decides against the currency of the card. */
  method: Lane;
  status: PaymentStatus;
  reason: string | null;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  authorizedMinor: number;
  capturedMinor: number;
  /** How far captures may go beyond what was authorized: 15 means 115 %. From the rule of its method, kept with the approval. */
  captureTolerancePercent: number;
  /** Reserved by captures whose outcome is open. */
  capturePendingMinor: number;
  refundedMinor: number;
  /** Reserved by refunds and voids of captured money whose outcome is open. */
  refundPendingMinor: number;
  readonly tokenId: string;
  readonly card: CardDisplay;
  /** Of the card as it was shown last. */
  entryMode: EntryMode;
  presentment: Presentment | null;
  /** What the till must do before the payment can go on; only in `requires_action`. */
  action: RequiredAction | null;
  /** Sealed card that waits for that; read under the lock only. */
  held: SealedEnvelope | null;
  dcc: Conversion | null;
  /** Who said yes: the issuer's host, or a person of the card company by telephone. */
  approvalSource: 'issuer' | 'voice';
  /** When the required action, or the authorization, ends by itself. */
  expiresAt: Date | null;
  /** That the holder has signed; the picture lies in a table of its own. Null or left out: not, or not yet. */
  signature?: SignatureMark | null;
  readonly plan: ChosenPlan | null;
  readonly slipNo: string | null;
  readonly clerk: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly acceptor: Acceptor;
  approvalCode: string | null;
  actionCode: string | null;
  emvResponse: string | null;
  cancelRequested: boolean;
  /** Number of the last event told to the merchant; without gaps from 1. */
  sequence: number;
  readonly businessDate: string;
  readonly cutOffMinutes: number;
  /** Process that holds the till's request; woken when something happened. */
  readonly originNode: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** The shop as the wire names it, kept from the day of the payment. */
export interface Acceptor {
  readonly terminal: string;
  readonly merchant: string;
  readonly mcc: string;
  readonly name: string;
}

/** One try to move money. In state `created` the row is the outbox. */
export interface Attempt {
  readonly id: string;
  readonly paymentId: string;
  /** 1 for the first attempt of the payment. */
  readonly ordinal: number;
  readonly kind: AttemptKind;
  status: AttemptStatus;
  readonly amountMinor: number;
  approvedMinor: number | null;
  actionCode: string | null;
  approvalCode: string | null;
  reason: string | null;
  network: NetworkReference | null;
  readonly originalAttemptId: string | null;
  readonly refundId: string | null;
  /** A capture that gives up what is left of the authorization. */
  readonly isClosing: boolean;
  readonly extra: AttemptExtra;
  /** Why the void was ordered: told to the issuer, and to the merchant when the system did it. */
  readonly order: 'customer_cancellation' | 'system' | null;
  /** Sealed card; gone as soon as the switch has taken over. A void has none. */
  envelope: SealedEnvelope | null;
  claimedUntil: Date | null;
  /** Life of the worker that claimed it last. */
  readonly claimedBy: string | null;
  /** When somebody must look again; null when the attempt is final. */
  dueAt: Date | null;
  bells: number;
  readonly requestId: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** What only some attempts have. */
export interface AttemptExtra {
  /** Amount in the currency of the card, minor units. */
  readonly foreignMinor?: number;
  /** Approval number told by telephone. */
  readonly voiceCode?: string;
  readonly hasPin?: boolean;
  /** The same purchase again, with what the issuer asked for. */
  readonly isRepeat?: boolean;
}

/** A refund as a resource; its attempts move the money. */
export interface Refund {
  readonly id: string;
  readonly paymentId: string;
  readonly kind: RefundView['kind'];
  status: RefundView['status'];
  readonly amountMinor: number;
  /** Number of the slip of this refund; null or left out: the till has given it none. */
  readonly slipNo?: string | null;
  attemptId: string;
  readonly createdAt: Date;
  updatedAt: Date;
}

/** A payment with all that belongs to it, read under one lock or in one snapshot. Attempts and refunds: oldest first. */
export interface PaymentRecord {
  readonly payment: Payment;
  readonly attempts: readonly Attempt[];
  readonly refunds: readonly Refund[];
  /** A decline that was posted by telephone approval, and so can never be again. Left out: it was not, or nobody looked. */
  readonly isVoicePosted?: boolean;
}
