export { CONNECTOR_NAMES, connectorNamed } from './connectors.js';
export { decideRoute, forbiddingRetry, type LinkHealth, type RouteQuestion, type RoutingTable } from './routing.js';
export { NETWORK_RETRIES, RoutingTableError, parseRoutingFile, tableAt, tableOfLinks } from './routing-table.js';
export { Tsn93FileActions } from './tsn93/tsn93-file-action.js';
export { UnspeakableOrderError } from './tsn93/unspeakable-order.js';
