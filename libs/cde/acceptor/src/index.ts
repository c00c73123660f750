export { parseHqBook, type HqBook } from './contract/hq-contract.js';
export { HqDesk, type HqExchange } from './desk/hq-desk.js';
export { HqCardDoor, HqFileDoor, HqLog, type HqPorts } from './desk/hq-ports.js';
export { Undoing } from './desk/undoing.js';
export { READER_TAGS, type HqCard } from './message/card.js';
export { acceptorMigrations } from './migrations/acceptor-migrations.js';
export type { HqLine } from './register/hq-register.js';
export { PostgresHqRegister } from './register/postgres-hq-register.js';
export { HqListener } from './session/hq-listener.js';
