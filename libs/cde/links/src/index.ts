export type {
  AcknowledgedKind,
  AcknowledgementReading,
  AnswerReading,
  BuildFacts,
  CardAtHand,
  Connector,
  MessageIdentity,
  OriginalMessage,
  WireOrder,
} from './counterpart/counterpart.js';
export {
  TOTAL_CLASSES,
  type PeerSheet,
  type ReconciliationFacts,
  type ReconciliationReading,
  type ReconciliationSpeech,
  type Tally,
  type TotalClass,
  type Totals,
} from './counterpart/reconciliation-speech.js';
export type {
  BlockedCardRecord,
  FileAction,
  FileActionSpeech,
  FileOperation,
} from './counterpart/file-action-speech.js';
export { isoDate, wireDate } from './counterpart/wire-date.js';
export type { BreakerState } from './line/breaker.js';
export { Line, type ConnectionView } from './line/line.js';
export type { LineMeans, LineObserver } from './line/line-means.js';
export type { LineState } from './line/line-state.js';
export { localTime, transmissionTime } from './line/network-message.js';
export type { NotSentReason, SendOptions, SendResult, Stray } from './line/send-result.js';
export { LinkConfigError } from './config/config-fields.js';
export {
  parseLinkConfigs,
  reconciliationOf,
  transportOf,
  type LinkConfig,
  type LinkReconciliation,
} from './config/link-config.js';
export { specOf } from './config/link-dialect.js';
export type { LinkEndpoint, LinkTls, LinkTransport } from './config/link-transport.js';
export { deriveEnvelopeKey, type EnvelopeKey } from './envelope/envelope-key.js';
export { MessageEnvelope, MessageEnvelopeError } from './envelope/message-envelope.js';
export { LinkCounters, LinkProtection } from './protect/link-protection.js';
export { StanAllocator, StanBlocks } from './stan/stan-allocator.js';
export { Dialer, type Wire, type WireEvents } from './wire/dialer.js';
export { dialerFor } from './wire/dialer-for.js';
export { TcpDialer } from './wire/tcp-dialer.js';
