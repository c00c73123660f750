export { ConversionQuotes, type ConversionAnswer, type ConversionAsk, type ConversionQuote } from './conversion.js';
export { HqIntakePort, INTAKE_ROUTES, type HqMovementOrder, type HqOutcome, type HqPaymentOrder } from './intake.js';
export { INTERNAL_ROUTES, type Caller } from './internal-callers.js';
export { LANES, type Lane, type LaneJob } from './lanes.js';
export { CVM_RESULTS, type CvmResult, type Presentment } from './presentment.js';
export { SwitchRulings, VERDICTS } from './rulings.js';
export type { DoubtLine, RulingAnswer, RulingRequest, Verdict } from './rulings.js';
export { SWITCH_ROUTES, SwitchPort } from './switch.js';
export type {
  LinkView,
  NetworkAnswer,
  NetworkReference,
  ReversalReason,
  ReverseRequest,
  RouteWhy,
  SubmitRequest,
  WireConversion,
  WireOperation,
  WireOutcome,
  WirePlan,
} from './switch.js';
export type { TenantContext } from './tenant-context.js';
export { VAULT_ROUTES, VaultPort } from './vault.js';
export type {
  AddPinRequest,
  CardBrand,
  CardDisplay,
  EncryptedCard,
  EnrolDeviceAnswer,
  EnrolDeviceRequest,
  EntryMode,
  OpenCardAnswer,
  OpenCardRequest,
  SealAccountRequest,
  SealedAccount,
  SealedEnvelope,
  SealedSad,
  TakeCardRequest,
} from './vault.js';
export { REVEAL_REASONS, TokenFilePort, TokenPort } from './vault-tokens.js';
export type {
  LinePage,
  NetworkTokenView,
  PageAsked,
  PageRead,
  RevealAnswer,
  RevealRequest,
  TokenChange,
  TokenJobKind,
  TokenJobLine,
  TokenJobRequest,
  TokenJobView,
  TokenRequest,
  TokenTrailLine,
  TokenView,
} from './vault-tokens.js';
