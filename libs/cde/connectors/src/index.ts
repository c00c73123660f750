export { CONNECTOR_NAMES, connectorNamed } from './connectors.js';
export { routingTable, type RoutingTable } from './routing.js';
export { UnspeakableOrderError } from './tsn93/private-data.js';
