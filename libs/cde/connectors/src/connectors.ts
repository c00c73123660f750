import type { Connector } from '@tsunagu/links';
import { ACQUIRER } from './acquirer/profile.js';
import { JCB } from './jcb/profile.js';
import { Tsn93Connector } from './tsn93/tsn93-connector.js';
import { UNIONPAY } from './unionpay/profile.js';

const CONNECTORS: ReadonlyMap<string, Connector> = new Map(
  [JCB, ACQUIRER, UNIONPAY].map((profile) => [profile.name, new Tsn93Connector(profile)]),
);

/** Names of all connectors, for configuration checks and the contract suite. */
export const CONNECTOR_NAMES: readonly string[] = [...CONNECTORS.keys()];

/** The connector of this name, or undefined. */
export function connectorNamed(name: string): Connector | undefined {
  return CONNECTORS.get(name);
}
