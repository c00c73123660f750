import type { CurrencyCode } from '@tsunagu/kernel';
import type {
  CardBrand,
  CardDisplay,
  EncryptedCard,
  EntryMode,
  Lane,
  NetworkReference,
  OpenCardAnswer,
  Presentment,
  TenantContext,
} from '@tsunagu/contracts';
import type { Conversion } from './conversion/conversion.js';
import type { ChosenPlan, PlanAsked, PlanFacts } from './plans/plan-rules.js';
import type { ContinueOrder } from './presentment/continue-payment.js';
import type { ChipFieldRow, ChipRow, PresentmentPlace, ReaderClass, TapRow } from './presentment/presentment-rules.js';
import type { RequiredAction } from './presentment/required-action.js';
import type { StatedPresentment } from './presentment/stated-presentment.js';
import type { SignatureMark } from './signature/signature-api.js';

/** States of a payment (`docs/glossary.md`; transitions in payment-state.ts). */
export type PaymentStatus =
  | 'requires_action'
  | 'processing'
  | 'authorized'
  | 'partially_captured'
  | 'captured'
  | 'partially_refunded'
  | 'refunded'
  | 'voided'
  | 'declined'
  | 'expired'
  | 'unknown'
  | 'offline_accepted'
  | 'offline_lost';

export type AttemptStatus =
  | 'created'
  | 'sending'
  | 'not_sent'
  | 'approved'
  | 'declined'
  | 'sent_unknown'
  | 'in_doubt'
  | 'reversed'
  | 'stored_offline'
  | 'declined_after_goods'
  | 'expired'
  | 'written_off'
  | 'abandoned';

export type AttemptKind = 'auth' | 'sale' | 'increase' | 'capture' | 'void' | 'refund';

/** What a till may ask of a payment. */
export type PaymentAction =
  | 'capture'
  | 'increase'
  | 'release'
  | 'cancel'
  | 'refund'
  | 'continue'
  | 'choose_currency'
  | 'voice_approval'
  | 'ensure_cancelled';

/** One key names one intent; `fingerprint` is SHA-256 (hex) of method, route template, path ids and canonical body. */
export interface Idempotency {
  readonly key: string;
  readonly fingerprint: string;
}

export interface PaymentOrder {
  readonly idempotency: Idempotency;
  readonly clientReference: string;
  readonly terminalId: string;
  readonly kind: 'sale' | 'auth';
  /** Left out: derived from card, entry mode and contract. */
  readonly method?: Lane;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  readonly card: EncryptedCard;
  /** What the till says of the reading, beside what the card says itself. */
  readonly shown?: StatedPresentment;
  /** Left out: one time. */
  readonly plan?: PlanAsked;
  readonly slipNo?: string;
  readonly clerk?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The number that a card company gave by telephone, and the declined sale that it gave it for. */
export interface VoiceOrder {
  readonly idempotency: Idempotency;
  readonly clientReference: string;
  /** 1 to 6 letters and digits. */
  readonly code: string;
  readonly slipNo?: string;
  readonly clerk?: string;
}

/** An order whose card the card zone has opened already: it came in by the line of a merchant's payment server. */
export interface OpenedPaymentOrder extends Omit<PaymentOrder, 'card' | 'shown'> {
  readonly entryMode: EntryMode;
  readonly opened: OpenCardAnswer;
  /** 電話承認: posted, not asked for. */
  readonly voice?: { readonly code: string; readonly declinedId: string };
}

export interface AttemptView {
  readonly id: string;
  readonly kind: AttemptKind;
  readonly status: AttemptStatus;
  readonly amountMinor: number;
  readonly actionCode: string | null;
  readonly approvalCode: string | null;
  readonly reason: string | null;
  readonly network: NetworkReference | null;
  /** Amount in the currency of the card, minor units; null or left out: it is in the local currency alone. */
  readonly foreignMinor?: number | null;
  readonly createdAt: Date;
}

/** A payment as the API shows it, before translation to wire names. All ids are row ids (uuid). */
export interface PaymentView {
  readonly id: string;
  readonly tenantId: string;
  readonly storeId: string;
  readonly terminalId: string;
  readonly clientReference: string;
  readonly kind: 'sale' | 'auth';
  readonly method: Lane;
  readonly status: PaymentStatus;
  readonly reason: string | null;
  readonly final: boolean;
  readonly customerCharged: 'yes' | 'no' | 'unknown';
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  readonly authorizedMinor: number;
  readonly capturedMinor: number;
  readonly refundedMinor: number;
  readonly refundPendingMinor: number;
  readonly tokenId: string | null;
  readonly card: CardDisplay | null;
  readonly entryMode: EntryMode;
  readonly presentment: Presentment | null;
  readonly action: RequiredAction | null;
  readonly dcc: Conversion | null;
  readonly approvalSource: 'issuer' | 'voice';
  readonly expiresAt: Date | null;
  /** Null or left out: the holder has not signed. */
  readonly signature?: SignatureMark | null;
  readonly plan: ChosenPlan | null;
  readonly slipNo: string | null;
  readonly clerk: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly approvalCode: string | null;
  readonly actionCode: string | null;
  readonly emvResponse: string | null;
  readonly cancelRequested: boolean;
  readonly sequence: number;
  readonly businessDate: string;
  readonly allowedActions: readonly PaymentAction[];
  readonly pendingUnknown: readonly string[];
  readonly attempts: readonly AttemptView[];
  readonly refunds: readonly RefundView[];
  readonly nextCheckAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RefundView {
  readonly id: string;
  readonly paymentId: string;
  readonly kind: 'torikeshi' | 'henpin';
  readonly status: 'processing' | 'approved' | 'declined' | 'unknown';
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  readonly attemptId: string;
  /** Number of the slip of this refund; null or left out: the till has given it none. */
  readonly slipNo?: string | null;
  readonly createdAt: Date;
}

/** `replayed`: the same intent came before; the answer is the current resource. */
export interface Accepted<T = PaymentView> {
  readonly resource: T;
  readonly replayed: boolean;
}

/**
 * First stage: a payment and its attempt exist, or neither does.
 * @throws PaymentError codes `idempotency_key_reused`, `idempotency_in_progress`, `client_reference_exists`, `client_reference_burned`,
 *   `resource_missing` (terminal of another tenant or outside the key's node), `terminal_blocked`, `method_not_supported`, `plan_not_allowed` (facts: domestic_code, legal_plans); and the vault's RemoteError
 */
export abstract class PaymentIntake {
  abstract accept(ctx: TenantContext, order: PaymentOrder): Promise<Accepted>;
  /** The same for a card that is open: the vault is not asked. */
  abstract acceptOpened(ctx: TenantContext, order: OpenedPaymentOrder): Promise<Accepted>;
  /** The same for a card that is opened, and whatever else is asked, only when the order is new. */
  abstract acceptLater(
    ctx: TenantContext,
    order: Omit<OpenedPaymentOrder, 'opened'>,
    open: () => Promise<OpenCardAnswer>,
  ): Promise<Accepted>;
}

/** Later movements on an accepted payment. @throws PaymentError `resource_missing`, `state_conflict` (facts: current_status, allowed_actions), `amount_exceeds_refundable`, `amount_exceeds_authorized`, `already_captured` and the idempotency codes */
export abstract class PaymentActions {
  abstract capture(
    ctx: TenantContext,
    paymentId: string,
    order: { idempotency: Idempotency; amountMinor?: number; final?: boolean },
  ): Promise<Accepted>;
  /** Ask for more on an authorization that holds. */
  abstract increase(
    ctx: TenantContext,
    paymentId: string,
    order: { idempotency: Idempotency; amountMinor: number },
  ): Promise<Accepted>;
  /** Give up what is left of a partly captured authorization. */
  abstract release(ctx: TenantContext, paymentId: string, order: { idempotency: Idempotency }): Promise<Accepted>;
  abstract cancel(ctx: TenantContext, paymentId: string, order: { idempotency: Idempotency }): Promise<Accepted>;
  abstract refund(
    ctx: TenantContext,
    paymentId: string,
    order: { idempotency: Idempotency; amountMinor?: number; kind?: 'torikeshi' | 'henpin'; slipNo?: string },
  ): Promise<Accepted<{ payment: PaymentView; refund: RefundView }>>;
  /** Give up safely; a reference never seen is burned. */
  abstract ensureCancelled(ctx: TenantContext, clientReference: string): Promise<AttemptAnswer>;
}

/**
 * 電話承認: post a sale that was declined with "call us", as a payment of its own.
 * @throws PaymentError `resource_missing`, `state_conflict` the decline does not ask for a call, is of another day, or was posted before; and what intake refuses
 */
export abstract class VoiceApprovals {
  abstract post(ctx: TenantContext, declinedId: string, order: VoiceOrder): Promise<Accepted>;
}

/**
 * The till did what a payment waits for: the same payment goes on, with a new attempt.
 * @throws PaymentError `resource_missing`, `state_conflict` (facts: required_action) it waits for nothing, for something else, or its time is
 *   over; `card_data_invalid` another card, or not inserted; `verification_required`; the idempotency codes; and the vault's RemoteError
 */
export abstract class PaymentContinuations {
  abstract continue(ctx: TenantContext, paymentId: string, order: ContinueOrder): Promise<Accepted>;
}

/** Answer of `GET /v1/attempts/{client_reference}`. */
export interface AttemptAnswer {
  readonly clientReference: string;
  readonly status: AttemptStatus | 'never_seen' | 'burned';
  readonly final: boolean;
  readonly customerCharged: 'yes' | 'no' | 'unknown';
  readonly allowedActions: readonly string[];
  readonly nextCheckAt: Date | null;
  readonly payment: PaymentView | null;
}

export interface PaymentFilter {
  readonly status?: readonly PaymentStatus[];
  readonly clientReference?: string;
  readonly createdGte?: Date;
  readonly createdLt?: Date;
  readonly businessDate?: string;
  readonly storeId?: string;
  readonly terminalId?: string;
  readonly brand?: CardBrand;
  readonly last4?: string;
  readonly amountMinor?: number;
  readonly slipNo?: string;
  readonly approvalCode?: string;
  readonly clerk?: string;
  /** Text within client reference, slip number, approval code, clerk or last four; upper and lower case alike. */
  readonly text?: string;
}

/** A page of a list; the ids are row ids of its edge. */
export interface PaymentPage {
  readonly limit: number;
  readonly beforeId?: string;
  readonly afterId?: string;
  /** Left out: newest first. */
  readonly oldestFirst?: boolean;
}

/** A page of the open payments of a terminal, newest first. */
export type OpenPage = Pick<PaymentPage, 'limit' | 'beforeId' | 'afterId'>;

/** Reads. Every method sees only what the context's node may see; anything else reads as absent. */
export abstract class PaymentQueries {
  abstract find(ctx: TenantContext, paymentId: string): Promise<PaymentView | undefined>;
  abstract list(
    ctx: TenantContext,
    filter: PaymentFilter,
    page: PaymentPage,
  ): Promise<{ data: PaymentView[]; hasMore: boolean }>;
  abstract count(ctx: TenantContext, filter: PaymentFilter, cap: number): Promise<number>;
  abstract attempt(ctx: TenantContext, clientReference: string): Promise<AttemptAnswer>;
  /** Without a first outcome, or waiting for the customer; newest first. What a till asks after a restart. */
  abstract openPayments(
    ctx: TenantContext,
    terminalId: string,
    page: OpenPage,
  ): Promise<{ data: PaymentView[]; hasMore: boolean }>;
  /**
   * Wait until the payment is final (or its sequence passes `afterSequence`), or the time is over; then its current view.
   * @param until `isJustSeen`: the caller has read it a moment ago and it was not so yet; the first look comes with the first news
   */
  abstract waitFor(
    ctx: TenantContext,
    paymentId: string,
    until: {
      final?: boolean;
      afterSequence?: number;
      isJustSeen?: boolean;
      timeoutMs: number;
      signal?: AbortSignal;
    },
  ): Promise<PaymentView | undefined>;
}

/** For which sale plans are asked. */
export interface PlanQuoteOrder {
  readonly terminalId: string;
  readonly card: PlanFacts['card'];
  readonly method?: Lane;
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
  /** Business date of the sale, `YYYY-MM-DD`; left out: today's of the store. */
  readonly date?: string;
}

export interface PlanQuote {
  readonly date: string;
  /** Only legal ones; the first is always one time. */
  readonly plans: readonly ChosenPlan[];
}

/** Which payment plans are legal for a sale. @throws PaymentError `resource_missing` */
export abstract class PlanQuotes {
  abstract quote(ctx: TenantContext, order: PlanQuoteOrder): Promise<PlanQuote>;
}

/** Everything that a terminal's payments are held to today, before any of them is made. */
export interface TerminalRuleBook {
  readonly terminal: MerchantTerminal;
  readonly place: PresentmentPlace;
  /** Version of the table of presentment. */
  readonly version: string;
  readonly taps: readonly { readonly brand: CardBrand; readonly row: TapRow }[];
  /** For cards issued in Japan, and for others. */
  readonly chips: readonly ChipRow[];
  readonly chipFields: ChipFieldRow;
}

/** What a till reads at its start. @throws PaymentError `resource_missing` */
export abstract class TerminalRules {
  abstract of(ctx: TenantContext, terminalId: string): Promise<TerminalRuleBook>;
}

/** Where payments learn about stores and terminals; bound by the app to `public/merchants`. */
export abstract class MerchantDirectory {
  /** Undefined when absent, of another tenant, or outside the context's node. */
  abstract terminal(ctx: TenantContext, terminalId: string): Promise<MerchantTerminal | undefined>;
}

export interface MerchantTerminal {
  readonly id: string;
  readonly storeId: string;
  readonly blocked: boolean;
  readonly wireTerminal: string;
  readonly wireMerchant: string;
  readonly mcc: string;
  readonly storeName: string;
  /** As slips show it; null or left out: they show none. */
  readonly storePhone?: string | null;
  readonly cutOffMinutes: number;
  readonly methods: readonly Lane[];
  /** Currencies in which the store lets holders pay (DCC); left out: none. */
  readonly dccCurrencies?: readonly CurrencyCode[];
  /** Contract on how holders are verified, a name of the presentment table; left out: the standard one. */
  readonly verificationContract?: string;
  /** What the reader of the terminal can do for the holder; left out: it has a PIN pad. */
  readonly reader?: ReaderClass;
  /** Contract on payment plans, a name of the plan table; left out: none, every card pays at once. */
  readonly planContract?: string;
}
