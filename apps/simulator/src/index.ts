export { startSimulator, SIMULATED_LINKS, type RunningSimulator, type SimulatorOptions } from './simulator.js';
export { TEST_CARDS, type TestCard } from './cards/test-cards.js';
export { FAULT_KINDS, type FaultRule } from './faults/fault-rule.js';
export type { LedgerEntry } from './ledger/ledger-record.js';
