export { startSimulator, SIMULATED_LINKS, type RunningSimulator, type SimulatorOptions } from './simulator.js';
export { TEST_CARDS, type TestCard } from './cards/test-cards.js';
export { FAULT_KINDS, type FaultRule } from './faults/fault-rule.js';
export type { LedgerEntry } from './ledger/ledger-record.js';
export { HqServer, type HqMemory, type HqSale } from './hq/hq-server.js';
export { HqLine, HqSilence, type HqLineOptions } from './hq/hq-line.js';
export {
  chargeMessage,
  networkMessage,
  repeated,
  reversalMessage,
  type HqCardInput,
  type HqLane,
  type ListOrder,
} from './hq/hq-messages.js';
export type { TracedMessage } from './trace/message-trace.js';
export type { ExpectationRecord } from './scripts/script-book.js';
export {
  CardReader,
  ENTRY_MODES,
  type CardPresent,
  type EntryMode,
  type Presentation,
  type ReaderDevice,
} from './reader/card-reader.js';
export { ReaderError } from './reader/reader-counter.js';
export { SharedReader } from './reader/shared-reader.js';
export { counterFileOf, noteCounter } from './reader/sandbox-readers.js';
