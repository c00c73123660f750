import type { CurrencyCode } from '@tsunagu/kernel';
import type { CardBrand, EntryMode, SealedEnvelope } from './vault.js';
import type { Lane } from './lanes.js';
import type { Presentment } from './presentment.js';

/**
 * What the attempt asks of the counterparty.
 * authorize 1100 · sale 1200 type 00 · refund 1200 type 20 · capture 1220 of an earlier 1100 (advice, repeated until answered).
 * increase 1100 that lets an earlier 1100 grow · voice_sale 1220 that posts what the card company approved by telephone.
 * A void or cancel is not submitted: it is `reverse` of the original attempt.
 */
export type WireOperation = 'authorize' | 'sale' | 'refund' | 'capture' | 'increase' | 'voice_sale';

/** Why an attempt went where it went: kept with it, for operators. */
export interface RouteWhy {
  /** Version of the routing table. */
  readonly table: string;
  /** Row of the table; `original` when an earlier attempt decided; null when none fits. */
  readonly rule: string | null;
  readonly link: string | null;
  /** Links of the row that were passed over because they were down. */
  readonly down: readonly string[];
}

/** A Japanese payment plan as the gateway accepted it. */
export interface WirePlan {
  readonly type: string;
  readonly count?: number;
  /** Two digits of the plan table; absent: the counterpart's own for the type. @source payment-features.md §3.1 */
  readonly code?: string;
  /** Month of the first payment, 1 to 12, when the holder chose it. */
  readonly firstMonth?: number;
  /** In the order of payment; amount 0: the bonus pays its share of the whole. */
  readonly bonuses?: readonly { readonly month: number; readonly amountMinor: number }[];
}

/** What the holder pays in the currency of the card (DCC). */
export interface WireConversion {
  readonly currency: CurrencyCode;
  /** Minor units of that currency. */
  readonly amountMinor: number;
  /** One unit of the local currency in units of the holder's, decimal text. */
  readonly rate: string;
  readonly markupBps: number;
  /** The rate provider's own id of the quote. */
  readonly quoteId: string;
  /** RFC 3339. */
  readonly quotedAt: string;
  /** From then on the quote may not be used any more: nothing leaves. RFC 3339; absent: it has no end, as in a refund. */
  readonly expiresAt?: string;
}

export interface SubmitRequest {
  readonly tenantId: string;
  readonly attemptId: string;
  readonly operation: WireOperation;
  readonly method: Lane;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly entryMode: EntryMode;
  /** Card acceptor terminal (8), card acceptor (15), MCC (4), name of the place. */
  readonly acceptor: {
    readonly terminal: string;
    readonly merchant: string;
    readonly mcc: string;
    readonly name: string;
  };
  /** Japanese payment plan, as accepted by the gateway; absent = one time. */
  readonly plan?: WirePlan;
  /** How the card was shown; absent: not known, as for movements that follow. */
  readonly presentment?: Presentment;
  /** Absent: the holder pays in the local currency. */
  readonly conversion?: WireConversion;
  /** The same purchase again, now with what the issuer asked for. */
  readonly repeatOf?: 'pin';
  /** Of `voice_sale`: the approval number that was told by telephone. */
  readonly voiceApproval?: { readonly code: string };
  readonly slipNo?: string;
  /** Token of the card: the limits of networks on sending a declined card again count by it. */
  readonly cardToken?: string;
  readonly envelope: SealedEnvelope | null;
  /** The earlier attempt that this one refers to (capture, refund). */
  readonly originalAttemptId?: string;
  /** Local (JST) time of the transaction, YYMMDDhhmmss; never changes over its life (field 12). */
  readonly localTime: string;
  readonly requestId: string;
}

/** What finds an attempt in the books of its network, and what that network said in its own words. */
export interface NetworkReference {
  readonly link: string;
  readonly rrn: string;
  readonly stan: string;
  readonly localTime: string;
  /** Absent: the action code is all that was said. */
  readonly answer?: NetworkAnswer;
}

/**
 * An answer as the network gave it, kept raw beside the action code that was made of it.
 * `unionpay` two characters of field 39 · `domestic` a code of Japanese card terminals (G54, C20 …).
 */
export interface NetworkAnswer {
  readonly source: 'iso8583_1993' | 'unionpay' | 'domestic';
  readonly code: string;
  /** The issuer's own words to the cashier (JP07), often katakana; null: none. */
  readonly message: string | null;
}

/**
 * What is known of an attempt at the switch.
 * `unknown` means a reversal (or an advice repeat) is under way; ask again with `outcomes`. Only `not_sent` may be tried anew, as a new attempt.
 */
export interface WireOutcome {
  readonly attemptId: string;
  readonly state: 'approved' | 'declined' | 'not_sent' | 'unknown' | 'reversed' | 'in_doubt';
  readonly actionCode: string | null;
  readonly approvalCode: string | null;
  readonly approvedMinor: number | null;
  /** Field 55 of the answer, hex, for the till. */
  readonly emvResponse: string | null;
  readonly network: NetworkReference | null;
  /** Why `not_sent`, `unknown` or `reversed`: `timeout`, `link_down`, `malformed`, `cancelled`, `restart`, `blocked` … */
  readonly reason: string | null;
  /** A yes that came after the reversal was decided was seen and is being reversed. */
  readonly lateApproval: boolean;
}

export type ReversalReason = 'customer_cancellation' | 'timeout' | 'could_not_deliver' | 'system';

export interface ReverseRequest {
  readonly tenantId: string;
  /** The attempt to reverse. If the switch never saw it, it is burned: a later submit answers `not_sent`. */
  readonly attemptId: string;
  readonly reason: ReversalReason;
  /** Lane of the payment; absent: it belongs to none. */
  readonly method?: Lane;
  readonly requestId: string;
}

/** The switch's doors; idempotent by attempt id, may be asked any number of times. @throws RemoteError `card_service_unavailable` the switch cannot be reached: nothing is known */
export abstract class SwitchPort {
  /** Send at most once and wait for the outcome (issuer reply timer included). */
  abstract submit(request: SubmitRequest): Promise<WireOutcome>;
  /** Decide a reversal; waits up to two seconds for its acknowledgement, then answers `unknown`. */
  abstract reverse(request: ReverseRequest): Promise<WireOutcome>;
  /** Where these attempts stand; attempts never seen are left out. */
  abstract outcomes(attempts: readonly { tenantId: string; attemptId: string }[]): Promise<WireOutcome[]>;
}

/** Paths of the switch's internal HTTP routes; all are POST, but `links`, which is a GET for operators. */
export const SWITCH_ROUTES = {
  submit: '/internal/v1/attempts/submit',
  reverse: '/internal/v1/attempts/reverse',
  outcomes: '/internal/v1/attempts/outcomes',
  /** What two people ruled about an attempt in doubt. */
  rule: '/internal/v1/attempts/rule',
  routes: '/internal/v1/attempts/routes',
  /** The same two, asked by a replica that does not lead the link: answered here or refused with `link_elsewhere`, never passed on. */
  submitHere: '/internal/v1/attempts/submit-here',
  reverseHere: '/internal/v1/attempts/reverse-here',
  links: '/internal/v1/links',
  linkRead: '/internal/v1/links/read',
  linkReadHere: '/internal/v1/links/read-here',
  linkAct: '/internal/v1/links/act',
  linkActHere: '/internal/v1/links/act-here',
  reconciliationRead: '/internal/v1/reconciliation/read',
  reconciliationAct: '/internal/v1/reconciliation/act',
  safRead: '/internal/v1/store-and-forward/read',
  safAct: '/internal/v1/store-and-forward/act',
} as const;

/** What an operator sees of one link. */
export interface LinkView {
  readonly link: string;
  readonly state: string;
  readonly leads: boolean;
  /** Host of the counterpart that is in use. */
  readonly endpoint: string;
  readonly circuit: string;
  readonly connections: readonly { readonly number: number; readonly state: string; readonly in_flight: number }[];
  readonly in_flight: number;
  readonly queued: number;
  readonly saf_pending: number;
  readonly saf_errors: number;
  readonly oldest_seconds: number | null;
  readonly yen_at_risk: number;
  /** Issuers behind the link whose answers say that they are away (907, 909 to 912); left out by older switches. */
  readonly outages?: readonly {
    readonly issuer: string;
    /** RFC 3339. */
    readonly since: string;
    readonly answers: number;
    readonly share_percent: number;
  }[];
}
